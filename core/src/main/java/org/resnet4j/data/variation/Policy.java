package org.resnet4j.data.variation;

import java.util.Locale;
import java.util.random.RandomGenerator;
import org.resnet4j.data.Image;

/**
 * Which random operations an image goes through, with torchvision's magnitudes in 31 bins.
 *
 * <p>Nearest pixels and black beyond the rim, as torchvision has them if not told otherwise.
 */
public sealed interface Policy {
  /** The number of magnitudes. */
  int BINS = 31;

  /** The image after operations drawn at random, as large as before. */
  Image vary(Image image, RandomGenerator random);

  /** No operation. */
  record None() implements Policy {
    @Override
    public Image vary(Image image, RandomGenerator random) {
      return image;
    }
  }

  /**
   * Some operations of 14, all of one magnitude; arXiv 1909.13719.
   *
   * @param operations how many are drawn, with replacement; N there
   * @param magnitude of 31 bins; M there, from 0 to 30
   */
  record RandAugment(int operations, int magnitude) implements Policy {
    /** Throws {@link IllegalArgumentException} for numbers out of their range. */
    public RandAugment {
      if (operations < 1 || magnitude < 0 || magnitude >= BINS) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "operations = %d, magnitude = %d: must be at least 1, and from 0 to %d",
                operations,
                magnitude,
                BINS - 1));
      }
    }

    @Override
    public Image vary(Image image, RandomGenerator random) {
      Image varied = image;
      for (int i = 0; i < operations; i++) {
        Operation operation = drawn(random);
        double size = Magnitudes.ofRandAugment(operation, magnitude, varied.shape());
        varied = operation.apply(varied, signed(operation, size, random));
      }
      return varied;
    }
  }

  /** One operation of 14 with a magnitude drawn from a wide range; arXiv 2103.10158, "Wide". */
  record TrivialAugment() implements Policy {
    @Override
    public Image vary(Image image, RandomGenerator random) {
      Operation operation = drawn(random);
      double size = Magnitudes.ofTrivialAugment(operation, random.nextInt(BINS));
      return operation.apply(image, signed(operation, size, random));
    }
  }

  private static Operation drawn(RandomGenerator random) {
    Operation[] all = Operation.values();
    return all[random.nextInt(all.length)];
  }

  private static double signed(Operation operation, double size, RandomGenerator random) {
    return operation.signed && random.nextBoolean() ? -size : size;
  }
}
