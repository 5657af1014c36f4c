package org.resnet4j.data.variation;

import java.util.Locale;
import java.util.random.RandomGenerator;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/**
 * What becomes of a training image once it is cut: the colours first, then the policy, and on
 * normalised pixels the light and what is wiped out.
 */
public record Variety(
    ColourJitter jitter, Policy policy, Lighting lighting, Erasing erasing, int repeats) {
  /** Images stay as they are cut, and come once. */
  public static final Variety NONE =
      new Variety(ColourJitter.NONE, new Policy.None(), Lighting.NONE, new Erasing.None(), 1);

  /** Throws {@link IllegalArgumentException} if {@code repeats} is below 1. */
  public Variety {
    if (repeats < 1) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "repeats = %d: must be at least 1", repeats));
    }
  }

  /** The image in other colours and through the policy, as large as before. */
  public Image vary(Image image, RandomGenerator random) {
    return policy.vary(jitter.vary(image, random), random);
  }

  /**
   * Changes normalised pixels in place.
   *
   * @param pixels H x W x C values from {@code offset} on
   * @param std of each channel, by which pixels from 0 to 1 were divided
   */
  public void vary(float[] pixels, int offset, Shape shape, double[] std, RandomGenerator random) {
    lighting.vary(pixels, offset, (int) shape.size(), std, random);
    erasing.vary(pixels, offset, shape, random);
  }
}
