package org.resnet4j.arch;

import java.util.List;

/**
 * A residual unit, {@code y = relu(branch(x) + shortcut(x))}, or its plain twin.
 *
 * <p>A block is a description only; {@link Network} holds the proof that its two paths meet in one
 * shape.
 */
public sealed interface Block {
  /** Input channels. */
  int in();

  /** Output channels. */
  int out();

  /** The step of the branch in pixels. */
  int stride();

  Shortcut shortcut();

  /** The same branch beside another shortcut. */
  Block with(Shortcut shortcut);

  /** One word for tables: {@code basic} or {@code bottleneck}. */
  String kind();

  /** The branch, first convolution first; batch norm follows each, ReLU each but the last. */
  List<Convolution> branch();

  /** Two 3x3 convolutions; arXiv 1512.03385, figure 5 left. */
  record Basic(int in, int out, int stride, Shortcut shortcut) implements Block {
    @Override
    public Basic with(Shortcut other) {
      return new Basic(in, out, stride, other);
    }

    @Override
    public String kind() {
      return "basic";
    }

    @Override
    public List<Convolution> branch() {
      return List.of(Convolution.of3x3(in, out, stride), Convolution.of3x3(out, out, 1));
    }
  }

  /**
   * 1x1 reduce, 3x3, 1x1 expand; arXiv 1512.03385, figure 5 right.
   *
   * @param width channels of the 3x3 convolution
   * @param strided the convolution that carries the stride
   */
  record Bottleneck(int in, int width, int out, int stride, Strided strided, Shortcut shortcut)
      implements Block {
    /**
     * Which convolution carries the stride; weights of one form load in the other but predict
     * badly.
     */
    public enum Strided {
      /** The first 1x1, as in the paper ("v1"). */
      FIRST_1X1,
      /** The 3x3, as in torchvision and fb.resnet.torch ("v1.5"). */
      MIDDLE_3X3
    }

    @Override
    public Bottleneck with(Shortcut other) {
      return new Bottleneck(in, width, out, stride, strided, other);
    }

    @Override
    public String kind() {
      return "bottleneck";
    }

    @Override
    public List<Convolution> branch() {
      boolean first = strided == Strided.FIRST_1X1;
      return List.of(
          Convolution.of1x1(in, width, first ? stride : 1),
          Convolution.of3x3(width, width, first ? 1 : stride),
          Convolution.of1x1(width, out, 1));
    }
  }
}
