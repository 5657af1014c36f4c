package org.resnet4j.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A linear scale that starts at zero, with ticks at round numbers.
 *
 * @param end the last value shown
 * @param step from tick to tick: 1, 2 or 5 times a power of ten
 */
record Axis(double end, double step) {
  private static final int MOST_TICKS = 6;

  /** Ends at the first tick at or beyond {@code largest}; from 0 to 1 if that is not positive. */
  static Axis rounded(double largest) {
    double step = roundStep(largest > 0 ? largest : 1);
    return new Axis(step * Math.ceil((largest > 0 ? largest : 1) / step - 1e-9), step);
  }

  /** Ends exactly at {@code last}, which counts whole things such as epochs. */
  static Axis counting(double last) {
    double end = Math.max(1, last);
    return new Axis(end, Math.max(1, roundStep(end)));
  }

  private static double roundStep(double end) {
    double least = end / MOST_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(least)));
    for (int factor : new int[] {1, 2, 5}) {
      if (factor * power >= least * (1 - 1e-9)) {
        return factor * power;
      }
    }
    return 10 * power;
  }

  /** Zero, then every step up to the end. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (int i = 0; i * step <= end * (1 + 1e-9); i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** A tick with just the digits that the step needs. */
  String label(double tick) {
    return Numbers.decimal(tick, Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9)));
  }

  /** Where a value lies: 0 at zero, 1 at the end. */
  double share(double value) {
    return value / end;
  }
}
