package org.resnet4j.data.batch;

import java.util.random.RandomGenerator;
import org.resnet4j.arch.Shape;

/**
 * Mixes each image of a batch with the one before it, the first with the last; as torchvision does.
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
      paste(pixels, labels.length, shape, box);
      share = 1 - (double) box.area() / shape.positions();
    } else {
      blend(pixels, labels.length, (int) shape.size(), (float) share);
    }
    return new Batch.Mix(share, rolled(labels));
  }

  private static int[] rolled(int[] labels) {
    int[] rolled = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      rolled[i] = labels[before(i, labels.length)];
    }
    return rolled;
  }

  private static int before(int image, int images) {
    return image == 0 ? images - 1 : image - 1;
  }

  /** From the last image to the first, so that the image before is still as it was. */
  static void blend(float[] pixels, int images, int length, float share) {
    float[] last = new float[length];
    System.arraycopy(pixels, (images - 1) * length, last, 0, length);
    float rest = 1 - share;
    for (int image = images - 1; image > 0; image--) {
      int at = image * length;
      for (int i = at; i < at + length; i++) {
        pixels[i] = share * pixels[i] + rest * pixels[i - length];
      }
    }
    for (int i = 0; i < length; i++) {
      pixels[i] = share * pixels[i] + rest * last[i];
    }
  }

  static void paste(float[] pixels, int images, Shape shape, Box box) {
    int width = (box.right() - box.left()) * shape.channels();
    float[] last = new float[width];
    for (int y = box.top(); y < box.bottom(); y++) {
      int first = (y * shape.width() + box.left()) * shape.channels();
      int length = (int) shape.size();
      System.arraycopy(pixels, first + (images - 1) * length, last, 0, width);
      for (int image = images - 1; image > 0; image--) {
        int at = first + image * length;
        System.arraycopy(pixels, at - length, pixels, at, width);
      }
      System.arraycopy(last, 0, pixels, first, width);
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
