package org.resnet4j.data.variation;

import org.resnet4j.data.Image;

/** Operations that map each value by itself, through a table for each channel. */
final class Tones {
  private static final int VALUES = 256;

  private Tones() {}

  /** Stretches each channel over all values; Pillow's {@code ImageOps.autocontrast}. */
  static Image autoContrast(Image image) {
    int channels = image.shape().channels();
    int[] counts = histogram(image);
    byte[] table = new byte[counts.length];
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * VALUES;
      int low = 0;
      while (counts[from + low] == 0) {
        low++;
      }
      int high = VALUES - 1;
      while (counts[from + high] == 0) {
        high--;
      }
      double scale = high > low ? 255.0 / (high - low) : 1;
      double offset = high > low ? -low * scale : 0;
      for (int value = 0; value < VALUES; value++) {
        table[from + value] = clipped((int) (value * scale + offset));
      }
    }
    return mapped(image, table);
  }

  /** Spreads the values of each channel evenly; Pillow's {@code ImageOps.equalize}. */
  static Image equalize(Image image) {
    int channels = image.shape().channels();
    int[] counts = histogram(image);
    byte[] table = new byte[counts.length];
    for (int channel = 0; channel < channels; channel++) {
      int from = channel * VALUES;
      int last = VALUES - 1;
      while (counts[from + last] == 0) {
        last--;
      }
      int step = (int) ((image.shape().positions() - counts[from + last]) / 255);
      int sum = step / 2;
      for (int value = 0; value < VALUES; value++) {
        table[from + value] = step == 0 ? (byte) value : clipped(sum / step);
        sum += counts[from + value];
      }
    }
    return mapped(image, table);
  }

  /**
   * Keeps the upper bits of each value.
   *
   * @param bits from 0 to 8
   */
  static Image posterize(Image image, int bits) {
    int mask = -(1 << (8 - bits));
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] &= (byte) mask;
    }
    return new Image(image.shape(), pixels);
  }

  /** Inverts the values from the threshold on. */
  static Image solarize(Image image, double threshold) {
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      int value = pixels[i] & 0xff;
      pixels[i] = (byte) (value < threshold ? value : 255 - value);
    }
    return new Image(image.shape(), pixels);
  }

  /** Makes the values below 128 lighter; timm's {@code solarize_add}. */
  static Image solarizeAdd(Image image, int added) {
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      int value = pixels[i] & 0xff;
      pixels[i] = (byte) (value < 128 ? Math.min(255, value + added) : value);
    }
    return new Image(image.shape(), pixels);
  }

  private static int[] histogram(Image image) {
    byte[] pixels = image.pixels();
    int channels = image.shape().channels();
    int[] counts = new int[channels * VALUES];
    for (int i = 0; i < pixels.length; i += channels) {
      for (int channel = 0; channel < channels; channel++) {
        counts[channel * VALUES + (pixels[i + channel] & 0xff)]++;
      }
    }
    return counts;
  }

  private static Image mapped(Image image, byte[] table) {
    byte[] pixels = image.pixels().clone();
    int channels = image.shape().channels();
    for (int i = 0; i < pixels.length; i += channels) {
      for (int channel = 0; channel < channels; channel++) {
        pixels[i + channel] = table[channel * VALUES + (pixels[i + channel] & 0xff)];
      }
    }
    return new Image(image.shape(), pixels);
  }

  private static byte clipped(int value) {
    return (byte) Math.max(0, Math.min(255, value));
  }
}
