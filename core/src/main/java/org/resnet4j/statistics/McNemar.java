package org.resnet4j.statistics;

import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * Whether two classifiers differ on the same cases; McNemar (Psychometrika 12, 1947), exact.
 *
 * <p>Only cases that one has right and the other wrong count: if neither is better, each of them is
 * a toss of a coin.
 *
 * @param firstAlone cases that the first has right and the second wrong
 * @param secondAlone the other way round
 * @param probability of so uneven a split or a more uneven one, if neither is better; two-sided
 */
public record McNemar(int firstAlone, int secondAlone, double probability) {
  public static McNemar of(int firstAlone, int secondAlone) {
    int tosses = firstAlone + secondAlone;
    if (tosses == 0) {
      return new McNemar(0, 0, 1);
    }
    double tail =
        BinomialDistribution.of(tosses, 0.5)
            .cumulativeProbability(Math.min(firstAlone, secondAlone));
    return new McNemar(firstAlone, secondAlone, Math.min(1, 2 * tail));
  }
}
