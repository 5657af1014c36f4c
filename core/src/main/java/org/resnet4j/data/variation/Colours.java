package org.resnet4j.data.variation;

import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Geometry;

/**
 * Pillow's {@code ImageEnhance} and torchvision's {@code adjust_hue}, to the byte.
 *
 * <p>A factor of 1 gives the image, 0 what lacks all of the quality, more than 1 more of it.
 */
final class Colours {
  private Colours() {}

  /** Between black and the image. */
  static Image brightness(Image image, double factor) {
    return levelled(image, 0, (float) factor);
  }

  /** Between the grey of the mean brightness and the image. */
  static Image contrast(Image image, double factor) {
    long sum = 0;
    byte[] grey = Geometry.convert(image, 1).pixels();
    for (byte value : grey) {
      sum += value & 0xff;
    }
    int mean = (int) ((double) sum / grey.length + 0.5);
    return levelled(image, mean, (float) factor);
  }

  /** Between the image in grey and in colour. */
  static Image saturation(Image image, double factor) {
    int channels = image.shape().channels();
    if (channels == 1) {
      return image;
    }
    byte[] grey = Geometry.convert(image, 1).pixels();
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    Blend blend = new Blend((float) factor);
    for (int i = 0, pixel = 0; i < from.length; i += channels, pixel++) {
      int less = grey[pixel] & 0xff;
      for (int channel = 0; channel < channels; channel++) {
        to[i + channel] = blend.of(less, from[i + channel] & 0xff);
      }
    }
    return new Image(image.shape(), to);
  }

  /** Between the image smoothed and as it is; its rim stays. */
  static Image sharpness(Image image, double factor) {
    Shape shape = image.shape();
    byte[] from = image.pixels();
    byte[] to = from.clone();
    int channels = shape.channels();
    int row = shape.width() * channels;
    Blend blend = new Blend((float) factor);
    int[] columns = new int[row];
    for (int y = 1; y < shape.height() - 1; y++) {
      int start = y * row;
      for (int x = 0; x < row; x++) {
        int at = start + x;
        columns[x] = (from[at - row] & 0xff) + (from[at] & 0xff) + (from[at + row] & 0xff);
      }
      for (int x = channels; x < row - channels; x++) {
        int value = from[start + x] & 0xff;
        int sum = columns[x - channels] + columns[x] + columns[x + channels] + 4 * value;
        // The kernel's sum is 13 and never ends in a half: Pillow's floats round to the same.
        to[start + x] = blend.of((2 * sum + 13) / 26, value);
      }
    }
    return new Image(shape, to);
  }

  /**
   * Turns the colours; grey stays.
   *
   * @param turns of the circle of colours, from -0.5 to 0.5
   */
  static Image hue(Image image, double turns) {
    if (image.shape().channels() == 1) {
      return image;
    }
    int added = (int) (turns * 255);
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    for (int i = 0; i < from.length; i += 3) {
      turn(from, to, i, added);
    }
    return new Image(image.shape(), to);
  }

  /** Pillow's conversions to hue, saturation and value in 8 bits, and back. */
  private static void turn(byte[] from, byte[] to, int at, int added) {
    int red = from[at] & 0xff;
    int green = from[at + 1] & 0xff;
    int blue = from[at + 2] & 0xff;
    int most = Math.max(red, Math.max(green, blue));
    int least = Math.min(red, Math.min(green, blue));
    int saturation = most == least ? 0 : (int) ((float) (most - least) / most * 255.0);
    if (saturation == 0) {
      to[at] = (byte) most;
      to[at + 1] = (byte) most;
      to[at + 2] = (byte) most;
      return;
    }
    int hue = hue(red, green, blue, most, least) + added & 0xff;
    int sector = (int) (hue * 6.0 / 255.0);
    float rest = (float) (hue * 6.0 / 255.0 - sector);
    float share = (float) (saturation / 255.0);
    byte value = (byte) most;
    byte low = rounded(most * (1.0 - share));
    byte falling = rounded(most * (1.0 - share * rest));
    byte rising = rounded(most * (1.0 - share * (1.0 - rest)));
    switch (sector % 6) {
      case 0 -> put(to, at, value, rising, low);
      case 1 -> put(to, at, falling, value, low);
      case 2 -> put(to, at, low, value, rising);
      case 3 -> put(to, at, low, falling, value);
      case 4 -> put(to, at, rising, low, value);
      default -> put(to, at, value, low, falling);
    }
  }

  private static int hue(int red, int green, int blue, int most, int least) {
    float range = most - least;
    float redness = (most - red) / range;
    float greenness = (most - green) / range;
    float blueness = (most - blue) / range;
    float sixths;
    if (red == most) {
      sixths = blueness - greenness;
    } else if (green == most) {
      sixths = (float) (2.0 + redness - blueness);
    } else {
      sixths = (float) (4.0 + greenness - redness);
    }
    float hue = (float) ((sixths / 6.0 + 1.0) % 1.0);
    return (int) (hue * 255.0);
  }

  private static byte rounded(double value) {
    return (byte) (int) (value + 0.5);
  }

  private static void put(byte[] to, int at, byte red, byte green, byte blue) {
    to[at] = red;
    to[at + 1] = green;
    to[at + 2] = blue;
  }

  private static Image levelled(Image image, int level, float factor) {
    byte[] table = new byte[256];
    Blend blend = new Blend(factor);
    for (int value = 0; value < 256; value++) {
      table[value] = blend.of(level, value);
    }
    byte[] pixels = image.pixels().clone();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = table[pixels[i] & 0xff];
    }
    return new Image(image.shape(), pixels);
  }

  /** Pillow's {@code Image.blend} of a pair of values, in float as there. */
  private record Blend(float factor) {
    byte of(int from, int to) {
      float value = from + factor * (to - from);
      return (byte) (int) Math.max(0f, Math.min(255f, value));
    }
  }
}
