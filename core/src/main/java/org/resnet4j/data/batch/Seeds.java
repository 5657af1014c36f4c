package org.resnet4j.data.batch;

import java.util.SplittableRandom;
import org.resnet4j.data.Subset;

/** Random numbers that depend on what they are for, never on the order in which they are drawn. */
final class Seeds {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final int ORDER = -1;

  private Seeds() {}

  /** For the augmentation of one image, by its index in the data set, in one epoch. */
  static SplittableRandom ofImage(long seed, int epoch, int index) {
    return new SplittableRandom(mix(mix(mix(seed) + epoch) + index));
  }

  /**
   * The same where an epoch may have an image several times.
   *
   * @param turn how often the epoch has had it before
   */
  static SplittableRandom ofImage(long seed, int epoch, int index, int turn) {
    long first = mix(mix(mix(seed) + epoch) + index);
    return new SplittableRandom(turn == 0 ? first : mix(first + turn));
  }

  /** The images 0 to {@code size - 1} in the random order of one epoch. */
  static int[] order(long seed, int epoch, int size) {
    return Subset.order(ofImage(seed, epoch, ORDER), size);
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014), after one step of its counter. */
  private static long mix(long value) {
    long mixed = value + GOLDEN;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
