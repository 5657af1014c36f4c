package org.resnet4j.study;

import java.util.List;

/**
 * How far the mean and variance of what reaches batch norms are from the stored ones, channel by
 * channel.
 *
 * @param mean the median of the distances of means, in stored standard deviations
 * @param largestMean the largest of them
 * @param variance the median of |ln(variance / stored variance)|; 0.69 is twice or half
 * @param largestVariance the largest of them
 */
public record LensDrift(double mean, double largestMean, double variance, double largestVariance) {
  /** Of some channels; at least one. */
  static LensDrift of(List<Double> means, List<Double> variances) {
    return new LensDrift(median(means), largest(means), median(variances), largest(variances));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double largest(List<Double> values) {
    return values.stream().mapToDouble(value -> value).max().orElseThrow();
  }
}
