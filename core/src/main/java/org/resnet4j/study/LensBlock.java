package org.resnet4j.study;

import org.jspecify.annotations.Nullable;

/**
 * How a block of a trained network works; {@code y = after(F(x) + S(x))}, with {@code F} the branch
 * and {@code S} the shortcut.
 *
 * <p>Everything is measured before the sum, so before the ReLU after it, with the stored statistics
 * of batch norm, over all images that were looked at. Null is what does not exist: in a plain block
 * all that concerns a shortcut, and what removing it does where it cannot be removed.
 *
 * @param name of the unit
 * @param kind of block
 * @param shortcut its label
 * @param branchStd the standard deviation of all values of F(x)
 * @param shortcutStd the standard deviation of all values of S(x), which in an identity block is x
 * @param ratio the mean over images of ‖F(x)‖ / ‖S(x)‖, of those with S(x) not all zero
 * @param cosine the mean over images of the cosine of F(x) and S(x); 0 where one is all zero
 * @param gradientShare the branch's share of the gradient of the loss that arrives at the start of
 *     both paths: ‖g_F‖ / (‖g_F‖ + ‖g_S‖), with norms over all images together, so that images
 *     weigh as they do in the loss
 * @param removal what removing it does
 * @param lossWithout mean cross-entropy without it
 * @param top1Without share of images that get their class without it
 * @param lossChange mean cross-entropy without it less with it
 * @param lossChangeError the standard error of that, from the differences image by image
 * @param broken images that only the network with it has right
 * @param fixed images that only the network without it has right
 * @param drift how far what reaches its batch norms is from what they stored; null if it has none
 * @param channels outputs of its ReLUs, channel by channel
 * @param dead how many of them gave nothing on any image
 */
public record LensBlock(
    String name,
    String kind,
    String shortcut,
    double branchStd,
    @Nullable Double shortcutStd,
    @Nullable Double ratio,
    @Nullable Double cosine,
    @Nullable Double gradientShare,
    Removal removal,
    @Nullable Double lossWithout,
    @Nullable Double top1Without,
    @Nullable Double lossChange,
    @Nullable Double lossChangeError,
    @Nullable Integer broken,
    @Nullable Integer fixed,
    @Nullable LensDrift drift,
    long channels,
    long dead) {

  /** What becomes of a block that is removed. */
  public enum Removal {
    /** It goes: its input is its output. */
    WHOLE,
    /** Its branch goes; the shortcut, which changes the shape or the values, stays. */
    BRANCH,
    /** It has no shortcut and changes the shape: it cannot be removed. */
    NONE
  }

  /** Whether its removal was measured. */
  boolean removed() {
    return lossChange != null;
  }
}
