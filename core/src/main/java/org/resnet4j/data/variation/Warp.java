package org.resnet4j.data.variation;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/**
 * Where each pixel of a moved image comes from.
 *
 * <p>The column is {@code xx * x + xy * y + x0}, the row {@code yx * x + yy * y + y0}, of the
 * middles of pixels.
 */
record Warp(double xx, double xy, double x0, double yx, double yy, double y0) {
  private static final double ONE = 65536;
  private static final int DIGITS = 15;

  /** Torchvision's shear around the upper left corner, along rows. */
  static Warp shearX(double magnitude) {
    return new Warp(1, Math.tan(Math.toRadians(Math.toDegrees(Math.atan(magnitude)))), 0, 0, 1, 0);
  }

  /** The same along columns. */
  static Warp shearY(double magnitude) {
    double angle = Math.toRadians(Math.toDegrees(Math.atan(magnitude)));
    // Torchvision composes sine and cosine here, whose quotient is not the tangent's last bit.
    double slope = -(Math.sin(-angle) / Math.cos(angle));
    return new Warp(1, 0, 0, slope, Math.cos(-angle) / Math.cos(angle), 0);
  }

  /** Whole pixels to the right and down. */
  static Warp translation(int right, int down) {
    return new Warp(1, 0, -right, 0, 1, -down);
  }

  /** Around the middle, counterclockwise, as Pillow's {@code Image.rotate}. */
  static Warp rotation(double degrees, Shape shape) {
    double turn = degrees % 360;
    double angle = -Math.toRadians(turn < 0 ? turn + 360 : turn);
    double cosine = rounded(Math.cos(angle));
    double sine = rounded(Math.sin(angle));
    double x = shape.width() / 2.0;
    double y = shape.height() / 2.0;
    return new Warp(
        cosine, sine, cosine * -x + sine * -y + x, -sine, cosine, -sine * -x + cosine * -y + y);
  }

  /**
   * The image moved, as large as before: nearest pixels, black beyond the rim, in Pillow's fixed
   * point of 16 bits ({@code affine_fixed} in {@code Geometry.c}).
   */
  Image of(Image image) {
    Shape shape = image.shape();
    int channels = shape.channels();
    byte[] from = image.pixels();
    byte[] to = new byte[from.length];
    int stepX = fixed(xx);
    int stepY = fixed(yx);
    int at = 0;
    int startX = fixed(x0 + xx * 0.5 + xy * 0.5);
    int startY = fixed(y0 + yx * 0.5 + yy * 0.5);
    for (int row = 0; row < shape.height(); row++) {
      int x = startX;
      int y = startY;
      for (int column = 0; column < shape.width(); column++, at += channels) {
        int sourceX = x >> 16;
        int sourceY = y >> 16;
        if (sourceX >= 0 && sourceX < shape.width() && sourceY >= 0 && sourceY < shape.height()) {
          int source = (sourceY * shape.width() + sourceX) * channels;
          for (int channel = 0; channel < channels; channel++) {
            to[at + channel] = from[source + channel];
          }
        }
        x += stepX;
        y += stepY;
      }
      startX += fixed(xy);
      startY += fixed(yy);
    }
    return new Image(shape, to);
  }

  /** As Python's {@code round}: of the exact value, not of a product. */
  private static double rounded(double value) {
    return new BigDecimal(value).setScale(DIGITS, RoundingMode.HALF_EVEN).doubleValue();
  }

  private static int fixed(double value) {
    return (int) Math.floor(value * ONE + 0.5);
  }
}
