package org.resnet4j.train;

/** What the logits of one image say. */
public final class Logits {
  private final float[] values;
  private final int classes;

  /**
   * Logits of a batch.
   *
   * @param values row by row, one row an image
   */
  public Logits(float[] values, int classes) {
    this.values = values;
    this.classes = classes;
  }

  /** The class of the highest logit; the first of equals. */
  public int best(int row) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (at(row, c) > at(row, best)) {
        best = c;
      }
    }
    return best;
  }

  /** How many classes come before this one. */
  public int rank(int row, int label) {
    int rank = 0;
    for (int c = 0; c < classes; c++) {
      if (at(row, c) > at(row, label) || (at(row, c) == at(row, label) && c < label)) {
        rank++;
      }
    }
    return rank;
  }

  /** The logarithm of the softmax probability. */
  public double logProbability(int row, int label) {
    double highest = at(row, best(row));
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(at(row, c) - highest);
    }
    return at(row, label) - highest - Math.log(sum);
  }

  /** How many rows have their label as best class. */
  public int right(int[] labels, int rows) {
    int right = 0;
    for (int row = 0; row < rows; row++) {
      if (best(row) == labels[row]) {
        right++;
      }
    }
    return right;
  }

  private float at(int row, int label) {
    return values[row * classes + label];
  }
}
