package org.resnet4j.data.image;

import java.util.Arrays;
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
    if (region.equals(Region.all(from)) && to.equals(from)) {
      return image;
    }
    byte[] narrowed =
        region.width() == width
            ? cut(image, region)
            : horizontally(image, region, new Taps(region.width(), width, interpolation));
    if (region.height() == height) {
      return new Image(to, narrowed);
    }
    Taps rows = new Taps(region.height(), height, interpolation);
    return new Image(to, vertically(narrowed, width * from.channels(), rows));
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

  private static byte[] cut(Image image, Region region) {
    int channels = image.shape().channels();
    int row = region.width() * channels;
    byte[] pixels = new byte[region.height() * row];
    for (int y = 0; y < region.height(); y++) {
      System.arraycopy(image.pixels(), start(image.shape(), region, y), pixels, y * row, row);
    }
    return pixels;
  }

  private static byte[] horizontally(Image image, Region region, Taps taps) {
    int channels = image.shape().channels();
    int row = taps.count() * channels;
    byte[] to = new byte[region.height() * row];
    for (int y = 0; y < region.height(); y++) {
      int from = start(image.shape(), region, y);
      if (channels == 3) {
        colourRow(image.pixels(), from, taps, to, y * row);
      } else {
        for (int channel = 0; channel < channels; channel++) {
          row(image.pixels(), from + channel, channels, taps, to, y * row + channel);
        }
      }
    }
    return to;
  }

  /** Where a row of the region starts in the image's values. */
  private static int start(Shape shape, Region region, int y) {
    return ((region.top() + y) * shape.width() + region.left()) * shape.channels();
  }

  private static void row(byte[] from, int start, int step, Taps taps, byte[] to, int at) {
    for (int x = 0; x < taps.count(); x++) {
      int sum = Taps.HALF;
      int pixel = start + taps.first(x) * step;
      for (int tap = taps.begin(x); tap < taps.end(x); tap++, pixel += step) {
        sum += (from[pixel] & 0xFF) * taps.weight(tap);
      }
      to[at + x * step] = Taps.round(sum);
    }
  }

  /** The same for three channels at once, which is twice as fast. */
  private static void colourRow(byte[] from, int start, Taps taps, byte[] to, int at) {
    int out = at;
    for (int x = 0; x < taps.count(); x++) {
      int red = Taps.HALF;
      int green = Taps.HALF;
      int blue = Taps.HALF;
      int pixel = start + taps.first(x) * 3;
      for (int tap = taps.begin(x); tap < taps.end(x); tap++, pixel += 3) {
        int weight = taps.weight(tap);
        red += (from[pixel] & 0xFF) * weight;
        green += (from[pixel + 1] & 0xFF) * weight;
        blue += (from[pixel + 2] & 0xFF) * weight;
      }
      to[out++] = Taps.round(red);
      to[out++] = Taps.round(green);
      to[out++] = Taps.round(blue);
    }
  }

  private static byte[] vertically(byte[] from, int row, Taps taps) {
    byte[] to = new byte[taps.count() * row];
    int[] sums = new int[row];
    for (int y = 0; y < taps.count(); y++) {
      Arrays.fill(sums, Taps.HALF);
      int source = taps.first(y) * row;
      for (int tap = taps.begin(y); tap < taps.end(y); tap++, source += row) {
        add(sums, from, source, taps.weight(tap));
      }
      for (int x = 0; x < row; x++) {
        to[y * row + x] = Taps.round(sums[x]);
      }
    }
    return to;
  }

  private static void add(int[] sums, byte[] from, int source, int weight) {
    for (int x = 0; x < sums.length; x++) {
      sums[x] += (from[source + x] & 0xFF) * weight;
    }
  }
}
