package org.resnet4j.data.image;

import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/** Cuts and converts images; values are moved, not resampled. */
public final class Geometry {
  private Geometry() {}

  /**
   * Grey to colour by repetition, colour to grey by the weights of ITU-R 601, rounded as Pillow
   * does.
   */
  public static Image convert(Image image, int channels) {
    Shape shape = image.shape();
    if (shape.channels() == channels) {
      return image;
    }
    byte[] from = image.pixels();
    byte[] to = new byte[shape.height() * shape.width() * channels];
    if (shape.channels() == 1 && channels == 3) {
      for (int i = 0; i < to.length; i++) {
        to[i] = from[i / 3];
      }
    } else if (shape.channels() == 3 && channels == 1) {
      for (int i = 0; i < to.length; i++) {
        to[i] = grey(from[3 * i] & 0xff, from[3 * i + 1] & 0xff, from[3 * i + 2] & 0xff);
      }
    } else {
      throw new IllegalArgumentException(
          "an image of %s cannot become one of %d channels; 1 and 3 are known"
              .formatted(shape, channels));
    }
    return new Image(new Shape(channels, shape.height(), shape.width()), to);
  }

  private static byte grey(int red, int green, int blue) {
    return (byte) ((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
  }

  /** The centre as torchvision finds it; black where the image is smaller. */
  public static Image centreCrop(Image image, int height, int width) {
    return crop(
        image,
        margin(image.shape().height(), height),
        margin(image.shape().width(), width),
        height,
        width);
  }

  /** How much of a side lies before a centred crop; below 0 where the crop is longer. */
  static int margin(int side, int crop) {
    // Python rounds halves to even; padding is rounded down.
    return side >= crop ? (int) Math.rint((side - crop) / 2.0) : -((crop - side) / 2);
  }

  /** A window, which may lie partly outside: black there. The same image if it is all of it. */
  public static Image crop(Image image, int top, int left, int height, int width) {
    Shape shape = image.shape();
    if (top == 0 && left == 0 && height == shape.height() && width == shape.width()) {
      return image;
    }
    int channels = shape.channels();
    byte[] pixels = new byte[height * width * channels];
    int first = Math.max(0, -left);
    int last = Math.min(width, shape.width() - left);
    for (int y = Math.max(0, -top); y < Math.min(height, shape.height() - top); y++) {
      System.arraycopy(
          image.pixels(),
          ((y + top) * shape.width() + left + first) * channels,
          pixels,
          (y * width + first) * channels,
          (last - first) * channels);
    }
    return new Image(new Shape(channels, height, width), pixels);
  }
}
