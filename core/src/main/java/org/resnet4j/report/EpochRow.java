package org.resnet4j.report;

/**
 * What one epoch gave; NaN where a number was not measured.
 *
 * @param epoch from 1
 * @param rate the learning rate at its end
 * @param trainLoss mean cross-entropy in nats
 * @param trainTop1 a fraction of 1
 * @param testLoss mean cross-entropy in nats
 * @param testTop1 a fraction of 1
 * @param testTop5 a fraction of 1
 * @param imagesPerSecond trained images
 * @param seconds wall-clock time of the epoch, without the test
 * @param averageLoss of the test, with the moving average of the weights; in nats
 * @param averageTop1 of the test, with the moving average of the weights; a fraction of 1
 */
public record EpochRow(
    int epoch,
    double rate,
    double trainLoss,
    double trainTop1,
    double testLoss,
    double testTop1,
    double testTop5,
    double imagesPerSecond,
    double seconds,
    double averageLoss,
    double averageTop1) {
  /** Without a moving average of the weights. */
  public EpochRow(
      int epoch,
      double rate,
      double trainLoss,
      double trainTop1,
      double testLoss,
      double testTop1,
      double testTop5,
      double imagesPerSecond,
      double seconds) {
    this(
        epoch,
        rate,
        trainLoss,
        trainTop1,
        testLoss,
        testTop1,
        testTop5,
        imagesPerSecond,
        seconds,
        Double.NaN,
        Double.NaN);
  }
}
