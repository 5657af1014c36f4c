package org.resnet4j.data.image;

import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/**
 * Resizes images with antialiasing, to the very values of Pillow before 13.
 *
 * <p>{@code Resample.c} for 8-bit images: a horizontal, then a vertical pass, each with weights in
 * fixed point and rounded to 8 bits. Pillow 13 takes the vertical pass first for some tall images,
 * for speed, which changed values of photographs by up to 1 (bilinear) and 8 (bicubic); published
 * weights were trained on the order used here.
 */
public final class Resize {
  /** What fits an array. */
  private static final int MOST_VALUES = Integer.MAX_VALUE - 8;

  private Resize() {}

  /**
   * The image at another size.
   *
   * @throws IllegalArgumentException if {@code width} or {@code height} is below 1 or the result is
   *     too large for an array
   */
  public static Image resize(Image image, int width, int height, Interpolation interpolation) {
    return resize(image, Region.all(image.shape()), width, height, interpolation);
  }

  /**
   * A region of the image at another size; pixels outside it have no influence.
   *
   * <p>This is torchvision's {@code resized_crop}, not the {@code box} of Pillow's resize. A region
   * resized to its own size is just cut out.
   *
   * @throws IllegalArgumentException if {@code width} or {@code height} is below 1, the region
   *     reaches out of the image or the result is too large for an array
   */
  public static Image resize(
      Image image, Region region, int width, int height, Interpolation interpolation) {
    Shape from = image.shape();
    Shape to = new Shape(from.channels(), height, width);
    check(from, region, to);
    if (region.width() == width && region.height() == height) {
      return Geometry.crop(image, region.top(), region.left(), height, width);
    }
    Taps columns = new Taps(region.width(), width, 0, width, interpolation);
    Taps rows = new Taps(region.height(), height, 0, height, interpolation);
    return Resampler.resample(image, region.left(), region.top(), columns, rows);
  }

  private static void check(Shape from, Region region, Shape to) {
    if (!region.isWithin(from)) {
      throw new IllegalArgumentException(
          "%s reaches out of the image of %dx%d".formatted(region, from.width(), from.height()));
    }
    long narrowed = (long) region.height() * to.width() * to.channels();
    if (Math.max(narrowed, to.size()) > MOST_VALUES) {
      throw new IllegalArgumentException(
          "%s resized to %s: more than %d values".formatted(region, to, MOST_VALUES));
    }
  }
}
