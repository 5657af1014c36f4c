package org.resnet4j.data.variation;

import java.util.Locale;
import java.util.random.RandomGenerator;
import org.resnet4j.data.Image;

/**
 * Colours changed by random factors in a random order: torchvision's {@code ColorJitter}.
 *
 * <p>A strength s draws its factor from max(0, 1 - s) to 1 + s, hue from -s to s turns; 0 is off.
 *
 * @param brightness between black and the image, 0 or more; arXiv 1312.5402, section 2
 * @param contrast between grey of the mean brightness and the image, 0 or more
 * @param saturation between the grey image and the image, 0 or more
 * @param hue of the circle of colours, from 0 to 0.5
 */
public record ColourJitter(double brightness, double contrast, double saturation, double hue) {
  /** All colours as they are. */
  public static final ColourJitter NONE = new ColourJitter(0, 0, 0, 0);

  /** Throws {@link IllegalArgumentException} for strengths out of their range. */
  public ColourJitter {
    if (!(finite(brightness) && finite(contrast) && finite(saturation) && finite(hue))
        || hue > 0.5) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "brightness = %s, contrast = %s, saturation = %s, hue = %s: must be 0 or more, hue"
                  + " at most 0.5",
              brightness,
              contrast,
              saturation,
              hue));
    }
  }

  private static boolean finite(double strength) {
    return strength >= 0 && strength < Double.POSITIVE_INFINITY;
  }

  Image vary(Image image, RandomGenerator random) {
    if (equals(NONE)) {
      return image;
    }
    double brighter = factor(brightness, random);
    double richer = factor(contrast, random);
    double stronger = factor(saturation, random);
    double turned = (2 * random.nextDouble() - 1) * hue;
    int[] order = order(random);
    Image varied = image;
    for (int operation : order) {
      varied =
          switch (operation) {
            case 0 -> brightness > 0 ? Colours.brightness(varied, brighter) : varied;
            case 1 -> contrast > 0 ? Colours.contrast(varied, richer) : varied;
            case 2 -> saturation > 0 ? Colours.saturation(varied, stronger) : varied;
            default -> hue > 0 ? Colours.hue(varied, turned) : varied;
          };
    }
    return varied;
  }

  private static double factor(double strength, RandomGenerator random) {
    double least = Math.max(0, 1 - strength);
    return least + (1 + strength - least) * random.nextDouble();
  }

  private static int[] order(RandomGenerator random) {
    int[] order = new int[4];
    for (int i = 0; i < order.length; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }
}
