package org.resnet4j.data.variation;

import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/**
 * What an image has between its pixels: the filters of Pillow's {@code Geometry.c}, in double as
 * there and cut to whole numbers, not rounded. Pixels beyond the rim are those of the rim.
 */
sealed interface Sampler {
  /**
   * Writes the colour of a place, one byte a channel.
   *
   * @param x the column, whole in the middle of a pixel, from -0.5 to below width - 0.5
   * @param y the row, likewise
   */
  void sample(double x, double y, byte[] to, int at);

  /** A straight line between two pixels, along rows and then along columns. */
  final class Bilinear implements Sampler {
    private final Grid grid;
    private final byte[] from;

    Bilinear(Image image) {
      grid = new Grid(image.shape());
      from = image.pixels();
    }

    @Override
    public void sample(double x, double y, byte[] to, int at) {
      int column = (int) Math.floor(x);
      int row = (int) Math.floor(y);
      double right = x - column;
      double down = y - row;
      int left0 = grid.column(column);
      int left1 = grid.column(column + 1);
      int top0 = grid.row(row);
      int top1 = grid.row(row + 1);
      for (int channel = 0; channel < grid.channels; channel++) {
        double upper = along(top0 + left0 + channel, top0 + left1 + channel, right);
        double lower = along(top1 + left0 + channel, top1 + left1 + channel, right);
        to[at + channel] = (byte) (int) (upper + (lower - upper) * down);
      }
    }

    private double along(int first, int second, double share) {
      int value = from[first] & 0xff;
      return value + ((from[second] & 0xff) - value) * share;
    }
  }

  /**
   * Keys' cubic through four pixels with a = -1, along rows and then along columns. Pillow's {@code
   * resize} has -0.5.
   */
  final class Bicubic implements Sampler {
    private final Grid grid;
    private final byte[] from;

    Bicubic(Image image) {
      grid = new Grid(image.shape());
      from = image.pixels();
    }

    @Override
    public void sample(double x, double y, byte[] to, int at) {
      int column = (int) Math.floor(x);
      int row = (int) Math.floor(y);
      double right = x - column;
      double down = y - row;
      int left0 = grid.column(column - 1);
      int left1 = grid.column(column);
      int left2 = grid.column(column + 1);
      int left3 = grid.column(column + 2);
      int top0 = grid.row(row - 1);
      int top1 = grid.row(row);
      int top2 = grid.row(row + 1);
      int top3 = grid.row(row + 2);
      for (int channel = 0; channel < grid.channels; channel++) {
        double value = along(top1 + channel, left0, left1, left2, left3, right);
        // In the middle of a row the cubic is its second value, to the bit: shears and
        // translations are spared the other rows.
        if (down != 0) {
          value =
              cubic(
                  along(top0 + channel, left0, left1, left2, left3, right),
                  value,
                  along(top2 + channel, left0, left1, left2, left3, right),
                  along(top3 + channel, left0, left1, left2, left3, right),
                  down);
        }
        to[at + channel] = (byte) (int) Math.max(0, Math.min(255, value));
      }
    }

    private double along(int start, int first, int second, int third, int fourth, double share) {
      int value = from[start + second] & 0xff;
      if (share == 0) {
        return value;
      }
      return cubic(
          from[start + first] & 0xff,
          value,
          from[start + third] & 0xff,
          from[start + fourth] & 0xff,
          share);
    }

    private static double cubic(
        double first, double second, double third, double fourth, double share) {
      double slope = -first + third;
      double square = 2 * (first - second) + third - fourth;
      double cube = -first + second - third + fourth;
      return second + share * (slope + share * (square + share * cube));
    }
  }

  /** Where rows and columns begin among an image's bytes. */
  final class Grid {
    final int channels;
    private final int lastRow;
    private final int lastColumn;
    private final int stride;

    Grid(Shape shape) {
      channels = shape.channels();
      lastRow = shape.height() - 1;
      lastColumn = shape.width() - 1;
      stride = shape.width() * channels;
    }

    int row(int row) {
      return Math.max(0, Math.min(lastRow, row)) * stride;
    }

    int column(int column) {
      return Math.max(0, Math.min(lastColumn, column)) * channels;
    }
  }
}
