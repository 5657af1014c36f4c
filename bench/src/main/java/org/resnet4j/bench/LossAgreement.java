package org.resnet4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How far the losses of two contestants are apart in the first steps, from the same weights on the
 * same batch. The first tells whether the way forward is the same, the second whether gradients and
 * rate are, the third whether momentum is.
 *
 * @param difference the largest of a step, as a part of the other's loss
 * @param bound the largest that is not a fault
 */
record LossAgreement(double difference, double bound) {
  /** Steps that are compared. */
  static final int STEPS = 3;

  /** Another order of additions makes some 1e-6 in the first step, and steps multiply it. */
  static final double FP32 = 1e-3;

  /** A bf16 keeps 8 bits: see {@link Agreement}; a loss is a mean, of which much cancels. */
  static final double BF16 = 0.01;

  /** The coarser of the two precisions decides. */
  static double bound(String ours, String theirs) {
    return List.of(ours, theirs).contains("bf16") ? BF16 : FP32;
  }

  /** Throws {@link IllegalArgumentException} unless both are of the same number of steps. */
  static LossAgreement of(List<Double> actual, List<Double> expected, double bound) {
    if (actual.size() != expected.size() || expected.isEmpty()) {
      throw new IllegalArgumentException(
          "%d losses cannot be compared with %d".formatted(actual.size(), expected.size()));
    }
    double largest = 0;
    for (int i = 0; i < expected.size(); i++) {
      double distance = Math.abs(actual.get(i) - expected.get(i)) / Math.abs(expected.get(i));
      // No number is as wrong as can be.
      largest = Double.isFinite(distance) ? Math.max(largest, distance) : Double.POSITIVE_INFINITY;
      if (largest == Double.POSITIVE_INFINITY) {
        break;
      }
    }
    return new LossAgreement(largest, bound);
  }

  /** Throws if it is no agreement; a time of another training means nothing. */
  void require(String ours, List<Double> ourLosses, String theirs, List<Double> theirLosses) {
    if (!(difference <= bound)) {
      throw new BenchException(
          BenchException.OUTPUTS_DIFFER,
          ("losses differ: %s has %s and %s has %s in the first steps, %.2g apart, at most %.2g is"
                  + " rounding; one of them trains something else, so nothing was timed")
              .formatted(ours, text(ourLosses), theirs, text(theirLosses), difference, bound));
    }
  }

  static String text(List<Double> losses) {
    return losses.stream()
        .map(loss -> String.format(Locale.ROOT, "%.4f", loss))
        .collect(Collectors.joining(", "));
  }
}
