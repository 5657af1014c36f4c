package org.resnet4j.data.batch;

import java.util.random.RandomGenerator;
import org.resnet4j.arch.Shape;

/** A window inside an image. */
record RandomWindow(int top, int left, int height, int width) {
  private static final int TRIES = 10;

  /**
   * Draws a window as torchvision's {@code RandomResizedCrop.get_params} does: the area uniform,
   * the ratio uniform in its logarithm; after ten windows that do not fit, the centre.
   */
  static RandomWindow draw(
      Augmentation.RandomResizedCrop crop, Shape image, RandomGenerator random) {
    double logMin = Math.log(crop.minRatio());
    double logMax = Math.log(crop.maxRatio());
    for (int i = 0; i < TRIES; i++) {
      double area = image.positions() * between(crop.minScale(), crop.maxScale(), random);
      double ratio = Math.exp(between(logMin, logMax, random));
      int width = (int) Math.rint(Math.sqrt(area * ratio));
      int height = (int) Math.rint(Math.sqrt(area / ratio));
      if (0 < width && width <= image.width() && 0 < height && height <= image.height()) {
        int top = random.nextInt(image.height() - height + 1);
        int left = random.nextInt(image.width() - width + 1);
        return new RandomWindow(top, left, height, width);
      }
    }
    return centre(crop, image);
  }

  /** The largest centred window whose ratio is allowed. */
  static RandomWindow centre(Augmentation.RandomResizedCrop crop, Shape image) {
    double ratio = image.width() / (double) image.height();
    int width = image.width();
    int height = image.height();
    if (ratio < crop.minRatio()) {
      height = Math.max(1, (int) Math.rint(width / crop.minRatio()));
    } else if (ratio > crop.maxRatio()) {
      width = Math.max(1, (int) Math.rint(height * crop.maxRatio()));
    }
    return new RandomWindow(
        (image.height() - height) / 2, (image.width() - width) / 2, height, width);
  }

  private static double between(double least, double most, RandomGenerator random) {
    return least + (most - least) * random.nextDouble();
  }
}
