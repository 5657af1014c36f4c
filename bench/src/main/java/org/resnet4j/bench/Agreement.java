package org.resnet4j.bench;

import java.util.List;

/**
 * How far the outputs of two contestants are apart on the same images.
 *
 * @param difference the largest between two logits, as a part of the range of all logits
 * @param bound the largest that is not a fault
 */
record Agreement(double difference, double bound) {
  /** As exported files are checked: another order of additions makes some 1e-6. */
  private static final double FP32 = 1e-4;

  /**
   * A bf16 keeps 8 bits, so each of some 50 layers rounds by up to 2^-9 and a random walk of them
   * makes 2^-9 * sqrt(50) = 1.4 % of the signal; a wrong layer makes more than 20 %.
   */
  private static final double BF16 = 0.05;

  /**
   * A byte has 255 steps over a range of some 8 standard deviations, so each layer rounds by 1 % of
   * the signal, and a random walk of 50 makes 7 %; the largest of many is twice that.
   */
  private static final double INT8 = 0.15;

  /** The coarser of the two precisions decides. */
  static double bound(String ours, String theirs) {
    List<String> both = List.of(ours, theirs);
    return both.contains("int8") ? INT8 : both.contains("bf16") ? BF16 : FP32;
  }

  /** Throws {@link IllegalArgumentException} unless both are of the same number of logits. */
  static Agreement of(List<Double> actual, List<Double> expected, double bound) {
    if (actual.size() != expected.size() || expected.isEmpty()) {
      throw new IllegalArgumentException(
          "%d logits cannot be compared with %d".formatted(actual.size(), expected.size()));
    }
    double largest = 0;
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < expected.size(); i++) {
      double distance = Math.abs(actual.get(i) - expected.get(i));
      // No number is as wrong as can be.
      largest = Double.isFinite(distance) ? Math.max(largest, distance) : Double.POSITIVE_INFINITY;
      low = Math.min(low, expected.get(i));
      high = Math.max(high, expected.get(i));
      if (largest == Double.POSITIVE_INFINITY) {
        break;
      }
    }
    return new Agreement(largest == 0 ? 0 : largest / (high - low), bound);
  }

  /** Throws if it is no agreement; a time of another function means nothing. */
  void require(String ours, String theirs) {
    if (!(difference <= bound)) {
      throw new BenchException(
          BenchException.OUTPUTS_DIFFER,
          ("outputs differ: %s and %s are %.2g of the logits' range apart on the same images, at most"
                  + " %.2g is rounding; one of them computes something else, so nothing was timed")
              .formatted(ours, theirs, difference, bound));
    }
  }
}
