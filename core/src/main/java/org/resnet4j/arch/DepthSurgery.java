package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A network made shorter or deeper by whole blocks, and which block of the new network is which of
 * the old one.
 *
 * <p>A block beside an identity shortcut can go, since its input has the shape of its output; and
 * one can come whose branch gives nothing, since the network then computes what it did: "the added
 * layers are identity mapping", arXiv 1512.03385, section 1.
 */
public final class DepthSurgery {
  private static final Pattern SHORTENED = Pattern.compile("(.+)-minus(\\d{1,4})");

  private final Network from;
  private final Network to;
  private final List<OptionalInt> origins;

  private DepthSurgery(Network from, Network to, List<OptionalInt> origins) {
    this.from = from;
    this.to = to;
    this.origins = List.copyOf(origins);
  }

  /**
   * The names of the units of which any one can be taken out: those beside an identity shortcut
   * that are not the only one of their stage.
   */
  public static List<String> removable(Network network) {
    List<String> names = new ArrayList<>();
    List<Unit> units = network.units();
    int next = 0;
    for (Stage stage : network.stages()) {
      boolean several = stage.blocks().size() > 1;
      for (Block block : stage.blocks()) {
        Unit unit = units.get(next++);
        if (several && block.shortcut() instanceof Shortcut.Identity) {
          names.add(unit.name());
        }
      }
    }
    return names;
  }

  /**
   * Takes units out. The result has the catalogue's name if that knows its structure, else the old
   * name and how many blocks are missing, e.g. {@code resnet56-minus3}.
   *
   * @param units names of units of the network, e.g. {@code layer1.2}
   * @throws IllegalArgumentException for a name that no unit has, a unit whose shortcut is no
   *     identity, or a stage that would have no block left
   */
  public static DepthSurgery without(Network network, Collection<String> units) {
    requireRemovable(network, units);
    List<Unit> all = network.units();
    List<Stage> stages = new ArrayList<>();
    List<OptionalInt> origins = new ArrayList<>();
    int next = 0;
    for (Stage stage : network.stages()) {
      List<Block> kept = new ArrayList<>();
      for (Block block : stage.blocks()) {
        if (!units.contains(all.get(next).name())) {
          kept.add(block);
          origins.add(OptionalInt.of(next));
        }
        next++;
      }
      if (kept.isEmpty()) {
        throw new IllegalArgumentException(
            "%s: stage %d would have no block left; keep one of its %d"
                .formatted(network.name(), stages.size() + 1, stage.blocks().size()));
      }
      stages.add(new Stage(kept));
    }
    int removed = all.size() - origins.size();
    Network shorter = network.withStages(stages);
    return new DepthSurgery(network, removed == 0 ? network : named(shorter, removed), origins);
  }

  private static void requireRemovable(Network network, Collection<String> units) {
    Map<String, Unit> byName =
        network.units().stream().collect(Collectors.toMap(Unit::name, Function.identity()));
    for (String name : units) {
      Unit unit = byName.get(name);
      if (unit == null) {
        throw new IllegalArgumentException(
            "%s has no unit \"%s\"; units that can be removed: %s"
                .formatted(network.name(), name, removable(network)));
      }
      Shortcut shortcut = unit.block().shortcut();
      if (!(shortcut instanceof Shortcut.Identity)) {
        throw new IllegalArgumentException(
            "%s: %s cannot be removed, its shortcut is %s and no identity; units that can: %s"
                .formatted(network.name(), name, shortcut.label(), removable(network)));
      }
    }
  }

  private static Network named(Network shorter, int removed) {
    Matcher before = SHORTENED.matcher(shorter.name());
    String name =
        before.matches()
            ? before.group(1) + "-minus" + (Integer.parseInt(before.group(2)) + removed)
            : shorter.name() + "-minus" + removed;
    return shorter.withName(Catalogue.nameOf(shorter).orElse(name));
  }

  /**
   * Makes the network as deep as another one, by blocks at the end of its stages.
   *
   * @param target a network of the same family, whatever its input and classes: its stages begin
   *     with the blocks of the network's, and what it has beyond them keeps the shape, beside an
   *     identity shortcut, or in a plain network none
   * @throws IllegalArgumentException if it is another kind of network, or not deeper, or the blocks
   *     beyond cannot be identities; says which and why
   */
  public static DepthSurgery grown(Network network, Network target) {
    Network deeper = new Deepening(network, target).checked();
    List<OptionalInt> origins = new ArrayList<>();
    int next = 0;
    for (int s = 0; s < network.stages().size(); s++) {
      int old = network.stages().get(s).blocks().size();
      for (int b = 0; b < deeper.stages().get(s).blocks().size(); b++) {
        origins.add(b < old ? OptionalInt.of(next++) : OptionalInt.empty());
      }
    }
    return new DepthSurgery(network, deeper, origins);
  }

  /** The network before. */
  public Network from() {
    return from;
  }

  /** The network after. */
  public Network to() {
    return to;
  }

  /** Names of the units of {@link #from} that are gone. */
  public List<String> removed() {
    List<Unit> units = from.units();
    List<Integer> kept =
        origins.stream().filter(OptionalInt::isPresent).map(OptionalInt::getAsInt).toList();
    return IntStream.range(0, units.size())
        .filter(u -> !kept.contains(u))
        .mapToObj(u -> units.get(u).name())
        .toList();
  }

  /** The units of {@link #to} that are new. */
  public List<Unit> added() {
    List<Unit> units = to.units();
    return IntStream.range(0, units.size())
        .filter(u -> origins.get(u).isEmpty())
        .mapToObj(units::get)
        .toList();
  }

  /** The unit of {@link #from} that each unit of {@link #to} was, by name; new ones are absent. */
  public Map<String, String> units() {
    List<Unit> before = from.units();
    List<Unit> after = to.units();
    Map<String, String> names = new LinkedHashMap<>();
    for (int u = 0; u < after.size(); u++) {
      if (origins.get(u).isPresent()) {
        names.put(after.get(u).name(), before.get(origins.get(u).getAsInt()).name());
      }
    }
    return names;
  }

  /**
   * The name in {@link #from} of each tensor of {@link #to}, in the order of its state; those of
   * new units are absent.
   */
  public Map<String, String> tensors() {
    Map<String, String> renamed = new HashMap<>();
    Map<String, String> units = units();
    for (Unit unit : to.units()) {
      Optional<String> old = Optional.ofNullable(units.get(unit.name()));
      for (Layer layer : unit.layers()) {
        for (Parameter parameter : layer.state()) {
          String inside = parameter.name().substring(unit.name().length());
          renamed.put(parameter.name(), old.map(name -> name + inside).orElse(""));
        }
      }
    }
    Map<String, String> tensors = new LinkedHashMap<>();
    for (Parameter parameter : to.state()) {
      String old = renamed.getOrDefault(parameter.name(), parameter.name());
      if (!old.isEmpty()) {
        tensors.put(parameter.name(), old);
      }
    }
    return tensors;
  }
}
