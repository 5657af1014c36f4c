package org.resnet4j.data.batch;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/** Normalises images of a network's input shape through a table; safe to share between threads. */
final class PixelWriter {
  private static final int VALUES = 256;

  private final Shape shape;
  private final float[] pixelMean;
  private final float[] table;
  private final float[] std;

  PixelWriter(Shape shape, List<Double> means, List<Double> stds, PixelMean pixelMean) {
    this.shape = shape;
    this.pixelMean = pixelMean.values();
    table = new float[shape.channels() * VALUES];
    std = new float[shape.channels()];
    for (int channel = 0; channel < shape.channels(); channel++) {
      std[channel] = stds.get(channel).floatValue();
      float mean = means.get(channel).floatValue();
      for (int value = 0; value < VALUES; value++) {
        // In float, step by step, so that the result is torchvision's to the last bit.
        float scaled = value / 255f;
        table[channel * VALUES + value] =
            this.pixelMean.length > 0 ? scaled : (scaled - mean) / std[channel];
      }
    }
  }

  /** Writes H x W x C normalised values. */
  void write(Image image, float[] target, int offset) {
    write(image, 0, 0, false, target, offset);
  }

  /** The same into a buffer, through an array of one row. */
  void write(Image image, FloatBuffer target, int index) {
    requireShape(image);
    float[] row = new float[shape.width() * shape.channels()];
    for (int y = 0; y < shape.height(); y++) {
      writeRow(image.pixels(), y * row.length, 0, false, row, 0);
      target.put(index + y * row.length, row);
    }
  }

  /**
   * Writes a window of the image's own size, moved and perhaps mirrored; 0 where it leaves the
   * image.
   *
   * @param top the window's first row in the image, may be negative
   * @param left the window's first column in the image, may be negative
   */
  void write(Image image, int top, int left, boolean mirrored, float[] target, int offset) {
    requireShape(image);
    int row = shape.width() * shape.channels();
    for (int y = 0; y < shape.height(); y++) {
      int start = offset + y * row;
      int source = y + top;
      if (source < 0 || source >= shape.height()) {
        Arrays.fill(target, start, start + row, 0f);
      } else {
        writeRow(image.pixels(), source * row, left, mirrored, target, start);
      }
    }
  }

  private void requireShape(Image image) {
    if (!image.shape().equals(shape)) {
      throw new IllegalArgumentException(
          "an image of %s where the network's input is %s".formatted(image.shape(), shape));
    }
  }

  private void writeRow(
      byte[] pixels, int row, int left, boolean mirrored, float[] target, int start) {
    int width = shape.width();
    int channels = shape.channels();
    int first = Math.max(0, -left);
    int end = Math.min(width, width - left);
    int blankBefore = mirrored ? width - end : first;
    int blankFrom = mirrored ? width - first : end;
    Arrays.fill(target, start, start + blankBefore * channels, 0f);
    Arrays.fill(target, start + blankFrom * channels, start + width * channels, 0f);
    int step = mirrored ? -channels : channels;
    int to = start + (mirrored ? width - 1 - first : first) * channels;
    int from = row + (left + first) * channels;
    if (channels == 3 && pixelMean.length == 0) {
      writeColours(pixels, from, end - first, target, to, step);
      return;
    }
    for (int x = first; x < end; x++, to += step, from += channels) {
      for (int channel = 0; channel < channels; channel++) {
        target[to + channel] = table[channel * VALUES + (pixels[from + channel] & 0xff)];
      }
      if (pixelMean.length > 0) {
        for (int channel = 0; channel < channels; channel++) {
          target[to + channel] = (target[to + channel] - pixelMean[from + channel]) / std[channel];
        }
      }
    }
  }

  /** The same for three channels and means of channels, which is twice as fast. */
  private void writeColours(byte[] pixels, int from, int count, float[] target, int to, int step) {
    int end = from + 3 * count;
    for (int pixel = from, at = to; pixel < end; pixel += 3, at += step) {
      target[at] = table[pixels[pixel] & 0xff];
      target[at + 1] = table[VALUES + (pixels[pixel + 1] & 0xff)];
      target[at + 2] = table[2 * VALUES + (pixels[pixel + 2] & 0xff)];
    }
  }
}
