package org.resnet4j.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Chooses a network for the time there is: the largest that still sees each image often enough, as
 * a network that is not trained to the end loses more than depth gains.
 *
 * @param ladder from the least to the most work
 * @param perEpoch steps of an epoch
 */
record BudgetRule(List<Rung> ladder, long perEpoch) {
  /**
   * Half of what {@code cifar-fast} has; with so many ResNet-20 came within two points of the
   * paper's schedule.
   */
  static final int ENOUGH_EPOCHS = 15;

  /** A few images often are not enough: a third of what {@code cifar-fast} takes on CIFAR-10. */
  static final int ENOUGH_STEPS = 2_000;

  BudgetRule {
    ladder = List.copyOf(ladder);
  }

  /**
   * A network at a resolution.
   *
   * @param size of the images, 0 for their own
   * @param multiplyAdds for one image
   */
  record Rung(String model, int size, long multiplyAdds) {
    String text() {
      return size == 0 ? model : "%s at %dx%d".formatted(model, size, size);
    }
  }

  /** A network and how long it trains. */
  record Chosen(Rung rung, long steps, double epochs, boolean enough) {}

  /**
   * What to train in so many seconds.
   *
   * @param known the pace of some networks, at least one; the others are guessed by multiply-adds
   *     from the nearest
   */
  Chosen choose(Map<Rung, Pace> known, double seconds) {
    Optional<Chosen> best = Optional.empty();
    for (Rung rung : ladder) {
      Chosen chosen = chosen(rung, pace(known, rung), seconds);
      if (best.isEmpty() || chosen.enough()) {
        best = Optional.of(chosen);
      }
    }
    return best.orElseThrow();
  }

  /** The best of what was measured. */
  Chosen chooseKnown(Map<Rung, Pace> known, double seconds) {
    List<Rung> measured = new ArrayList<>(ladder);
    measured.retainAll(known.keySet());
    return new BudgetRule(measured, perEpoch).choose(known, seconds);
  }

  private Chosen chosen(Rung rung, Pace pace, double seconds) {
    long steps = pace.steps(seconds, perEpoch);
    double epochs = (double) steps / perEpoch;
    return new Chosen(rung, steps, epochs, epochs >= ENOUGH_EPOCHS && steps >= ENOUGH_STEPS);
  }

  private Pace pace(Map<Rung, Pace> known, Rung rung) {
    Pace there = known.get(rung);
    if (there != null) {
      return there;
    }
    int place = ladder.indexOf(rung);
    Map.Entry<Rung, Pace> nearest =
        known.entrySet().stream()
            .min(Comparator.comparingInt(one -> Math.abs(ladder.indexOf(one.getKey()) - place)))
            .orElseThrow();
    return nearest
        .getValue()
        .scaled((double) rung.multiplyAdds() / nearest.getKey().multiplyAdds());
  }
}
