package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.resnet4j.arch.Block.Bottleneck.Strided;

/**
 * Networks by name.
 *
 * <p>{@code resnet18}, {@code 34}, {@code 50}, {@code 101} and {@code 152} are the ImageNet
 * networks of arXiv 1512.03385, table 1: 3x224x224, 1000 classes, option B, and the stride of a
 * bottleneck on its 3x3. Any other {@code resnetD} with D = 6n + 2 is the CIFAR network of section
 * 4.2: 3x32x32, 10 classes, option A with the zeros around. Suffixes change that: {@code -v1} (the
 * stride on the first 1x1), then one of {@code -a}, {@code -a-after}, {@code -b}, {@code -c} and
 * {@code -plain}.
 */
public final class Catalogue {
  private static final int[] CIFAR_DEPTHS = {20, 32, 44, 56, 110, 1202};
  private static final Map<Integer, int[]> IMAGENET_BLOCKS =
      new TreeMap<>(
          Map.of(
              18, new int[] {2, 2, 2, 2},
              34, new int[] {3, 4, 6, 3},
              50, new int[] {3, 4, 6, 3},
              101, new int[] {3, 4, 23, 3},
              152, new int[] {3, 8, 36, 3}));
  private static final Pattern NAME =
      Pattern.compile("resnet([1-9]\\d{0,3})(-v1)?(-a|-a-after|-b|-c|-plain)?");

  private Catalogue() {}

  /** A name that {@link #network} knows, and the same network elsewhere, if it is there. */
  public record Entry(Network network, Optional<String> torchvision, Optional<String> timm) {}

  /** The networks that have a name of their own; suffixes make more. */
  public static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (int depth : CIFAR_DEPTHS) {
      for (String suffix : List.of("", "-b", "-plain")) {
        entries.add(
            new Entry(network("resnet" + depth + suffix), Optional.empty(), Optional.empty()));
      }
    }
    for (int depth : IMAGENET_BLOCKS.keySet()) {
      Optional<String> elsewhere = Optional.of("resnet" + depth);
      entries.add(new Entry(network("resnet" + depth), elsewhere, elsewhere));
      entries.add(
          new Entry(network("resnet" + depth + "-plain"), Optional.empty(), Optional.empty()));
    }
    return entries;
  }

  /**
   * The network of that name.
   *
   * @throws IllegalArgumentException if there is none; says what there is
   */
  public static Network network(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      throw unknown(name);
    }
    int depth = Integer.parseInt(matcher.group(1));
    boolean v1 = matcher.group(2) != null;
    Optional<ShortcutOption> option = option(matcher.group(3) == null ? "" : matcher.group(3));
    if (IMAGENET_BLOCKS.containsKey(depth)) {
      if (v1 && depth < 50) {
        throw new IllegalArgumentException(
            "%s: only bottlenecks have a v1 form, and %d layers are basic blocks; leave -v1 out"
                .formatted(name, depth));
      }
      return imagenet(depth, v1 ? Strided.FIRST_1X1 : Strided.MIDDLE_3X3, option).withName(name);
    }
    if (v1 || depth < 8 || depth > 6002 || (depth - 2) % 6 != 0) {
      throw unknown(name);
    }
    return cifar((depth - 2) / 6, option.orElse(ShortcutOption.A)).withName(name);
  }

  /**
   * A CIFAR network of 6n + 2 layers: three stages of n basic blocks with 16, 32 and 64 channels;
   * arXiv 1512.03385, section 4.2.
   */
  public static Network cifar(int n, ShortcutOption option) {
    return cifar(n, 16, option);
  }

  /** A CIFAR network whose first stage has {@code width} channels instead of 16. */
  public static Network cifar(int n, int width, ShortcutOption option) {
    if (n < 1 || width < 1) {
      throw new IllegalArgumentException(
          "n = %d, width = %d: a CIFAR network needs both to be at least 1".formatted(n, width));
    }
    List<Stage> stages = new ArrayList<>();
    int in = width;
    for (int s = 0; s < 3; s++) {
      int out = width << s;
      stages.add(stage(in, out, n, s == 0 ? 1 : 2, option, BASIC));
      in = out;
    }
    int depth = 6 * n + 2;
    // The ImageNet networks of 50 and 152 layers have the plain names, and other widths have none.
    String name =
        "resnet"
            + depth
            + (IMAGENET_BLOCKS.containsKey(depth) ? "-cifar" : "")
            + (width == 16 ? "" : "-width" + width)
            + (option == ShortcutOption.A ? "" : option.suffix());
    return new Network(name, new Shape(3, 32, 32), 10, Stem.cifar(3, width), stages);
  }

  private static Network imagenet(int depth, Strided strided, Optional<ShortcutOption> chosen) {
    ShortcutOption option = chosen.orElse(ShortcutOption.B);
    int[] blocks = Objects.requireNonNull(IMAGENET_BLOCKS.get(depth));
    boolean bottleneck = depth >= 50;
    List<Stage> stages = new ArrayList<>();
    int in = 64;
    for (int s = 0; s < 4; s++) {
      int width = 64 << s;
      int out = bottleneck ? 4 * width : width;
      Maker maker =
          bottleneck
              ? (i, o, stride, shortcut) ->
                  new Block.Bottleneck(i, width, o, stride, strided, shortcut)
              : BASIC;
      stages.add(stage(in, out, blocks[s], s == 0 ? 1 : 2, option, maker));
      in = out;
    }
    return new Network(
        "resnet" + depth, new Shape(3, 224, 224), 1000, Stem.imagenet(3, 64), stages);
  }

  private interface Maker {
    Block make(int in, int out, int stride, Shortcut shortcut);
  }

  private static final Maker BASIC = Block.Basic::new;

  private static Stage stage(
      int in, int out, int count, int stride, ShortcutOption option, Maker maker) {
    List<Block> blocks = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      int from = b == 0 ? in : out;
      int step = b == 0 ? stride : 1;
      blocks.add(maker.make(from, out, step, option.between(from, out, step)));
    }
    return new Stage(blocks);
  }

  private static Optional<ShortcutOption> option(String suffix) {
    for (ShortcutOption option : ShortcutOption.values()) {
      if (option.suffix().equals(suffix)) {
        return Optional.of(option);
      }
    }
    return Optional.empty();
  }

  private static IllegalArgumentException unknown(String name) {
    String plain =
        name.startsWith("plain") ? "; did you mean resnet" + name.substring(5) + "-plain?" : "";
    return new IllegalArgumentException(
        ("no network is called \"%s\"%s%nThere are resnet18, 34, 50, 101, 152 (ImageNet) and resnet20,"
                + " 32, ... 6n+2 (CIFAR), with -v1, -a, -a-after, -b, -c or -plain; see: resnet4j models")
            .formatted(name, plain));
  }
}
