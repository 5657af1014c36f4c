package org.resnet4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** How often each class was taken for each other. */
public final class Confusion {
  private final List<String> classes;
  private final long[][] counts;

  /** Images of class {@code truth} that were taken for class {@code predicted}. */
  public record Pair(int truth, int predicted, long images) {}

  /**
   * A copy of {@code counts}: a row for each true class, a column for each predicted one.
   *
   * @throws IllegalArgumentException unless there is a row and a column for each class and no count
   *     is negative
   */
  public Confusion(List<String> classes, long[][] counts) {
    this.classes = List.copyOf(classes);
    int size = classes.size();
    if (counts.length != size) {
      throw new IllegalArgumentException(
          "confusion of %d classes has %d rows; give one row for each true class"
              .formatted(size, counts.length));
    }
    this.counts = new long[size][];
    for (int truth = 0; truth < size; truth++) {
      this.counts[truth] = counts[truth].clone();
      check(truth);
    }
  }

  private void check(int truth) {
    long[] row = counts[truth];
    if (row.length != classes.size()) {
      throw new IllegalArgumentException(
          "confusion of %d classes: row %s has %d columns; give one for each predicted class"
              .formatted(classes.size(), classes.get(truth), row.length));
    }
    for (int predicted = 0; predicted < row.length; predicted++) {
      if (row[predicted] < 0) {
        throw new IllegalArgumentException(
            "confusion: %s taken for %s is %d; a count cannot be negative"
                .formatted(classes.get(truth), classes.get(predicted), row[predicted]));
      }
    }
  }

  /** The labels, in the order of rows and columns. */
  public List<String> classes() {
    return classes;
  }

  /** Images of class {@code truth} taken for {@code predicted}. */
  public long count(int truth, int predicted) {
    return counts[truth][predicted];
  }

  /** Images whose true class is {@code truth}. */
  public long images(int truth) {
    return IntStream.range(0, classes.size()).mapToLong(p -> counts[truth][p]).sum();
  }

  /** The share of images of that class that were found; NaN if there are none. */
  public double recall(int index) {
    return counts[index][index] / (double) images(index);
  }

  /** The share of images taken for that class that are of it; NaN if there are none. */
  public double precision(int index) {
    long taken = IntStream.range(0, classes.size()).mapToLong(t -> counts[t][index]).sum();
    return counts[index][index] / (double) taken;
  }

  /** The mistakes that occur, the most frequent first. */
  public List<Pair> mistakes() {
    List<Pair> pairs = new ArrayList<>();
    for (int truth = 0; truth < classes.size(); truth++) {
      for (int predicted = 0; predicted < classes.size(); predicted++) {
        if (truth != predicted && counts[truth][predicted] > 0) {
          pairs.add(new Pair(truth, predicted, counts[truth][predicted]));
        }
      }
    }
    pairs.sort(Comparator.comparingLong(Pair::images).reversed());
    return pairs;
  }
}
