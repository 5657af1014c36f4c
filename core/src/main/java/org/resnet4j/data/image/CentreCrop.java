package org.resnet4j.data.image;

import org.resnet4j.data.Image;

/**
 * Resizes the shorter side of an image, then crops the centre, as torchvision's {@code Resize} and
 * {@code CenterCrop}; only what the crop keeps is computed.
 *
 * @param resize the shorter side before the crop, in pixels
 * @param height of the crop; black where the resized image is smaller
 * @param width of the crop
 */
public record CentreCrop(int resize, int height, int width, Interpolation interpolation) {
  /** Throws {@link IllegalArgumentException} if a side is below 1. */
  public CentreCrop {
    if (resize < 1 || height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "resize = %d, crop %dx%d: must be at least 1".formatted(resize, width, height));
    }
  }

  /** The image resized and cropped; the same image if there is nothing to do. */
  public Image apply(Image image) {
    int rows = image.shape().height();
    int columns = image.shape().width();
    int shorter = Math.min(rows, columns);
    if (shorter == resize) {
      return Geometry.centreCrop(image, height, width);
    }
    Axis horizontal = new Axis(columns, scaled(columns, shorter), width);
    Axis vertical = new Axis(rows, scaled(rows, shorter), height);
    Image kept =
        Resampler.resample(
            image, 0, 0, horizontal.taps(interpolation), vertical.taps(interpolation));
    return Geometry.centreCrop(kept, height, width);
  }

  /** The long side is rounded down, as torchvision does. */
  private int scaled(int side, int shorter) {
    return (int) ((long) resize * side / shorter);
  }

  /** One direction: a side of the image, its length when resized, and the crop's. */
  private record Axis(int from, int to, int crop) {
    Taps taps(Interpolation interpolation) {
      int begin = Math.max(Geometry.margin(to, crop), 0);
      return new Taps(from, to, begin, Math.min(to, crop), interpolation);
    }
  }
}
