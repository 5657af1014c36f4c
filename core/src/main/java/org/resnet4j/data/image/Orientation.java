package org.resnet4j.data.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/**
 * How a camera was held, in the order of the values 1 to 8 of EXIF 2.32's tag Orientation (section
 * 4.6.4 A).
 */
enum Orientation {
  UPRIGHT(false, false, false),
  MIRRORED(false, true, false),
  UPSIDE_DOWN(false, true, true),
  FLIPPED(false, false, true),
  TRANSPOSED(true, false, false),
  TURNED_LEFT(true, false, true),
  TRANSVERSED(true, true, true),
  TURNED_RIGHT(true, true, false);

  private static final int TAG = 0x0112;
  private static final int SHORT = 3;
  private static final int TIFF = 42;
  private static final int FIELD = 12;

  private final boolean swapped;
  private final boolean fromRight;
  private final boolean fromBottom;

  /**
   * How the stored image is read to make an upright one.
   *
   * @param swapped whether rows become columns
   * @param fromRight whether stored rows are read from their end
   * @param fromBottom whether stored columns are
   */
  Orientation(boolean swapped, boolean fromRight, boolean fromBottom) {
    this.swapped = swapped;
    this.fromRight = fromRight;
    this.fromBottom = fromBottom;
  }

  /** What EXIF data says; upright if it says nothing or is damaged, as Pillow has it. */
  static Orientation of(byte[] exif) {
    try {
      return of(ByteBuffer.wrap(exif));
    } catch (BufferUnderflowException | IndexOutOfBoundsException damaged) {
      return UPRIGHT;
    }
  }

  /** Looks through the first directory of a TIFF structure (TIFF 6.0, section 2). */
  private static Orientation of(ByteBuffer tiff) {
    tiff.order(tiff.getShort() == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    if (tiff.getShort() != TIFF) {
      return UPRIGHT;
    }
    int directory = tiff.getInt();
    int fields = Short.toUnsignedInt(tiff.getShort(directory));
    for (int field = directory + 2; fields > 0; fields--, field += FIELD) {
      if (tiff.getShort(field) == TAG && tiff.getShort(field + 2) == SHORT) {
        return values()[tiff.getShort(field + 8) - 1]; // Another value is damage, too.
      }
    }
    return UPRIGHT;
  }

  /** The stored image as it was seen. */
  Image upright(Image stored) {
    if (this == UPRIGHT) {
      return stored;
    }
    Shape from = stored.shape();
    int height = swapped ? from.width() : from.height();
    int width = swapped ? from.height() : from.width();
    byte[] pixels = new byte[stored.pixels().length];
    int next = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = swapped ? y : x;
        int row = swapped ? x : y;
        int pixel =
            (fromBottom ? from.height() - 1 - row : row) * from.width()
                + (fromRight ? from.width() - 1 - column : column);
        for (int channel = 0; channel < from.channels(); channel++) {
          pixels[next++] = stored.pixels()[pixel * from.channels() + channel];
        }
      }
    }
    return new Image(new Shape(from.channels(), height, width), pixels);
  }
}
