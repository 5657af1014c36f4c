package org.resnet4j.data.image;

/**
 * Which pixels of a line of the source make each pixel of a resized line, and with what weight.
 *
 * <p>{@code precompute_coeffs} and {@code normalize_coeffs_8bpc} of Pillow's {@code Resample.c}, in
 * the same order of operations in double precision, since a last bit would show after rounding.
 * Every pixel gets as many taps as the one that needs most, some of them of weight 0: loops of one
 * length are faster.
 */
final class Taps {
  /** Fraction bits: 8 for the value and 2 for overshoot are left of 32. */
  static final int BITS = 32 - 8 - 2;

  /** What a sum starts from, to be rounded rather than cut off. */
  static final int HALF = 1 << (BITS - 1);

  private final int[] first;
  private final int[] weights;
  private final int each;

  /**
   * Resizes a line of {@code from} pixels to {@code to}, of which only some are wanted.
   *
   * @param begin the first pixel wanted
   * @param count how many are, at least 1
   */
  Taps(int from, int to, int begin, int count, Interpolation interpolation) {
    double scale = (double) from / to;
    double stretch = Math.max(scale, 1);
    double radius = interpolation.radius * stretch;
    int[] length = new int[count];
    int most = 0;
    first = new int[count];
    for (int i = 0; i < count; i++) {
      double centre = (begin + i + 0.5) * scale;
      first[i] = Math.max((int) (centre - radius + 0.5), 0);
      length[i] = Math.min((int) (centre + radius + 0.5), from) - first[i];
      most = Math.max(most, length[i]);
    }
    each = most;
    weights = new int[count * each];
    double[] line = new double[each];
    for (int i = 0; i < count; i++) {
      double centre = (begin + i + 0.5) * scale;
      double sum = 0;
      for (int tap = 0; tap < length[i]; tap++) {
        line[tap] = interpolation.weight((tap + first[i] - centre + 0.5) * (1 / stretch));
        sum += line[tap];
      }
      int unused = Math.max(first[i] + each - from, 0); // No tap may lie behind the line.
      first[i] -= unused;
      for (int tap = 0; tap < length[i]; tap++) {
        weights[i * each + unused + tap] = fixedPoint(line[tap] / sum);
      }
    }
  }

  private static int fixedPoint(double weight) {
    return (int) (weight * (1 << BITS) + (weight < 0 ? -0.5 : 0.5));
  }

  /** The number of resized pixels. */
  int count() {
    return first.length;
  }

  /** The number of taps of each. */
  int each() {
    return each;
  }

  /** The first pixel of the source that counts for a pixel of the result. */
  int first(int pixel) {
    return first[pixel];
  }

  /** One past the last pixel of the source that counts for any. */
  int end() {
    return first[first.length - 1] + each;
  }

  /** The weights, one pixel's after another's; nobody may change them. */
  int[] weights() {
    return weights;
  }
}
