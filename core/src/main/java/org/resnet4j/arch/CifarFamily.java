package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;

/** Networks for 32x32 images and 10 classes: three stages, each of half the size of the last. */
final class CifarFamily {
  private static final List<Integer> DEPTHS = List.of(20, 32, 44, 56, 110, 1202);
  private static final Pattern GROUPED = Pattern.compile("resnext29_([1-9]\\d?)x([1-9]\\d{0,2})d");
  private static final Pattern WIDE = Pattern.compile("wrn-([1-9]\\d{0,2})-([1-9]\\d?)(-dropout)?");

  /** Identity shortcuts of arXiv 1603.05027, table 1, by the suffix of a name. */
  private static final Map<String, Shortcut> SHORTCUTS =
      Map.of(
          "-scaled", new Shortcut.Scaled(0.5, 0.5),
          "-gated", new Shortcut.Gated(false),
          "-exclusive-gated", new Shortcut.Gated(true),
          "-dropout-shortcut", new Shortcut.DroppedOut(0.5));

  /** Orders of arXiv 1603.05027, table 2, by the suffix of a name. */
  private static final Map<String, Order> ORDERS =
      Map.of(
          "-norm-after-addition", Order.NORM_AFTER_ADDITION,
          "-relu-before-addition", Order.RELU_BEFORE_ADDITION,
          "-relu-only-pre-activation", Order.RELU_ONLY_PRE_ACTIVATION);

  private CifarFamily() {}

  /** Names for the list of models, by what they have in common. */
  static Map<String, List<String>> listed() {
    List<String> paper = new ArrayList<>();
    for (int depth : DEPTHS) {
      for (String suffix : List.of("", "-b", "-plain")) {
        paper.add("resnet" + depth + suffix);
      }
    }
    List<String> variants = new ArrayList<>();
    for (String suffix :
        List.of("-scaled", "-gated", "-exclusive-gated", "-dropout-shortcut", "-c")) {
      variants.add("resnet110" + suffix);
    }
    ORDERS.keySet().stream().sorted().forEach(suffix -> variants.add("resnet110" + suffix));
    Map<String, List<String>> listed = new LinkedHashMap<>();
    listed.put("CIFAR, arXiv 1512.03385", paper);
    listed.put("CIFAR, shortcuts and orders of arXiv 1603.05027", variants);
    listed.put("CIFAR, pre-activation", List.of("resnetv2_110", "resnetv2_164", "resnetv2_1001"));
    listed.put("CIFAR, ResNeXt", List.of("resnext29_8x64d", "resnext29_16x64d"));
    listed.put("CIFAR, wide", List.of("wrn-16-8", "wrn-28-10", "wrn-28-10-dropout", "wrn-40-4"));
    return listed;
  }

  static Optional<Network> find(String name) {
    Optional<CifarName> parts = CifarName.parse(name);
    if (parts.isPresent()) {
      return paper(name, parts.get());
    }
    Matcher grouped = GROUPED.matcher(name);
    if (grouped.matches()) {
      return Optional.of(
          grouped(name, Integer.parseInt(grouped.group(1)), Integer.parseInt(grouped.group(2))));
    }
    Matcher wide = WIDE.matcher(name);
    if (wide.matches()) {
      return wide(name, wide);
    }
    return Optional.empty();
  }

  /** The names of which the network has one, if it is of arXiv 1512.03385 or 1603.05027. */
  static List<String> candidates(Network network) {
    int width = network.stem().convolutions().get(0).out();
    boolean preActivation = network.order() == Order.PRE_ACTIVATION;
    boolean bottleneck = network.stages().get(0).blocks().get(0) instanceof Bottleneck;
    boolean norm = !(network.norm() instanceof Norm.None);
    Stream<String> suffixes =
        Stream.of(
                Stream.of(""),
                Stream.of(ShortcutOption.values()).map(ShortcutOption::suffix),
                SHORTCUTS.keySet().stream().sorted(),
                ORDERS.keySet().stream().sorted())
            .flatMap(suffix -> suffix);
    return suffixes
        .map(
            suffix ->
                new CifarName(preActivation, network.depth(), width, bottleneck, norm, suffix)
                    .text())
        .toList();
  }

  /**
   * arXiv 1512.03385, section 4.2, and its variants in arXiv 1603.05027; bottlenecks are those of
   * its table 3, in either order.
   */
  private static Optional<Network> paper(String name, CifarName parts) {
    String suffix = parts.suffix();
    boolean variant = SHORTCUTS.containsKey(suffix) || ORDERS.containsKey(suffix);
    if (parts.preActivation() && !suffix.isEmpty() && !suffix.equals("-plain")) {
      return Optional.empty();
    }
    ShortcutOption usual = parts.bottleneck() ? ShortcutOption.B : ShortcutOption.A;
    return (variant || suffix.isEmpty() ? Optional.of(usual) : ShortcutOption.ofSuffix(suffix))
        .map(option -> original(name, parts, option))
        .map(network -> parts.norm() ? network : network.withNorm(new Norm.None()))
        .map(network -> parts.preActivation() ? preActivated(network) : varied(network, suffix));
  }

  private static Network original(String name, CifarName parts, ShortcutOption option) {
    return parts.bottleneck()
        ? bottlenecks(name, parts.blocks(), parts.width(), option)
        : basic(name, parts.blocks(), parts.width(), 1, option);
  }

  private static Network varied(Network network, String suffix) {
    Shortcut shortcut = SHORTCUTS.get(suffix);
    Network with = shortcut == null ? network : network.withBlocks(replacingIdentity(shortcut));
    return with.withOrder(ORDERS.getOrDefault(suffix, Order.ORIGINAL));
  }

  private static UnaryOperator<Block> replacingIdentity(Shortcut other) {
    return block -> block.shortcut() instanceof Shortcut.Identity ? block.with(other) : block;
  }

  /** Where the first unit has the identity, it starts behind norm and ReLU as the branch does. */
  private static Network preActivated(Network network) {
    Network ordered = network.withOrder(Order.PRE_ACTIVATION);
    Shortcut first = network.stages().get(0).blocks().get(0).shortcut();
    return first instanceof Shortcut.Identity ? firstActivated(ordered) : ordered;
  }

  private static Network firstActivated(Network network) {
    List<Stage> stages = new ArrayList<>(network.stages());
    List<Block> blocks = new ArrayList<>(stages.get(0).blocks());
    blocks.set(0, blocks.get(0).with(new Shortcut.Activated()));
    stages.set(0, new Stage(blocks));
    return network.withStages(stages);
  }

  /**
   * arXiv 1605.07146: d = 6n + 4, widths 16k, 32k, 64k, a projection wherever the shape changes.
   */
  private static Optional<Network> wide(String name, Matcher parts) {
    int depth = Integer.parseInt(parts.group(1));
    int factor = Integer.parseInt(parts.group(2));
    if (depth < 10 || (depth - 4) % 6 != 0) {
      return Optional.empty();
    }
    Network network =
        basic(name, (depth - 4) / 6, 16, factor, ShortcutOption.B).withOrder(Order.PRE_ACTIVATION);
    return Optional.of(
        parts.group(3) == null
            ? network
            : network.withBlocks(block -> new Block.DroppedOut(block, 0.3)));
  }

  /**
   * Three stages of n basic blocks.
   *
   * @param width channels of the stem
   * @param factor how many times the channels the first stage has
   */
  static Network basic(String name, int n, int width, int factor, ShortcutOption option) {
    List<Stage> stages = new ArrayList<>();
    int in = width;
    for (int s = 0; s < 3; s++) {
      int out = (width * factor) << s;
      stages.add(Stages.of(in, out, n, s == 0 ? 1 : 2, option, Block.Basic::new));
      in = out;
    }
    return network(name, width, stages);
  }

  /** Three stages of n bottlenecks, which give four times the channels of their 3x3. */
  private static Network bottlenecks(String name, int n, int stem, ShortcutOption option) {
    List<Stage> stages = new ArrayList<>();
    int in = stem;
    for (int s = 0; s < 3; s++) {
      int width = stem << s;
      Stages.Maker maker =
          (from, to, stride, shortcut) ->
              new Bottleneck(from, width, to, stride, Strided.FIRST_1X1, shortcut);
      stages.add(Stages.of(in, 4 * width, n, s == 0 ? 1 : 2, option, maker));
      in = 4 * width;
    }
    return network(name, stem, stages);
  }

  /** arXiv 1611.05431, section 5.2: three bottlenecks a stage, 256, 512 and 1024 channels. */
  private static Network grouped(String name, int groups, int groupWidth) {
    List<Stage> stages = new ArrayList<>();
    int in = 64;
    for (int s = 0; s < 3; s++) {
      int width = (groups * groupWidth) << s;
      Stages.Maker maker =
          (from, to, stride, shortcut) ->
              new Bottleneck(from, width, groups, to, stride, Strided.MIDDLE_3X3, shortcut);
      stages.add(Stages.of(in, 256 << s, 3, s == 0 ? 1 : 2, ShortcutOption.B, maker));
      in = 256 << s;
    }
    return network(name, 64, stages);
  }

  private static Network network(String name, int width, List<Stage> stages) {
    return new Network(name, new Shape(3, 32, 32), 10, Stem.cifar(3, width), stages);
  }
}
