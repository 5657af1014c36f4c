package org.resnet4j.data.image;

/**
 * Which pixels of a line of the source make each pixel of a resized line, and with what weight.
 *
 * <p>{@code precompute_coeffs} and {@code normalize_coeffs_8bpc} of Pillow's {@code Resample.c}, in
 * the same order of operations in double precision, since a last bit would show after rounding.
 */
final class Taps {
  /** Fraction bits: 8 for the value and 2 for overshoot are left of 32. */
  private static final int BITS = 32 - 8 - 2;

  /** What a sum starts from, to be rounded rather than cut off. */
  static final int HALF = 1 << (BITS - 1);

  private final int[] first;
  private final int[] begin;
  private final int[] weights;

  /** Resizes a line of {@code from} pixels to {@code to}. */
  Taps(int from, int to, Interpolation interpolation) {
    double scale = (double) from / to;
    double stretch = Math.max(scale, 1);
    double radius = interpolation.radius * stretch;
    double[] line = new double[(int) Math.ceil(radius) * 2 + 1];
    first = new int[to];
    begin = new int[to + 1];
    weights = new int[to * line.length];
    for (int i = 0; i < to; i++) {
      double centre = (i + 0.5) * scale;
      first[i] = Math.max((int) (centre - radius + 0.5), 0);
      int length = Math.min((int) (centre + radius + 0.5), from) - first[i];
      double sum = 0;
      for (int tap = 0; tap < length; tap++) {
        line[tap] = interpolation.weight((tap + first[i] - centre + 0.5) * (1 / stretch));
        sum += line[tap];
      }
      begin[i + 1] = begin[i] + length;
      for (int tap = 0; tap < length; tap++) {
        weights[begin[i] + tap] = fixedPoint(line[tap] / sum);
      }
    }
  }

  private static int fixedPoint(double weight) {
    return (int) (weight * (1 << BITS) + (weight < 0 ? -0.5 : 0.5));
  }

  /** The value a sum of weighted values stands for. */
  static byte round(int sum) {
    return (byte) Math.min(Math.max(sum >> BITS, 0), 255);
  }

  /** The length of the resized line. */
  int count() {
    return first.length;
  }

  /** The first pixel of the source that counts for a pixel of the result. */
  int first(int pixel) {
    return first[pixel];
  }

  /** The number of its first weight. */
  int begin(int pixel) {
    return begin[pixel];
  }

  /** One past the number of its last weight. */
  int end(int pixel) {
    return begin[pixel + 1];
  }

  int weight(int tap) {
    return weights[tap];
  }
}
