package org.resnet4j.data.variation;

import org.resnet4j.data.Image;

/**
 * The operations of timm's RandAugment whose strength rises with the level, in timm's order ({@code
 * _RAND_INCREASING_TRANSFORMS}), with the arithmetic of its functions from levels to arguments.
 */
enum TimmOperation {
  AUTO_CONTRAST(false),
  EQUALIZE(false),
  INVERT(false),
  ROTATE(true),
  POSTERIZE(false),
  SOLARIZE(false),
  SOLARIZE_ADD(false),
  COLOR(true),
  CONTRAST(true),
  BRIGHTNESS(true),
  SHARPNESS(true),
  SHEAR_X(true),
  SHEAR_Y(true),
  TRANSLATE_X(true),
  TRANSLATE_Y(true);

  /** The highest level. */
  static final double MOST = 10;

  /** Whether the level is negative half of the time. */
  final boolean signed;

  TimmOperation(boolean signed) {
    this.signed = signed;
  }

  /**
   * The image changed, as large as before.
   *
   * @param level from 0 to 10, or from -10 where the operation is signed
   * @param canvas what images are drawn on that are moved
   */
  Image apply(Image image, double level, Canvas canvas) {
    double strength = level / MOST;
    return switch (this) {
      case AUTO_CONTRAST -> Tones.autoContrast(image);
      case EQUALIZE -> Tones.equalize(image);
      case INVERT -> Tones.solarize(image, 0);
      case POSTERIZE -> Tones.posterize(image, 4 - (int) (strength * 4));
      case SOLARIZE -> Tones.solarize(image, 256 - (int) (strength * 256));
      case SOLARIZE_ADD -> Tones.solarizeAdd(image, (int) (strength * 110));
      case COLOR -> Colours.saturation(image, factor(strength));
      case CONTRAST -> Colours.contrast(image, factor(strength));
      case BRIGHTNESS -> Colours.brightness(image, factor(strength));
      case SHARPNESS -> Colours.sharpness(image, factor(strength));
      case ROTATE ->
          strength == 0 ? image : canvas.moved(image, Warp.rotation(strength * 30, image.shape()));
      case SHEAR_X -> canvas.moved(image, new Warp(1, strength * 0.3, 0, 0, 1, 0));
      case SHEAR_Y -> canvas.moved(image, new Warp(1, 0, 0, strength * 0.3, 1, 0));
      case TRANSLATE_X ->
          canvas.moved(image, new Warp(1, 0, strength * 0.45 * image.shape().width(), 0, 1, 0));
      case TRANSLATE_Y ->
          canvas.moved(image, new Warp(1, 0, 0, 0, 1, strength * 0.45 * image.shape().height()));
    };
  }

  private static double factor(double strength) {
    return Math.max(0.1, 1 + strength * 0.9);
  }
}
