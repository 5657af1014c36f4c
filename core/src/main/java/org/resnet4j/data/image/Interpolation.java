package org.resnet4j.data.image;

/** How a resized pixel weighs its neighbours; the kernels of Pillow's {@code Resample.c}. */
public enum Interpolation {
  /** A triangle of radius 1. */
  BILINEAR(1) {
    @Override
    double weight(double distance) {
      return Math.max(0, 1 - Math.abs(distance));
    }
  },

  /** Keys' cubic of radius 2 with a = -0.5 (PyTorch's own has -0.75, Pillow's has not). */
  BICUBIC(2) {
    @Override
    double weight(double distance) {
      double x = Math.abs(distance);
      if (x < 1) {
        return ((A + 2) * x - (A + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
  };

  private static final double A = -0.5;

  /** The distance, in pixels of the coarser image, from which on weights are 0. */
  final double radius;

  Interpolation(double radius) {
    this.radius = radius;
  }

  abstract double weight(double distance);
}
