package org.resnet4j.data.batch;

import java.util.SplittableRandom;
import org.resnet4j.data.Subset;

/** Random numbers that depend on what they are for, never on the order in which they are drawn. */
final class Seeds {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;
  private static final int ORDER = -1;
  private static final int MIXING = -2;

  private Seeds() {}

  /** For the augmentation of one image, by its index in the data set, in one epoch. */
  static SplittableRandom ofImage(long seed, int epoch, int index) {
    return new SplittableRandom(key(seed, epoch, index));
  }

  /**
   * The same where an epoch may have an image several times.
   *
   * @param turn how often the epoch has had it before
   */
  static SplittableRandom ofImage(long seed, int epoch, int index, int turn) {
    long first = key(seed, epoch, index);
    return new SplittableRandom(turn == 0 ? first : mix(first + turn));
  }

  /** For the mixing of one batch of an epoch. */
  static SplittableRandom ofBatch(long seed, int epoch, int number) {
    return new SplittableRandom(mix(key(seed, epoch, MIXING) + number));
  }

  /** The images 0 to {@code size - 1} in the random order of one epoch. */
  static int[] order(long seed, int epoch, int size) {
    return Subset.order(ofOrder(seed, epoch), size);
  }

  /** For the order of the images in one epoch. */
  static SplittableRandom ofOrder(long seed, int epoch) {
    return ofImage(seed, epoch, ORDER);
  }

  private static long key(long seed, int epoch, int index) {
    return mix(mix(mix(seed) + epoch) + index);
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014), after one step of its counter. */
  private static long mix(long value) {
    long mixed = value + GOLDEN;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
