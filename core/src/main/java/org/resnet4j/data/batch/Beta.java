package org.resnet4j.data.batch;

import java.util.random.RandomGenerator;

/**
 * Draws from the symmetric beta distribution.
 *
 * <p>With uniform numbers and strict arithmetic alone, so that a run that goes on elsewhere draws
 * the same.
 */
final class Beta {
  private Beta() {}

  /**
   * A number between 0 and 1, the quotient of two that are gamma-distributed.
   *
   * @param alpha above 0; 1 for the uniform distribution, below it for values near 0 and 1
   */
  static double draw(double alpha, RandomGenerator random) {
    double one = logGamma(alpha, random);
    double other = logGamma(alpha, random);
    return 1 / (1 + StrictMath.exp(other - one));
  }

  /** As a logarithm: values of a small shape are too small for a double. */
  private static double logGamma(double shape, RandomGenerator random) {
    return shape < 1
        ? largeLogGamma(shape + 1, random) + StrictMath.log(positive(random)) / shape
        : largeLogGamma(shape, random);
  }

  /** Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
  private static double largeLogGamma(double shape, RandomGenerator random) {
    double d = shape - 1 / 3.0;
    double c = 1 / StrictMath.sqrt(9 * d);
    while (true) {
      double x = normal(random);
      double v = (1 + c * x) * (1 + c * x) * (1 + c * x);
      if (v > 0 && StrictMath.log(positive(random)) < 0.5 * x * x + d * (1 - v + log(v))) {
        return log(d) + log(v);
      }
    }
  }

  /** Box and Muller, 1958. */
  private static double normal(RandomGenerator random) {
    double radius = StrictMath.sqrt(-2 * log(positive(random)));
    return radius * StrictMath.cos(2 * Math.PI * random.nextDouble());
  }

  private static double log(double value) {
    return StrictMath.log(value);
  }

  private static double positive(RandomGenerator random) {
    return 1 - random.nextDouble();
  }
}
