package org.resnet4j.data;

import org.resnet4j.arch.Shape;

/**
 * A decoded image of 8-bit values, row by row, the channels of a pixel side by side (H, W, C).
 *
 * <p>The array is not copied, neither here nor by readers: nobody may change it.
 *
 * @param shape 1 channel (grey) or 3 (red, green, blue)
 * @param pixels H x W x C values
 */
@SuppressWarnings("ArrayRecordComponent") // A copy per image would cost more than it protects.
public record Image(Shape shape, byte[] pixels) {
  /** Throws {@link IllegalArgumentException} if the array's length is not the shape's size. */
  public Image {
    if (pixels.length != shape.size()) {
      throw new IllegalArgumentException(
          "an image of %s needs %d values but has %d"
              .formatted(shape, shape.size(), pixels.length));
    }
  }
}
