package org.resnet4j.arch;

/**
 * The shape of one image or feature map, without the batch axis.
 *
 * @param channels C, at least 1
 * @param height H in pixels, at least 1
 * @param width W in pixels, at least 1
 */
public record Shape(int channels, int height, int width) {
  /** Throws {@link IllegalArgumentException} unless every axis is at least 1. */
  public Shape {
    if (channels < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "shape %dx%dx%d: channels, height and width must be at least 1"
              .formatted(channels, height, width));
    }
  }

  /** The number of values, C x H x W. */
  public long size() {
    return (long) channels * height * width;
  }

  /** The number of positions, H x W. */
  public long positions() {
    return (long) height * width;
  }

  @Override
  public String toString() {
    return channels + "x" + height + "x" + width;
  }
}
