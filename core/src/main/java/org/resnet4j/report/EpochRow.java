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
    double seconds) {}
