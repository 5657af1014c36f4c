package org.resnet4j.statistics;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of independent values with its 95 % confidence interval by Student's t.
 *
 * @param count of the values
 * @param deviation their standard deviation, with {@code count - 1}; NaN of one value
 * @param low the lower end; NaN of one value, which says nothing of spread
 * @param high the upper end
 */
public record Interval(int count, double mean, double deviation, double low, double high) {
  private static final double UPPER = 0.975;

  /** Throws {@link IllegalArgumentException} if there is no value. */
  public static Interval of(double... values) {
    return ofAtLeast(0, values);
  }

  /**
   * As {@link #of}, of values that are no finer than they were measured.
   *
   * @param least the deviation that rounding alone gives: equal values then leave some doubt
   */
  public static Interval ofAtLeast(double least, double... values) {
    int count = values.length;
    double mean =
        Arrays.stream(values)
            .average()
            .orElseThrow(() -> new IllegalArgumentException("an interval needs values"));
    if (count == 1) {
      return new Interval(1, mean, Double.NaN, Double.NaN, Double.NaN);
    }
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    double deviation = Math.max(least, Math.sqrt(squares / (count - 1)));
    double quantile = TDistribution.of(count - 1).inverseCumulativeProbability(UPPER);
    double half = quantile * deviation / Math.sqrt(count);
    return new Interval(count, mean, deviation, mean - half, mean + half);
  }

  /** As {@link #ofDifference(double, double[], double[])}, of values as fine as can be. */
  public static Interval ofDifference(double[] a, double[] b) {
    return ofDifference(0, a, b);
  }

  /**
   * Of {@code a - b}, value by value: what is common to both, such as a seed, cancels.
   *
   * @param least the deviation that rounding alone gives a difference
   * @throws IllegalArgumentException unless both have as many
   */
  public static Interval ofDifference(double least, double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "%d values cannot be paired with %d".formatted(a.length, b.length));
    }
    double[] differences = new double[a.length];
    Arrays.setAll(differences, i -> a[i] - b[i]);
    return ofAtLeast(least, differences);
  }

  /**
   * Of the difference between the means of {@code a} and {@code b}, which share nothing; Welch
   * (Biometrika 34, 1947). The count is that of both, the deviation that of one difference.
   *
   * @param least the deviation that rounding alone gives a value
   * @throws IllegalArgumentException unless both have two values
   */
  public static Interval ofUnpaired(double least, double[] a, double[] b) {
    if (a.length < 2 || b.length < 2) {
      throw new IllegalArgumentException("a difference of means needs two values on each side");
    }
    Interval first = ofAtLeast(least, a);
    Interval second = ofAtLeast(least, b);
    double mean = first.mean() - second.mean();
    double u = first.deviation() * first.deviation() / a.length;
    double v = second.deviation() * second.deviation() / b.length;
    double deviation = Math.hypot(first.deviation(), second.deviation());
    if (u + v == 0) {
      return new Interval(a.length + b.length, mean, 0, mean, mean);
    }
    double freedom = (u + v) * (u + v) / (u * u / (a.length - 1) + v * v / (b.length - 1));
    double half = TDistribution.of(freedom).inverseCumulativeProbability(UPPER) * Math.sqrt(u + v);
    return new Interval(a.length + b.length, mean, deviation, mean - half, mean + half);
  }

  /** Whether the whole interval lies above; never, of one value. */
  public boolean above(double bound) {
    return low > bound;
  }

  /** Whether the whole interval lies below; never, of one value. */
  public boolean below(double bound) {
    return high < bound;
  }
}
