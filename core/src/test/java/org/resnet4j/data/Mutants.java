package org.resnet4j.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Damaged copies of a sound file, the same ones every time. */
public final class Mutants {
  /** How many each test tries; {@code -Dresnet4j.mutants=1000000} for a long run. */
  public static final int COUNT = Integer.getInteger("resnet4j.mutants", 10_000);

  private static final int[] EDGES = {0, 1, 0x7f, 0x80, 0xfe, 0xff};

  private final SplittableRandom random;

  public Mutants(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Flipped bits, other bytes, a cut, a splice from elsewhere in the file, an edited length. */
  public byte[] of(byte[] sound) {
    byte[] mutant = sound.clone();
    for (int change = random.nextInt(4); change >= 0 && mutant.length > 8; change--) {
      int at = random.nextInt(mutant.length - 4);
      switch (random.nextInt(8)) {
        case 0, 1 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> mutant[at] = (byte) random.nextInt(256);
        case 3 -> mutant[at] = (byte) EDGES[random.nextInt(EDGES.length)];
        case 4 -> Arrays.fill(mutant, at, at + 4, (byte) EDGES[random.nextInt(EDGES.length)]);
        case 5 -> {
          int length = Math.min(1 + random.nextInt(64), mutant.length - at);
          System.arraycopy(sound, random.nextInt(sound.length - length + 1), mutant, at, length);
        }
        case 6 -> mutant = Arrays.copyOf(mutant, at);
        default -> mutant = without(mutant, at, at + 1 + random.nextInt(4));
      }
    }
    return mutant;
  }

  private static byte[] without(byte[] bytes, int from, int to) {
    byte[] rest = Arrays.copyOf(bytes, bytes.length - (to - from));
    System.arraycopy(bytes, to, rest, from, bytes.length - to);
    return rest;
  }
}
