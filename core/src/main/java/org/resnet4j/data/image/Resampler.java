package org.resnet4j.data.image;

import java.util.Arrays;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/** A horizontal, then a vertical pass over the rows that count; each is rounded to 8 bits. */
final class Resampler {
  private final Image image;
  private final int left;
  private final int top;
  private final Taps columns;
  private final int[][] narrowed;

  private Resampler(Image image, int left, int top, Taps columns, int rows) {
    this.image = image;
    this.left = left;
    this.top = top;
    this.columns = columns;
    this.narrowed = new int[rows][columns.count() * image.shape().channels()];
  }

  /**
   * The pixels that the taps make.
   *
   * @param left the column of the image that the taps count as 0
   * @param top the row
   */
  static Image resample(Image image, int left, int top, Taps columns, Taps rows) {
    return new Resampler(image, left, top, columns, rows.each()).resample(rows);
  }

  private Image resample(Taps rows) {
    int row = narrowed[0].length;
    byte[] pixels = new byte[rows.count() * row];
    int[] sums = new int[row];
    int next = 0;
    for (int y = 0; y < rows.count(); y++) {
      int first = rows.first(y);
      int end = first + rows.each();
      for (next = Math.max(next, first); next < end; next++) {
        narrow(next, narrowed[next % narrowed.length]);
      }
      Arrays.fill(sums, Taps.HALF);
      for (int tap = 0; tap < rows.each(); tap++) {
        add(sums, narrowed[(first + tap) % narrowed.length], rows.weights()[y * rows.each() + tap]);
      }
      round(sums);
      write(sums, pixels, y * row);
    }
    Shape shape = new Shape(image.shape().channels(), rows.count(), columns.count());
    return new Image(shape, pixels);
  }

  private void narrow(int y, int[] to) {
    Shape shape = image.shape();
    int start = ((top + y) * shape.width() + left) * shape.channels();
    if (shape.channels() == 3) {
      if (columns.each() == 3) {
        narrowColoursOfThree(start, to);
      } else {
        narrowColours(start, to);
      }
    } else {
      for (int channel = 0; channel < shape.channels(); channel++) {
        narrow(start + channel, shape.channels(), channel, to);
      }
    }
    round(to);
  }

  private void narrow(int start, int step, int channel, int[] to) {
    byte[] from = image.pixels();
    int[] weights = columns.weights();
    int each = columns.each();
    for (int x = 0; x < columns.count(); x++) {
      int sum = Taps.HALF;
      int pixel = start + columns.first(x) * step;
      for (int tap = x * each; tap < (x + 1) * each; tap++, pixel += step) {
        sum += (from[pixel] & 0xFF) * weights[tap];
      }
      to[x * step + channel] = sum;
    }
  }

  /** The same for three channels at once, which is twice as fast. */
  private void narrowColours(int start, int[] to) {
    byte[] from = image.pixels();
    int[] weights = columns.weights();
    int each = columns.each();
    for (int x = 0; x < columns.count(); x++) {
      int red = Taps.HALF;
      int green = Taps.HALF;
      int blue = Taps.HALF;
      int pixel = start + columns.first(x) * 3;
      for (int tap = x * each; tap < (x + 1) * each; tap++, pixel += 3) {
        int weight = weights[tap];
        red += (from[pixel] & 0xFF) * weight;
        green += (from[pixel + 1] & 0xFF) * weight;
        blue += (from[pixel + 2] & 0xFF) * weight;
      }
      to[3 * x] = red;
      to[3 * x + 1] = green;
      to[3 * x + 2] = blue;
    }
  }

  /** The same for three taps, as when a photograph of ImageNet's usual size is resized to 256. */
  private void narrowColoursOfThree(int start, int[] to) {
    byte[] from = image.pixels();
    int[] weights = columns.weights();
    for (int x = 0; x < columns.count(); x++) {
      int pixel = start + columns.first(x) * 3;
      int a = weights[3 * x];
      int b = weights[3 * x + 1];
      int c = weights[3 * x + 2];
      to[3 * x] = sum(from, pixel, a, b, c);
      to[3 * x + 1] = sum(from, pixel + 1, a, b, c);
      to[3 * x + 2] = sum(from, pixel + 2, a, b, c);
    }
  }

  private static int sum(byte[] from, int pixel, int a, int b, int c) {
    return Taps.HALF
        + (from[pixel] & 0xFF) * a
        + (from[pixel + 3] & 0xFF) * b
        + (from[pixel + 6] & 0xFF) * c;
  }

  // Simple loops over whole arrays of one type, which the JVM turns into vector operations.

  private static void add(int[] sums, int[] values, int weight) {
    for (int x = 0; x < sums.length; x++) {
      sums[x] += values[x] * weight;
    }
  }

  /** Cuts to 0 to 255 by shifts, since the JVM makes no vectors of minima and maxima. */
  private static void round(int[] sums) {
    for (int x = 0; x < sums.length; x++) {
      int value = sums[x] >> Taps.BITS;
      int below = 255 - (value & ~(value >> 31));
      sums[x] = 255 - (below & ~(below >> 31));
    }
  }

  private static void write(int[] values, byte[] pixels, int at) {
    for (int x = 0; x < values.length; x++) {
      pixels[at + x] = (byte) values[x];
    }
  }
}
