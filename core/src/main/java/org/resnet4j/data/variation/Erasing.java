package org.resnet4j.data.variation;

import java.util.Arrays;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.resnet4j.arch.Shape;

/** A place of a normalised image wiped out. */
public sealed interface Erasing {
  /**
   * Wipes a place out, or none.
   *
   * @param pixels H x W x C values from {@code offset} on
   */
  void vary(float[] pixels, int offset, Shape shape, RandomGenerator random);

  /** Nothing is wiped out. */
  record None() implements Erasing {
    @Override
    public void vary(float[] pixels, int offset, Shape shape, RandomGenerator random) {}
  }

  /**
   * A rectangle of 2 to 33 % of the area and a ratio from 0.3 to 3.3, inside the image; arXiv
   * 1708.04896 with torchvision's {@code RandomErasing.get_params}.
   *
   * @param probability that an image loses one, above 0 to 1
   * @param noise whether normal draws take the place, as the paper has it best, or else 0, the mean
   */
  record Rectangle(double probability, boolean noise) implements Erasing {
    private static final int TRIES = 10;
    private static final double LEAST = 0.02;
    private static final double MOST = 0.33;
    private static final double LOG_NARROW = Math.log(0.3);
    private static final double LOG_WIDE = Math.log(3.3);

    /** Throws {@link IllegalArgumentException} unless the probability is above 0 and at most 1. */
    public Rectangle {
      if (!(probability > 0 && probability <= 1)) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "erasing = %s: must be above 0 and at most 1", probability));
      }
    }

    @Override
    public void vary(float[] pixels, int offset, Shape shape, RandomGenerator random) {
      if (random.nextDouble() >= probability) {
        return;
      }
      for (int i = 0; i < TRIES; i++) {
        double area = shape.positions() * (LEAST + (MOST - LEAST) * random.nextDouble());
        double ratio = Math.exp(LOG_NARROW + (LOG_WIDE - LOG_NARROW) * random.nextDouble());
        int height = (int) Math.rint(Math.sqrt(area * ratio));
        int width = (int) Math.rint(Math.sqrt(area / ratio));
        if (height < shape.height() && width < shape.width()) {
          int top = random.nextInt(shape.height() - height + 1);
          int left = random.nextInt(shape.width() - width + 1);
          erase(pixels, offset, shape, top, left, height, width, random);
          return;
        }
      }
    }

    private void erase(
        float[] pixels,
        int offset,
        Shape shape,
        int top,
        int left,
        int height,
        int width,
        RandomGenerator random) {
      for (int y = top; y < top + height; y++) {
        int start = offset + (y * shape.width() + left) * shape.channels();
        int end = start + width * shape.channels();
        if (noise) {
          for (int i = start; i < end; i++) {
            pixels[i] = (float) random.nextGaussian();
          }
        } else {
          Arrays.fill(pixels, start, end, 0f);
        }
      }
    }
  }

  /**
   * A square around a pixel drawn from all of the image, so that it may reach out of it, set to 0,
   * the mean; arXiv 1708.04552, section 3.3.
   *
   * @param side in pixels, 16 there for CIFAR-10 and 8 for CIFAR-100
   */
  record Cutout(int side) implements Erasing {
    /** Throws {@link IllegalArgumentException} if the side is below 1. */
    public Cutout {
      if (side < 1) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "cutout = %d: must be at least 1 pixel", side));
      }
    }

    @Override
    public void vary(float[] pixels, int offset, Shape shape, RandomGenerator random) {
      int top = random.nextInt(shape.height()) - side / 2;
      int left = random.nextInt(shape.width()) - side / 2;
      int first = Math.max(0, left);
      int end = Math.min(shape.width(), left + side);
      for (int y = Math.max(0, top); y < Math.min(shape.height(), top + side); y++) {
        int row = offset + y * shape.width() * shape.channels();
        Arrays.fill(pixels, row + first * shape.channels(), row + end * shape.channels(), 0f);
      }
    }
  }
}
