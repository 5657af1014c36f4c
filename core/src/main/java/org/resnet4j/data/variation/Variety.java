package org.resnet4j.data.variation;

import java.util.random.RandomGenerator;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/**
 * What becomes of a training image once it is cut: the colours first, then the policy, and on
 * normalised pixels the light and what is wiped out.
 */
public record Variety(ColourJitter jitter, Policy policy, Lighting lighting, Erasing erasing) {
  /** Images stay as they are cut. */
  public static final Variety NONE =
      new Variety(ColourJitter.NONE, new Policy.None(), Lighting.NONE, new Erasing.None());

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
