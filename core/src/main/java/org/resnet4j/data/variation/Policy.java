package org.resnet4j.data.variation;

import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;

/**
 * Which random operations an image goes through.
 *
 * <p>Torchvision's have magnitudes in 31 bins, nearest pixels, and black beyond the rim, as it has
 * them if not told otherwise.
 */
public sealed interface Policy {
  /** The number of torchvision's magnitudes. */
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

  /**
   * Some operations of 15, each left out half of the time: timm's RandAugment with {@code inc1}, as
   * in arXiv 2110.00476.
   *
   * @param operations how many are drawn, with replacement; {@code n} there
   * @param magnitude the mean of the level, from 0 to 10; {@code m} there
   * @param deviation of the level, drawn anew for each operation and kept from 0 to 10; {@code
   *     mstd} there; 0 for one level
   * @param interpolation what is made of the pixels around a place between them
   * @param mean the colour beyond the rim, from 0 to 1 for each channel
   */
  record RandAugmentTimm(
      int operations,
      double magnitude,
      double deviation,
      Interpolation interpolation,
      List<Double> mean)
      implements Policy {
    /** Throws {@link IllegalArgumentException} for numbers out of their range. */
    public RandAugmentTimm {
      mean = List.copyOf(mean);
      if (operations < 1
          || !(magnitude >= 0 && magnitude <= TimmOperation.MOST)
          || !(deviation >= 0 && deviation < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "operations = %d, magnitude = %s, deviation = %s: must be at least 1, from 0 to"
                    + " 10, and 0 or more",
                operations,
                magnitude,
                deviation));
      }
    }

    @Override
    public Image vary(Image image, RandomGenerator random) {
      TimmOperation[] all = TimmOperation.values();
      Canvas canvas = new Canvas(interpolation, colour());
      Image varied = image;
      for (int i = 0; i < operations; i++) {
        TimmOperation operation = all[random.nextInt(all.length)];
        if (random.nextBoolean()) {
          double level = level(random);
          boolean negative = operation.signed && random.nextBoolean();
          varied = operation.apply(varied, negative ? -level : level, canvas);
        }
      }
      return varied;
    }

    private double level(RandomGenerator random) {
      double drawn = deviation == 0 ? magnitude : magnitude + deviation * random.nextGaussian();
      return Math.max(0, Math.min(TimmOperation.MOST, drawn));
    }

    /** In bytes, halves to even as Python rounds. */
    private List<Integer> colour() {
      return mean.stream()
          .map(value -> (int) Math.max(0, Math.min(255, Math.rint(255 * value))))
          .toList();
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
