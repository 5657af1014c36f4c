package org.resnet4j.data.variation;

import org.resnet4j.arch.Shape;

/** Torchvision's tables of magnitudes, in its float32; operations without one have 0. */
final class Magnitudes {
  private static final int LAST = Policy.BINS - 1;

  private Magnitudes() {}

  static double ofRandAugment(Operation operation, int bin, Shape image) {
    return switch (operation) {
      case SHEAR_X, SHEAR_Y -> between(0, 0.3, bin);
      case TRANSLATE_X -> between(0, 150.0 / 331.0 * image.width(), bin);
      case TRANSLATE_Y -> between(0, 150.0 / 331.0 * image.height(), bin);
      case ROTATE -> between(0, 30, bin);
      case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> between(0, 0.9, bin);
      case POSTERIZE -> bits(4, bin);
      case SOLARIZE -> between(255, 0, bin);
      case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
    };
  }

  static double ofTrivialAugment(Operation operation, int bin) {
    return switch (operation) {
      case SHEAR_X, SHEAR_Y -> between(0, 0.99, bin);
      case TRANSLATE_X, TRANSLATE_Y -> between(0, 32, bin);
      case ROTATE -> between(0, 135, bin);
      case BRIGHTNESS, COLOR, CONTRAST, SHARPNESS -> between(0, 0.99, bin);
      case POSTERIZE -> bits(6, bin);
      case SOLARIZE -> between(255, 0, bin);
      case IDENTITY, AUTO_CONTRAST, EQUALIZE -> 0;
    };
  }

  /** PyTorch's {@code linspace}, which counts from the nearer end and rounds once. */
  private static double between(double first, double last, int bin) {
    float step = ((float) last - (float) first) / LAST;
    return bin < Policy.BINS / 2
        ? Math.fma(step, bin, (float) first)
        : Math.fma(-step, LAST - bin, (float) last);
  }

  /** What is left of 8 bits when up to {@code most} are taken; halves are rounded to even. */
  private static double bits(int most, int bin) {
    return 8 - Math.rint((float) bin / ((float) LAST / most));
  }
}
