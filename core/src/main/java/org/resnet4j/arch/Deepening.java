package org.resnet4j.arch;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether one network is another with more blocks at the end of its stages, each of which can be an
 * identity.
 */
record Deepening(Network network, Network target) {

  /**
   * The target for the network's images and classes, and with its stochastic depth.
   *
   * @throws IllegalArgumentException if it is something else than the network made deeper
   */
  Network checked() {
    Network before = awake(network);
    require(
        before.order() == target.order(),
        "the order of a unit is %s here and %s there"
            .formatted(before.order().id(), target.order().id()));
    require(
        before.norm().equals(target.norm()),
        "the norm is %s here and %s there".formatted(before.norm(), target.norm()));
    require(
        before.stem().equals(target.stem().withChannels(before.input().channels())),
        "the stem differs");
    require(
        before.stages().size() == target.stages().size(),
        "there are %d stages here and %d there"
            .formatted(before.stages().size(), target.stages().size()));
    for (int s = 0; s < before.stages().size(); s++) {
      requireBegins(s + 1, before.stages().get(s), awake(target).stages().get(s));
    }
    Network after = awake(target).withInput(network.input()).withClasses(network.classes());
    int units = before.units().size();
    require(
        after.units().size() > units,
        "both have %d blocks; choose a deeper network".formatted(units));
    requireIdentities(before, after);
    return asleepAs(network, after);
  }

  /** Without stochastic depth, which is no part of what a network computes. */
  private static Network awake(Network network) {
    return network.withBlocks(
        block -> block instanceof Block.StochasticDepth depth ? depth.block() : block);
  }

  private static Network asleepAs(Network network, Network after) {
    List<Block> blocks = network.stages().get(network.stages().size() - 1).blocks();
    return blocks.get(blocks.size() - 1) instanceof Block.StochasticDepth last
        ? after.withStochasticDepth(last.rate())
        : after;
  }

  private void requireBegins(int stage, Stage before, Stage after) {
    List<Block> old = before.blocks();
    List<Block> blocks = after.blocks();
    for (int b = 0; b < Math.min(old.size(), blocks.size()); b++) {
      int number = b + 1;
      difference(old.get(b), blocks.get(b))
          .ifPresent(
              difference ->
                  require(
                      false, "block %d of stage %d is %s".formatted(number, stage, difference)));
    }
    require(
        blocks.size() >= old.size(),
        "stage %d has %d blocks here and only %d there; choose a deeper network"
            .formatted(stage, old.size(), blocks.size()));
  }

  private static Optional<String> difference(Block old, Block other) {
    if (old.equals(other)) {
      return Optional.empty();
    }
    String here = old.kind();
    String there = other.kind();
    if (here.equals(there)) {
      here = "%d->%d channels".formatted(old.in(), old.out());
      there = "%d->%d channels".formatted(other.in(), other.out());
    }
    if (here.equals(there)) {
      here = "beside shortcut " + old.shortcut().label();
      there = "beside shortcut " + other.shortcut().label();
    }
    if (here.equals(there)) {
      here = old.branch().toString();
      there = other.branch().toString();
    }
    return Optional.of("%s here and %s there".formatted(here, there));
  }

  private void requireIdentities(Network before, Network after) {
    List<Unit> units = after.units();
    int next = 0;
    for (int s = 0; s < after.stages().size(); s++) {
      int old = before.stages().get(s).blocks().size();
      for (int b = 0; b < after.stages().get(s).blocks().size(); b++) {
        Unit unit = units.get(next++);
        if (b >= old) {
          obstacle(unit, after.order())
              .ifPresent(
                  obstacle ->
                      require(
                          false,
                          "%s cannot start as an identity, %s".formatted(unit.name(), obstacle)));
        }
      }
    }
  }

  /** Why a unit cannot give what it gets. */
  private static Optional<String> obstacle(Unit unit, Order order) {
    if (!unit.in().equals(unit.out())) {
      return Optional.of("it turns %s into %s".formatted(unit.in(), unit.out()));
    }
    if (unit.block().shortcut() instanceof Shortcut.Identity) {
      return order == Order.NORM_AFTER_ADDITION
          ? Optional.of("it normalises its sum")
          : Optional.empty();
    }
    if (!unit.plain()) {
      return Optional.of("its shortcut is " + unit.block().shortcut().label());
    }
    if (order == Order.PRE_ACTIVATION || order == Order.RELU_ONLY_PRE_ACTIVATION) {
      return Optional.of("it has no shortcut and its ReLU comes first");
    }
    return unit.layers().stream()
        .filter(layer -> !passes(layer.operation()))
        .findFirst()
        .map(layer -> "it has no shortcut and %s is %s".formatted(layer.name(), layer.operation()));
  }

  /** Whether an operation can give what it gets, where that is not negative. */
  private static boolean passes(Operation operation) {
    if (operation instanceof Convolution convolution) {
      return convolution.in() == convolution.out()
          && convolution.stride() == 1
          && convolution.kernel() % 2 == 1;
    }
    return operation instanceof Operation.BatchNorm
        || operation instanceof Operation.Relu
        || operation instanceof Operation.Dropout
        || operation instanceof Operation.DropPath;
  }

  private void require(boolean holds, String reason) {
    if (!holds) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s cannot grow to %s: %s", network.name(), target.name(), reason));
    }
  }
}
