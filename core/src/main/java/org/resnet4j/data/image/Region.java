package org.resnet4j.data.image;

import org.resnet4j.arch.Shape;

/**
 * A rectangle of an image, in pixels.
 *
 * @param left columns before it, at least 0
 * @param top rows above it, at least 0
 * @param width at least 1
 * @param height at least 1
 */
public record Region(int left, int top, int width, int height) {
  /** Throws {@link IllegalArgumentException} if it is empty or starts before the image. */
  public Region {
    if (left < 0 || top < 0 || width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "region %dx%d at (%d, %d): needs at least one pixel and no negative corner"
              .formatted(width, height, left, top));
    }
  }

  /** All of an image of that shape. */
  public static Region all(Shape shape) {
    return new Region(0, 0, shape.width(), shape.height());
  }

  /** Whether an image of that shape has all of its pixels. */
  public boolean isWithin(Shape shape) {
    return (long) left + width <= shape.width() && (long) top + height <= shape.height();
  }

  /** The same with all rows below it: a reader that stops early misses damage that comes later. */
  Region downTo(int height) {
    return new Region(left, top, width, height - top);
  }
}
