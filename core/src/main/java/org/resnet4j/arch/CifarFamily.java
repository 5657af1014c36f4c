package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;

/** Networks for 32x32 images and 10 classes: three stages, each of half the size of the last. */
final class CifarFamily {
  private static final int DEEPEST = 6002;
  private static final List<Integer> DEPTHS = List.of(20, 32, 44, 56, 110, 1202);
  private static final Pattern PAPER = Pattern.compile("resnet([1-9]\\d{0,3})(-[a-z-]+)?");
  private static final Pattern PRE_ACTIVATION = Pattern.compile("resnetv2_([1-9]\\d{0,3})");
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
    Matcher paper = PAPER.matcher(name);
    if (paper.matches()) {
      String suffix = paper.group(2) == null ? "" : paper.group(2);
      return paper(Integer.parseInt(paper.group(1)), suffix);
    }
    Matcher preActivation = PRE_ACTIVATION.matcher(name);
    if (preActivation.matches()) {
      return preActivation(Integer.parseInt(preActivation.group(1)));
    }
    Matcher grouped = GROUPED.matcher(name);
    if (grouped.matches()) {
      return Optional.of(
          grouped(Integer.parseInt(grouped.group(1)), Integer.parseInt(grouped.group(2))));
    }
    Matcher wide = WIDE.matcher(name);
    if (wide.matches()) {
      return wide(
          Integer.parseInt(wide.group(1)), Integer.parseInt(wide.group(2)), wide.group(3) != null);
    }
    return Optional.empty();
  }

  /** arXiv 1512.03385, section 4.2, and its variants in arXiv 1603.05027. */
  private static Optional<Network> paper(int depth, String suffix) {
    if (!isBasic(depth)) {
      return Optional.empty();
    }
    int n = (depth - 2) / 6;
    Network network = basic(n, 16, 1, ShortcutOption.A);
    Shortcut shortcut = SHORTCUTS.get(suffix);
    if (shortcut != null) {
      return Optional.of(network.withBlocks(replacingIdentity(shortcut)));
    }
    Order order = ORDERS.get(suffix);
    if (order != null) {
      return Optional.of(network.withOrder(order));
    }
    return suffix.isEmpty()
        ? Optional.of(network)
        : ShortcutOption.ofSuffix(suffix).map(option -> basic(n, 16, 1, option));
  }

  private static boolean isBasic(int depth) {
    return depth >= 8 && depth <= DEEPEST && (depth - 2) % 6 == 0;
  }

  private static UnaryOperator<Block> replacingIdentity(Shortcut other) {
    return block -> block.shortcut() instanceof Shortcut.Identity ? block.with(other) : block;
  }

  /** arXiv 1603.05027, table 3: basic blocks, and bottlenecks where the depth is 164 or 1001. */
  private static Optional<Network> preActivation(int depth) {
    if (depth == 164 || depth == 1001) {
      int n = (depth - 2) / 9;
      return Optional.of(bottlenecks(n).withOrder(Order.PRE_ACTIVATION));
    }
    return isBasic(depth)
        ? Optional.of(
            firstActivated(
                basic((depth - 2) / 6, 16, 1, ShortcutOption.A).withOrder(Order.PRE_ACTIVATION)))
        : Optional.empty();
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
  private static Optional<Network> wide(int depth, int factor, boolean dropout) {
    if (depth < 10 || (depth - 4) % 6 != 0) {
      return Optional.empty();
    }
    Network network =
        basic((depth - 4) / 6, 16, factor, ShortcutOption.B).withOrder(Order.PRE_ACTIVATION);
    return Optional.of(
        dropout ? network.withBlocks(block -> new Block.DroppedOut(block, 0.3)) : network);
  }

  /**
   * Three stages of n basic blocks.
   *
   * @param width channels of the stem
   * @param factor how many times the channels the first stage has
   */
  static Network basic(int n, int width, int factor, ShortcutOption option) {
    List<Stage> stages = new ArrayList<>();
    int in = width;
    for (int s = 0; s < 3; s++) {
      int out = (width * factor) << s;
      stages.add(Stages.of(in, out, n, s == 0 ? 1 : 2, option, Block.Basic::new));
      in = out;
    }
    return network(width, stages);
  }

  private static Network bottlenecks(int n) {
    List<Stage> stages = new ArrayList<>();
    int in = 16;
    for (int s = 0; s < 3; s++) {
      int width = 16 << s;
      Stages.Maker maker =
          (from, to, stride, shortcut) ->
              new Bottleneck(from, width, to, stride, Strided.FIRST_1X1, shortcut);
      stages.add(Stages.of(in, 4 * width, n, s == 0 ? 1 : 2, ShortcutOption.B, maker));
      in = 4 * width;
    }
    return network(16, stages);
  }

  /** arXiv 1611.05431, section 5.2: three bottlenecks a stage, 256, 512 and 1024 channels. */
  private static Network grouped(int groups, int groupWidth) {
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
    return network(64, stages);
  }

  private static Network network(int width, List<Stage> stages) {
    return new Network("cifar", new Shape(3, 32, 32), 10, Stem.cifar(3, width), stages);
  }
}
