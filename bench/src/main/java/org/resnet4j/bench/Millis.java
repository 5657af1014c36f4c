package org.resnet4j.bench;

import java.util.List;

/** What many runs took, in milliseconds. */
record Millis(double median, double min, double max) {
  /** Throws {@link IllegalArgumentException} if there is none. */
  static Millis of(List<Double> times) {
    if (times.isEmpty()) {
      throw new IllegalArgumentException("no times: a median needs at least one");
    }
    List<Double> sorted = times.stream().sorted().toList();
    int last = sorted.size() - 1;
    double median = (sorted.get(last / 2) + sorted.get(sorted.size() / 2)) / 2;
    return new Millis(median, sorted.get(0), sorted.get(last));
  }

  /** How many a second, if each of so many streams does {@code count} in a median time. */
  double rate(double count, int streams) {
    return 1000 * count * streams / median;
  }
}
