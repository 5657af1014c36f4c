package org.resnet4j.arch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the name of a CIFAR network says: {@code
 * resnet[v2_]DEPTH[-cifar][-widthW][-bottleneck][-no-norm][-SUFFIX]}.
 *
 * <p>{@code -cifar} is there where the name without it would be an ImageNet network's.
 *
 * @param preActivation whether norm and ReLU come first: {@code v2}
 * @param depth 6n + 2 for basic blocks, 9n + 2 for bottlenecks
 * @param width channels of the stem; 16 if the name says nothing
 * @param bottleneck whether each stage has n bottlenecks and not n basic blocks; those of 164 and
 *     1001 layers in arXiv 1603.05027 need not say it
 * @param norm whether there is batch norm
 * @param suffix of shortcuts or order, with its dash, or nothing
 */
record CifarName(
    boolean preActivation, int depth, int width, boolean bottleneck, boolean norm, String suffix) {
  /** Layers of the deepest network that has a name. */
  private static final int DEEPEST = 6002;

  /** Channels of the widest stem that has a name. */
  static final int WIDEST = 1024;

  private static final int USUAL_WIDTH = 16;
  private static final Pattern PATTERN =
      Pattern.compile(
          "resnet(?<v2>v2_)?(?<depth>[1-9]\\d{0,3})(?<cifar>-cifar)?"
              + "(?:-width(?<width>[1-9]\\d{0,3}))?(?<bottleneck>-bottleneck)?"
              + "(?<nonorm>-no-norm)?(?<suffix>-[a-z-]+)?");

  /** The parts of a name, or nothing if no network can have it. */
  static Optional<CifarName> parse(String name) {
    Matcher matcher = PATTERN.matcher(name);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean preActivation = matcher.group("v2") != null;
    int depth = Integer.parseInt(matcher.group("depth"));
    String width = matcher.group("width");
    String suffix = matcher.group("suffix");
    CifarName parts =
        new CifarName(
            preActivation,
            depth,
            width == null ? USUAL_WIDTH : Integer.parseInt(width),
            matcher.group("bottleneck") != null || bottleneckUnsaid(preActivation, depth),
            matcher.group("nonorm") == null,
            suffix == null ? "" : suffix);
    boolean cifar = matcher.group("cifar") != null;
    return parts.exists() && parts.distinct(cifar) ? Optional.of(parts) : Optional.empty();
  }

  private static boolean bottleneckUnsaid(boolean preActivation, int depth) {
    return preActivation && (depth == 164 || depth == 1001);
  }

  private boolean exists() {
    return depth >= 2 + layers()
        && depth <= DEEPEST
        && (depth - 2) % layers() == 0
        && width <= WIDEST;
  }

  /**
   * Whether nobody takes the name for an ImageNet network's; those with a suffix alone, such as
   * {@code resnet50-scaled}, are here only.
   */
  private boolean distinct(boolean cifar) {
    boolean taken = ImageNetFamily.DEPTHS.contains(depth);
    boolean suffixAlone = !preActivation && !bottleneck && norm && width == USUAL_WIDTH;
    return cifar ? taken : !taken || suffixAlone;
  }

  /** Layers that one more block in each stage adds. */
  private int layers() {
    return bottleneck ? 9 : 6;
  }

  /** Blocks of a stage. */
  int blocks() {
    return (depth - 2) / layers();
  }

  /** The name. */
  String text() {
    return (preActivation ? "resnetv2_" : "resnet")
        + depth
        + (ImageNetFamily.DEPTHS.contains(depth) ? "-cifar" : "")
        + (width == USUAL_WIDTH ? "" : "-width" + width)
        + (bottleneck && !bottleneckUnsaid(preActivation, depth) ? "-bottleneck" : "")
        + (norm ? "" : "-no-norm")
        + suffix;
  }
}
