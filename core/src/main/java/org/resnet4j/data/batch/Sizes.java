package org.resnet4j.data.batch;

import java.util.List;
import java.util.Locale;

/**
 * Sides of training images that change over a run: each for an equal share of the epochs, so that
 * an epoch's size depends on its number alone.
 *
 * @param sides of square images in pixels, in the order of training; none for the input's own
 * @param epochs of the whole run
 */
public record Sizes(List<Integer> sides, int epochs) {
  /** Every image has the size of the input. */
  public static final Sizes NONE = new Sizes(List.of(), 1);

  /** Throws {@link IllegalArgumentException} if a number is below 1. */
  public Sizes {
    sides = List.copyOf(sides);
    if (epochs < 1 || sides.stream().anyMatch(side -> side < 1)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "sides = %s, epochs = %d: must be at least 1", sides, epochs));
    }
  }

  /** Which of the sides an epoch has, counted from 0; the last also after the run. */
  int stage(int epoch) {
    return (int) Math.min(sides.size() - 1L, (long) epoch * sides.size() / epochs);
  }
}
