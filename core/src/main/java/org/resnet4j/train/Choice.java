package org.resnet4j.train;

/**
 * What the validation images of a run say: which epoch was its best.
 *
 * <p>The test images had no part in it, so that the figures of both on them are honest; the better
 * of the two would not be.
 *
 * @param images how many validation images there were
 * @param last how the last epoch did on them
 * @param best how the best did; the first of equals
 * @param test how the network of the best epoch, in {@code best}, does on the test images
 */
public record Choice(int images, Validated last, Validated best, Evaluation test) {

  /** How the network did on the validation images after an epoch, counted from 1. */
  public record Validated(int epoch, double loss, double top1, double top5) {
    static Validated of(Event.Epoch row) {
      return new Validated(row.epoch(), row.testLoss(), row.testTop1(), row.testTop5());
    }
  }
}
