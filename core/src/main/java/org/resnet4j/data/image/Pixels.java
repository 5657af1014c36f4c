package org.resnet4j.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/**
 * The stored values of a decoded image, without transparency.
 *
 * <p>Not {@link BufferedImage#getRGB}: it is slow, and it applies a gamma curve to grey.
 */
final class Pixels {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Pixels() {}

  /** The image with 1 (grey) or 3 (red, green, blue) channels. */
  static Image of(BufferedImage image, int channels) {
    byte[] values;
    int stored;
    if (image.getColorModel() instanceof IndexColorModel palette) {
      values = lookedUp(image.getRaster(), palette);
      stored = 3;
    } else {
      stored = image.getColorModel().getNumColorComponents();
      values =
          isInterleavedBytes(image.getRaster())
              ? interleaved(image.getRaster(), stored)
              : narrowed(image.getRaster(), stored);
    }
    return image(image.getRaster(), values, stored, channels);
  }

  /** The same of an image that a program has made, of any type. */
  static Image ofMemory(BufferedImage image, int channels) {
    if (isIntegerGrey(image.getColorModel())) {
      return ofGrey(image, channels);
    }
    return switch (image.getType()) {
      case BufferedImage.TYPE_3BYTE_BGR,
          BufferedImage.TYPE_4BYTE_ABGR,
          BufferedImage.TYPE_BYTE_INDEXED ->
          of(image, channels);
      default -> ofColours(image, channels);
    };
  }

  private static boolean isIntegerGrey(ColorModel colours) {
    int type = colours.getTransferType();
    return colours.getColorSpace().getType() == ColorSpace.TYPE_GRAY
        && !colours.isAlphaPremultiplied()
        && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT);
  }

  /** The upper eight bits of each value. */
  private static Image ofGrey(BufferedImage image, int channels) {
    int surplus = Math.max(0, image.getColorModel().getComponentSize(0) - Byte.SIZE);
    int width = image.getWidth();
    byte[] values = new byte[Math.multiplyExact(width, image.getHeight())];
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRaster().getSamples(0, y, width, 1, 0, row);
      for (int sample : row) {
        values[to++] = (byte) (sample >> surplus);
      }
    }
    return image(image.getRaster(), values, 1, channels);
  }

  private static Image ofColours(BufferedImage image, int channels) {
    int width = image.getWidth();
    byte[] values = new byte[Math.multiplyExact(width * 3, image.getHeight())];
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int colour : row) {
        values[to++] = (byte) (colour >> 16);
        values[to++] = (byte) (colour >> 8);
        values[to++] = (byte) colour;
      }
    }
    return image(image.getRaster(), values, 3, channels);
  }

  /** The same of a JPEG made of inks. */
  static Image ofInks(Raster inks, boolean isYcck, int channels) {
    return image(inks, Inks.colours(inks, isYcck), 3, channels);
  }

  private static Image image(Raster raster, byte[] values, int stored, int channels) {
    Shape shape = new Shape(stored, raster.getHeight(), raster.getWidth());
    return Geometry.convert(new Image(shape, values), channels);
  }

  private static boolean isInterleavedBytes(Raster raster) {
    return raster.getSampleModel() instanceof PixelInterleavedSampleModel
        && raster.getDataBuffer() instanceof DataBufferByte;
  }

  private static byte[] interleaved(Raster raster, int channels) {
    PixelInterleavedSampleModel model = (PixelInterleavedSampleModel) raster.getSampleModel();
    byte[] stored = ((DataBufferByte) raster.getDataBuffer()).getData();
    int step = model.getPixelStride();
    int[] offsets = model.getBandOffsets();
    byte[] values = new byte[raster.getWidth() * raster.getHeight() * channels];
    int start = start(raster, model);
    if (start == 0 && isBackwards(raster, model)) {
      reverse(stored, values);
      return values;
    }
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      int from = start + y * model.getScanlineStride();
      for (int x = 0; x < raster.getWidth(); x++, from += step) {
        for (int channel = 0; channel < channels; channel++) {
          values[to++] = stored[from + offsets[channel]];
        }
      }
    }
    return values;
  }

  /** Where the first pixel lies: not at the start of the memory for a part of another image. */
  private static int start(Raster raster, PixelInterleavedSampleModel model) {
    return raster.getDataBuffer().getOffset()
        + (raster.getMinY() - raster.getSampleModelTranslateY()) * model.getScanlineStride()
        + (raster.getMinX() - raster.getSampleModelTranslateX()) * model.getPixelStride();
  }

  /** Whether pixels are blue, green, red and nothing lies between them, as in a JPEG of colours. */
  private static boolean isBackwards(Raster raster, PixelInterleavedSampleModel model) {
    return model.getPixelStride() == 3
        && model.getScanlineStride() == 3 * raster.getWidth()
        && Arrays.equals(model.getBandOffsets(), new int[] {2, 1, 0});
  }

  private static void reverse(byte[] from, byte[] to) {
    int last = to.length - 3;
    // Four bytes at a time; the fourth is the next pixel's, whose turn comes.
    for (int at = 0; at < last; at += 3) {
      INT.set(to, at, Integer.reverseBytes((int) INT.get(from, at)) >>> 8);
    }
    to[last] = from[last + 2];
    to[last + 1] = from[last + 1];
    to[last + 2] = from[last];
  }

  /**
   * Samples of 16 bits as 8.
   *
   * <p>Pillow takes the upper half, except that it clips grey without alpha (its mode I;16), so
   * that most such images turn white. A network trained on them there has seen just that.
   */
  private static byte[] narrowed(Raster raster, int channels) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    byte[] values = new byte[width * raster.getHeight() * channels];
    int[] row = new int[width * bands];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int channel = 0; channel < channels; channel++) {
          int sample = row[x * bands + channel];
          values[to++] = (byte) (bands == 1 ? Math.min(sample, 255) : sample >> 8);
        }
      }
    }
    return values;
  }

  private static byte[] lookedUp(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    byte[] values = new byte[width * raster.getHeight() * 3];
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int index : row) {
        int colour = palette.getRGB(index);
        values[to++] = (byte) (colour >> 16);
        values[to++] = (byte) (colour >> 8);
        values[to++] = (byte) colour;
      }
    }
    return values;
  }
}
