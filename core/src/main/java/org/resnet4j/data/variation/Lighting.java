package org.resnet4j.data.variation;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The light of an image changed along the principal components of ImageNet's colours: AlexNet's
 * (Krizhevsky et al. 2012, section 4.1), which arXiv 1512.03385, section 3.4 uses.
 *
 * <p>Eigenvalues and eigenvectors are those of fb.resnet.torch's {@code datasets/imagenet.lua}, of
 * pixels from 0 to 1.
 *
 * @param deviation of the three normal draws, 0.1 there; 0 for none
 */
public record Lighting(double deviation) {
  /** The light as it is. */
  public static final Lighting NONE = new Lighting(0);

  private static final double[] VALUES = {0.2175, 0.0188, 0.0045};
  private static final double[][] VECTORS = {
    {-0.5675, 0.7192, 0.4009}, {-0.5808, -0.0045, -0.8140}, {-0.5836, -0.6948, 0.4203}
  };

  /** Throws {@link IllegalArgumentException} if the deviation is below 0 or no number. */
  public Lighting {
    if (!(deviation >= 0 && deviation < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "lighting = %s: must be 0 or more", deviation));
    }
  }

  /** What is added to red, green and blue, of pixels from 0 to 1. */
  double[] drawn(RandomGenerator random) {
    double[] added = new double[3];
    for (int component = 0; component < 3; component++) {
      double alpha = deviation * random.nextGaussian() * VALUES[component];
      for (int channel = 0; channel < 3; channel++) {
        added[channel] += alpha * VECTORS[channel][component];
      }
    }
    return added;
  }

  /**
   * Adds the drawn light to normalised pixels.
   *
   * @param pixels H x W x C values from {@code offset} on; grey ones stay
   * @param std of each channel, by which pixels were divided
   */
  void vary(float[] pixels, int offset, int length, double[] std, RandomGenerator random) {
    if (deviation == 0 || std.length != 3) {
      return;
    }
    double[] added = drawn(random);
    float red = (float) (added[0] / std[0]);
    float green = (float) (added[1] / std[1]);
    float blue = (float) (added[2] / std[2]);
    for (int i = offset; i < offset + length; i += 3) {
      pixels[i] += red;
      pixels[i + 1] += green;
      pixels[i + 2] += blue;
    }
  }
}
