package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Stem.Pool;

/** Networks for 224x224 images and 1000 classes: four stages, each of half the size of the last. */
final class ImageNetFamily {
  static final List<Integer> DEPTHS = List.of(18, 34, 50, 101, 152);
  private static final Map<Integer, int[]> BLOCKS =
      Map.of(
          18, new int[] {2, 2, 2, 2},
          34, new int[] {3, 4, 6, 3},
          50, new int[] {3, 4, 6, 3},
          101, new int[] {3, 4, 23, 3},
          152, new int[] {3, 8, 36, 3});
  private static final String DEPTH = "(18|34|50|101|152)";
  private static final Pattern PAPER =
      Pattern.compile("resnet" + DEPTH + "(-v1)?(-a|-a-after|-b|-c|-plain)?");
  private static final Pattern STEMS = Pattern.compile("(se)?resnet" + DEPTH + "([cdst])?");
  private static final Pattern GROUPED =
      Pattern.compile("(se)?resnext(50|101|152)_([1-9]\\d?)x([1-9]\\d{0,2})d");
  private static final Pattern WIDE = Pattern.compile("wide_resnet(50|101)_([2-9])");
  private static final Pattern BLURRED = Pattern.compile("resnetblur" + DEPTH);
  private static final Pattern GROUP_NORM = Pattern.compile("resnet" + DEPTH + "_gn");
  private static final Pattern PRE_ACTIVATION = Pattern.compile("resnetv2_" + DEPTH + "(d)?");
  private static final Set<String> TORCHVISION =
      Set.of(
          "resnet18",
          "resnet34",
          "resnet50",
          "resnet101",
          "resnet152",
          "resnext50_32x4d",
          "resnext101_32x8d",
          "resnext101_64x4d",
          "wide_resnet50_2",
          "wide_resnet101_2");

  private ImageNetFamily() {}

  /** Names for the list of models, by what they have in common. */
  static Map<String, List<String>> listed() {
    Map<String, List<String>> listed = new LinkedHashMap<>();
    listed.put(
        "ImageNet, arXiv 1512.03385",
        Stream.concat(ofEachDepth("resnet", ""), ofEachDepth("resnet", "-plain")).toList());
    listed.put(
        "ImageNet, ResNeXt and wide",
        List.of(
            "resnext50_32x4d",
            "resnext101_32x8d",
            "resnext101_64x4d",
            "wide_resnet50_2",
            "wide_resnet101_2"));
    listed.put(
        "ImageNet, deep stems C, S, T and ResNet-D",
        Stream.concat(Stream.of("resnet50c", "resnet50s", "resnet50t"), ofEachDepth("resnet", "d"))
            .toList());
    listed.put(
        "ImageNet, squeeze-and-excitation",
        Stream.concat(ofEachDepth("seresnet", ""), Stream.of("seresnext50_32x4d")).toList());
    listed.put("ImageNet, blur pooling and group norm", List.of("resnetblur50", "resnet50_gn"));
    listed.put(
        "ImageNet, pre-activation",
        Stream.concat(ofEachDepth("resnetv2_", ""), Stream.of("resnetv2_50d")).toList());
    return listed;
  }

  private static Stream<String> ofEachDepth(String prefix, String suffix) {
    return DEPTHS.stream().map(depth -> prefix + depth + suffix);
  }

  static Optional<String> torchvision(String name) {
    return Optional.of(name).filter(TORCHVISION::contains);
  }

  /** Every listed name that is not a plain twin is timm's. */
  static Optional<String> timm(String name) {
    return listed().values().stream()
        .flatMap(List::stream)
        .filter(listed -> listed.equals(name) && !name.endsWith("-plain"))
        .findFirst();
  }

  static Optional<Network> find(String name) {
    Matcher paper = PAPER.matcher(name);
    if (paper.matches()) {
      return Optional.of(paper(name, paper));
    }
    Matcher stems = STEMS.matcher(name);
    if (stems.matches()) {
      Design design = stemmed(Integer.parseInt(stems.group(2)), letter(stems.group(3)));
      return Optional.of(exciting(stems.group(1) != null, design.network()));
    }
    Matcher grouped = GROUPED.matcher(name);
    if (grouped.matches()) {
      int groups = Integer.parseInt(grouped.group(3));
      int width = Integer.parseInt(grouped.group(4));
      Design design = new Design(Integer.parseInt(grouped.group(2))).grouped(groups, width);
      return Optional.of(exciting(grouped.group(1) != null, design.network()));
    }
    Matcher wide = WIDE.matcher(name);
    if (wide.matches()) {
      int width = 64 * Integer.parseInt(wide.group(2));
      return Optional.of(new Design(Integer.parseInt(wide.group(1))).grouped(1, width).network());
    }
    Matcher blurred = BLURRED.matcher(name);
    if (blurred.matches()) {
      Stem stem = new Stem.Single(new Convolution(3, 64, 7, 2, 3), Pool.BLURRED_MAX);
      Network network = new Design(Integer.parseInt(blurred.group(1))).stem(stem).network();
      return Optional.of(
          network.withBlocks(block -> block.stride() > 1 ? new Block.Blurred(block) : block));
    }
    Matcher groupNorm = GROUP_NORM.matcher(name);
    if (groupNorm.matches()) {
      Network network = new Design(Integer.parseInt(groupNorm.group(1))).network();
      return Optional.of(network.withNorm(new Norm.Group(32)));
    }
    Matcher preActivation = PRE_ACTIVATION.matcher(name);
    if (preActivation.matches()) {
      Network network =
          stemmed(Integer.parseInt(preActivation.group(1)), letter(preActivation.group(2)))
              .network();
      return Optional.of(network.withOrder(Order.PRE_ACTIVATION));
    }
    return Optional.empty();
  }

  private static String letter(@Nullable String group) {
    return group == null ? "" : group;
  }

  private static Network paper(String name, Matcher matcher) {
    Design design = new Design(Integer.parseInt(matcher.group(1)));
    if (matcher.group(2) != null) {
      if (!design.bottleneck()) {
        throw new IllegalArgumentException(
            "%s: only bottlenecks have a v1 form, and %d layers are basic blocks; leave -v1 out"
                .formatted(name, design.depth));
      }
      design.strided = Strided.FIRST_1X1;
    }
    if (matcher.group(3) != null) {
      design.option = ShortcutOption.ofSuffix(matcher.group(3)).orElseThrow();
    }
    return design.network();
  }

  /** The stems of arXiv 1812.01187 under timm's letters. */
  private static Design stemmed(int depth, String letter) {
    Design design = new Design(depth);
    switch (letter) {
      case "c" -> design.stem(deep(32, 32, 64));
      case "d" -> design.stem(deep(32, 32, 64)).option(ShortcutOption.D);
      case "s" -> design.stem(deep(64, 64, 128));
      case "t" -> design.stem(deep(24, 32, 64)).option(ShortcutOption.D);
      default -> {}
    }
    return design;
  }

  private static Stem deep(int first, int second, int out) {
    return new Stem.Deep(3, first, second, out, Pool.MAX);
  }

  /** Squeezed to a sixteenth, in steps of 8, as timm rounds it. */
  private static Network exciting(boolean wanted, Network network) {
    UnaryOperator<Block> change =
        block -> new Block.SqueezeExcited(block, Math.max(8, (block.out() / 16 + 4) / 8 * 8));
    return wanted ? network.withBlocks(change) : network;
  }

  /** What a network is made from: the paper's choices until one is changed. */
  private static final class Design {
    private final int depth;
    private Stem stem = Stem.imagenet(3, 64);
    private ShortcutOption option = ShortcutOption.B;
    private Strided strided = Strided.MIDDLE_3X3;
    private int groups = 1;
    private int groupWidth = 64;

    Design(int depth) {
      this.depth = depth;
    }

    Design stem(Stem other) {
      stem = other;
      return this;
    }

    Design option(ShortcutOption other) {
      option = other;
      return this;
    }

    Design grouped(int count, int width) {
      groups = count;
      groupWidth = width;
      return this;
    }

    boolean bottleneck() {
      return depth >= 50;
    }

    Network network() {
      int[] blocks = Objects.requireNonNull(BLOCKS.get(depth));
      List<Stage> stages = new ArrayList<>();
      List<Convolution> convolutions = stem.convolutions();
      int in = convolutions.get(convolutions.size() - 1).out();
      for (int s = 0; s < 4; s++) {
        int width = (groups * groupWidth) << s;
        int out = bottleneck() ? 256 << s : 64 << s;
        Stages.Maker maker =
            bottleneck()
                ? (from, to, stride, shortcut) ->
                    new Bottleneck(from, width, groups, to, stride, strided, shortcut)
                : Block.Basic::new;
        stages.add(Stages.of(in, out, blocks[s], s == 0 ? 1 : 2, option, maker));
        in = out;
      }
      return new Network("imagenet", new Shape(3, 224, 224), 1000, stem, stages);
    }
  }
}
