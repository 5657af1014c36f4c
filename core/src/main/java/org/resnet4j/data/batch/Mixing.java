package org.resnet4j.data.batch;

import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.resnet4j.arch.Shape;

/**
 * Mixes the first image of a batch with the last, the second with the last but one, and so on; the
 * one in the middle stays. So does timm; torchvision takes the image before, which would be another
 * variation of the same where a batch has each image several times in a row.
 *
 * <p>How is drawn once for a batch, after its images were varied. A share s, drawn from Beta(alpha,
 * alpha), is what an image keeps of itself: of every pixel in mixup (arXiv 1710.09412), of the area
 * in CutMix (arXiv 1905.04899), where a rectangle comes from the other image and s is what is left
 * outside of it.
 *
 * @param mixup alpha; 0 for no mixup
 * @param cutmix alpha; 0 for no CutMix
 * @param probability that a batch is mixed at all
 * @param cutmixShare of the mixed batches if there are both
 */
public record Mixing(double mixup, double cutmix, double probability, double cutmixShare) {
  /** Leaves every batch as it is. */
  public static final Mixing NONE = new Mixing(0, 0, 1, 0.5);

  /** Throws {@link IllegalArgumentException} if a number cannot be what it is said to be. */
  public Mixing {
    if (!(mixup >= 0 && cutmix >= 0 && share(probability) && share(cutmixShare))) {
      throw new IllegalArgumentException(
          ("mixup = %s, cutmix = %s, probability = %s, cutmixShare = %s: must be at least 0,"
                  + " the last two at most 1")
              .formatted(mixup, cutmix, probability, cutmixShare));
    }
  }

  private static boolean share(double value) {
    return value >= 0 && value <= 1;
  }

  /** Whether it may mix a batch. */
  public boolean isPresent() {
    return mixup > 0 || cutmix > 0;
  }

  /**
   * Mixes a batch in place.
   *
   * @param pixels the images one after another, of that shape, at least
   * @param labels one an image
   * @return what became of the labels
   */
  Batch.Mix apply(float[] pixels, int[] labels, Shape shape, RandomGenerator random) {
    if (!isPresent() || random.nextDouble() >= probability) {
      return Batch.Mix.none(labels);
    }
    boolean cuts = mixup == 0 || (cutmix > 0 && random.nextDouble() < cutmixShare);
    double share = Beta.draw(cuts ? cutmix : mixup, random);
    if (cuts) {
      Box box = Box.draw(share, shape, random);
      exchange(pixels, labels.length, shape, box);
      share = 1 - (double) box.area() / shape.positions();
    } else {
      blend(pixels, labels.length, (int) shape.size(), (float) share);
    }
    return new Batch.Mix(share, reversed(labels));
  }

  private static int[] reversed(int[] labels) {
    return IntStream.range(0, labels.length).map(i -> labels[labels.length - 1 - i]).toArray();
  }

  static void blend(float[] pixels, int images, int length, float share) {
    float rest = 1 - share;
    for (int image = 0; image < images / 2; image++) {
      int one = image * length;
      int other = (images - 1 - image) * length;
      for (int i = 0; i < length; i++) {
        float first = pixels[one + i];
        float second = pixels[other + i];
        pixels[one + i] = share * first + rest * second;
        pixels[other + i] = share * second + rest * first;
      }
    }
  }

  /** Exchanges a box. */
  static void exchange(float[] pixels, int images, Shape shape, Box box) {
    int length = (int) shape.size();
    int width = (box.right() - box.left()) * shape.channels();
    float[] row = new float[width];
    for (int image = 0; image < images / 2; image++) {
      for (int y = box.top(); y < box.bottom(); y++) {
        int start = (y * shape.width() + box.left()) * shape.channels();
        int one = start + image * length;
        int other = start + (images - 1 - image) * length;
        System.arraycopy(pixels, one, row, 0, width);
        System.arraycopy(pixels, other, pixels, one, width);
        System.arraycopy(row, 0, pixels, other, width);
      }
    }
  }

  /** Rows top to bottom and columns left to right, the second of each outside. */
  record Box(int top, int bottom, int left, int right) {
    /** Of the area 1 - share at a random place, less what lies outside of the image. */
    static Box draw(double share, Shape shape, RandomGenerator random) {
      int x = random.nextInt(shape.width());
      int y = random.nextInt(shape.height());
      return around(x, y, share, shape);
    }

    /** As torchvision rounds it. */
    static Box around(int x, int y, double share, Shape shape) {
      double half = 0.5 * Math.sqrt(1 - share);
      int halfWidth = (int) (half * shape.width());
      int halfHeight = (int) (half * shape.height());
      return new Box(
          Math.max(0, y - halfHeight),
          Math.min(shape.height(), y + halfHeight),
          Math.max(0, x - halfWidth),
          Math.min(shape.width(), x + halfWidth));
    }

    int area() {
      return (bottom - top) * (right - left);
    }
  }
}
