package org.resnet4j.data.shapes;

import java.util.SplittableRandom;

/**
 * A stream of random choices that is the same on every Java.
 *
 * <p>Built on {@link SplittableRandom#nextLong} alone, because the derived methods of the JDK's
 * generators have changed between versions.
 */
final class Draws {
  private final SplittableRandom random;

  Draws(long seed) {
    random = new SplittableRandom(seed);
  }

  long next() {
    return random.nextLong();
  }

  double between(double low, double high) {
    return low + (high - low) * (next() >>> 11) * 0x1p-53;
  }

  boolean chance(double probability) {
    return between(0, 1) < probability;
  }

  <T> T oneOf(T[] choices) {
    return choices[(int) between(0, choices.length)];
  }

  /** Nearly normal noise of mean 0 and variance 1: the sum of four uniform values of 16 bits. */
  double noise() {
    long bits = next();
    long sum =
        (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48 & 0xffff);
    return (sum * 0x1p-16 - 2) * 1.7320508075688772;
  }
}
