package org.resnet4j.data.image;

import org.resnet4j.arch.Shape;
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
    return apply(image, Region.all(image.shape()), image.shape());
  }

  /** What of an image of that shape has any influence on the result. */
  Region needed(Shape whole) {
    Span columns = columns(whole);
    Span rows = rows(whole);
    return new Region(columns.first(), rows.first(), columns.length(), rows.length());
  }

  /**
   * The same of an image of which only a part is there.
   *
   * @param region where the part lies; not less than what is needed
   * @param whole the shape of all of it
   */
  Image apply(Image part, Region region, Shape whole) {
    Span columns = columns(whole);
    Span rows = rows(whole);
    if (Math.min(whole.height(), whole.width()) == resize) {
      return Geometry.crop(
          part, rows.margin() - region.top(), columns.margin() - region.left(), height, width);
    }
    Image kept =
        Resampler.resample(part, -region.left(), -region.top(), columns.taps(), rows.taps());
    return Geometry.centreCrop(kept, height, width);
  }

  private Span columns(Shape whole) {
    return span(whole.width(), whole, width);
  }

  private Span rows(Shape whole) {
    return span(whole.height(), whole, height);
  }

  private Span span(int side, Shape whole, int crop) {
    // The long side is rounded down, as torchvision does.
    int scaled = (int) ((long) resize * side / Math.min(whole.height(), whole.width()));
    int margin = Geometry.margin(scaled, crop);
    return new Span(
        margin, new Taps(side, scaled, Math.max(margin, 0), Math.min(scaled, crop), interpolation));
  }

  /** One direction of the crop: what of the resized image lies before it, and its pixels' taps. */
  private record Span(int margin, Taps taps) {
    int first() {
      return taps.first(0);
    }

    int length() {
      return taps.end() - first();
    }
  }
}
