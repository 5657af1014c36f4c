package org.resnet4j.study;

import org.resnet4j.train.Logits;

/**
 * How a changed network does beside the unchanged one, image by image, in sums over images.
 *
 * @param images how many were judged
 * @param mistakes how many got another class than their own
 * @param loss the sum of cross-entropies
 * @param broken how many the unchanged network had right, and this one has wrong
 * @param fixed how many the unchanged network had wrong, and this one has right
 * @param change the sum of differences of cross-entropies, this network's less the unchanged one's
 * @param changeSquares the sum of their squares
 */
record LensJudgement(
    int images,
    int mistakes,
    double loss,
    int broken,
    int fixed,
    double change,
    double changeSquares) {
  static final LensJudgement NONE = new LensJudgement(0, 0, 0, 0, 0, 0, 0);

  /** The judgement of a batch. */
  static LensJudgement of(Logits changed, Logits whole, int[] labels, int images) {
    LensJudgement sum = NONE;
    for (int row = 0; row < images; row++) {
      int label = labels[row];
      boolean wrong = changed.best(row) != label;
      boolean wasWrong = whole.best(row) != label;
      double loss = -changed.logProbability(row, label);
      double change = loss + whole.logProbability(row, label);
      sum =
          sum.plus(
              new LensJudgement(
                  1,
                  wrong ? 1 : 0,
                  loss,
                  wrong && !wasWrong ? 1 : 0,
                  wasWrong && !wrong ? 1 : 0,
                  change,
                  change * change));
    }
    return sum;
  }

  LensJudgement plus(LensJudgement other) {
    return new LensJudgement(
        images + other.images,
        mistakes + other.mistakes,
        loss + other.loss,
        broken + other.broken,
        fixed + other.fixed,
        change + other.change,
        changeSquares + other.changeSquares);
  }

  double top1() {
    return 1 - error();
  }

  double error() {
    return (double) mistakes / images;
  }

  double meanLoss() {
    return loss / images;
  }

  double meanChange() {
    return change / images;
  }

  /** The standard error of {@link #meanChange} as an estimate for all images; NaN for one image. */
  double changeError() {
    double mean = meanChange();
    double variance = Math.max(0, changeSquares - images * mean * mean) / (images - 1);
    return images < 2 ? Double.NaN : Math.sqrt(variance / images);
  }
}
