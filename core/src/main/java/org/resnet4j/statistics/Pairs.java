package org.resnet4j.statistics;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * How many pairs of runs a claim needs.
 *
 * <p>Fulfils {@code n = ((t(1 - alpha/2, n - 1) + t(power, n - 1)) * deviation / difference)^2},
 * the arithmetic of a paired t test; Cohen, Statistical Power Analysis (1988), chapter 2. That is
 * within one pair of what the noncentral t distribution asks for, and mostly the same.
 */
public final class Pairs {
  /** How often a difference may be claimed where there is none. */
  public static final double ALPHA = 0.05;

  /** How often a difference that is there is to be found. */
  public static final double POWER = 0.8;

  private static final int MOST = 1_000_000;

  private Pairs() {}

  /**
   * The fewest pairs that show a difference of that size with {@link #POWER} at {@link #ALPHA}; at
   * least 2.
   *
   * @param deviation of the differences within pairs, in the difference's unit
   * @param difference above 0
   * @return at most a million, which means: as good as never
   */
  public static int needed(double deviation, double difference) {
    if (!(difference > 0) || !(deviation >= 0)) {
      throw new IllegalArgumentException(
          "difference = %s, deviation = %s: must be above 0, and at least 0"
              .formatted(difference, deviation));
    }
    int low = 1;
    int high = MOST;
    while (high - low > 1) { // Both quantiles fall as n grows, so what suffices once suffices on.
      int middle = (low + high) >>> 1;
      if (suffices(middle, deviation / difference)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private static boolean suffices(int pairs, double ratio) {
    TDistribution t = TDistribution.of(pairs - 1);
    double quantiles =
        t.inverseCumulativeProbability(1 - ALPHA / 2) + t.inverseCumulativeProbability(POWER);
    return pairs >= Math.pow(quantiles * ratio, 2);
  }
}
