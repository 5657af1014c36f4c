package org.resnet4j.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Unit;

/**
 * Which units a pass runs, in which order, and which of their paths it takes: how a trained network
 * is cut and rearranged without being changed.
 *
 * @param visits in the order they run
 */
public record Wiring(List<Visit> visits) {
  /** What a pass takes of a unit. */
  public enum Paths {
    /** Branch and shortcut, forward and backward. */
    BOTH,
    /** The shortcut alone, as if the branch gave zero. */
    SHORTCUT,
    /** Both forward; the gradient goes through the branch alone. */
    GRADIENT_BY_BRANCH,
    /** Both forward; the gradient goes through the shortcut alone. */
    GRADIENT_BY_SHORTCUT
  }

  /**
   * One unit on the way.
   *
   * @param unit its index in {@link Network#units}
   */
  public record Visit(int unit, Paths paths) {}

  public Wiring {
    visits = List.copyOf(visits);
  }

  /** Every unit once, as it was built. */
  public static Wiring whole(Network network) {
    return without(network, Set.of());
  }

  /**
   * Without the branches of those units, as arXiv 1605.06431, section 4.1 removes them: what has an
   * identity shortcut, or is plain and keeps the shape, is left out; of another unit the shortcut
   * remains.
   *
   * @param removed indices in {@link Network#units}
   * @throws IllegalArgumentException if one is a plain unit that changes the shape
   */
  public static Wiring without(Network network, Set<Integer> removed) {
    List<Unit> units = network.units();
    List<Visit> visits = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      Unit unit = units.get(i);
      if (!removed.contains(i)) {
        visits.add(new Visit(i, Paths.BOTH));
      } else if (unit.plain() && !unit.in().equals(unit.out())) {
        throw new IllegalArgumentException(
            "%s: %s changes %s to %s and has no shortcut; it cannot be removed"
                .formatted(network.name(), unit.name(), unit.in(), unit.out()));
      } else if (!unit.plain() && !(unit.block().shortcut() instanceof Shortcut.Identity)) {
        visits.add(new Visit(i, Paths.SHORTCUT));
      }
    }
    return new Wiring(visits);
  }

  /**
   * Every unit once, in another order.
   *
   * @param order a permutation of the indices of {@link Network#units}
   * @throws IllegalArgumentException if a unit would meet another shape than its own
   */
  public static Wiring ordered(Network network, int[] order) {
    List<Unit> units = network.units();
    if (!IntStream.of(order).sorted().boxed().toList().equals(indices(units.size()))) {
      throw new IllegalArgumentException(
          "order: must name each of the %d units of %s once"
              .formatted(units.size(), network.name()));
    }
    for (int i = 0; i < order.length; i++) {
      Unit here = units.get(i);
      Unit moved = units.get(order[i]);
      if (!moved.in().equals(here.in()) || !moved.out().equals(here.out())) {
        throw new IllegalArgumentException(
            "%s: %s turns %s into %s and cannot take the place of %s, from %s to %s"
                .formatted(
                    network.name(),
                    moved.name(),
                    moved.in(),
                    moved.out(),
                    here.name(),
                    here.in(),
                    here.out()));
      }
    }
    return new Wiring(IntStream.of(order).mapToObj(unit -> new Visit(unit, Paths.BOTH)).toList());
  }

  private static List<Integer> indices(int count) {
    return IntStream.range(0, count).boxed().toList();
  }
}
