package org.resnet4j.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;

/**
 * Four-channel JPEG files: amounts of cyan, magenta, yellow and black, stored inverted as Adobe
 * does.
 *
 * <p>The reader's own way to red, green and blue is off by one from Pillow's here and there.
 */
final class Inks {
  private Inks() {}

  /** Whether the reader's image is made of inks. */
  static boolean areIn(ImageReader reader) throws IOException {
    Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
    while (types.hasNext()) {
      if (types.next().getColorModel().getColorSpace().getType() == ColorSpace.TYPE_CMYK) {
        return true;
      }
    }
    return false;
  }

  /**
   * Red, green and blue, by Pillow's {@code cmyk2rgb}.
   *
   * @param stored unconverted values, four bytes a pixel
   * @param isYcck whether the first three inks are stored as luma and chroma
   */
  static byte[] colours(Raster stored, boolean isYcck) {
    byte[] inks = ((DataBufferByte) stored.getDataBuffer()).getData();
    byte[] colours = new byte[inks.length / 4 * 3];
    int[] ink = new int[3];
    for (int from = 0, to = 0; from < inks.length; from += 4) {
      int first = inks[from] & 0xFF;
      int second = inks[from + 1] & 0xFF;
      int third = inks[from + 2] & 0xFF;
      if (isYcck) {
        decode(first, second - 128, third - 128, ink);
      } else {
        ink[0] = 255 - first;
        ink[1] = 255 - second;
        ink[2] = 255 - third;
      }
      for (int amount : ink) {
        colours[to++] = (byte) printed(amount, inks[from + 3] & 0xFF);
      }
    }
    return colours;
  }

  /** What is left of the light when an amount of ink is printed on grey paper. */
  private static int printed(int ink, int paper) {
    int product = ink * paper + 128;
    return paper - (((product >> 8) + product) >> 8);
  }

  /** JFIF's YCbCr to RGB in 16-bit fixed point, libjpeg's {@code ycck_cmyk_convert} inverted. */
  private static void decode(int luma, int blueness, int redness, int[] values) {
    int half = 1 << 15;
    values[0] = clip(luma + ((91881 * redness + half) >> 16));
    values[1] = clip(luma + ((-22554 * blueness - 46802 * redness + half) >> 16));
    values[2] = clip(luma + ((116130 * blueness + half) >> 16));
  }

  private static int clip(int value) {
    return Math.min(Math.max(value, 0), 255);
  }
}
