package org.resnet4j.data.variation;

import org.resnet4j.data.Image;

/** The operations that policies draw from, in torchvision's order. */
enum Operation {
  IDENTITY(false) {
    @Override
    Image apply(Image image, double magnitude) {
      return image;
    }
  },
  SHEAR_X(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Warp.shearX(magnitude).of(image);
    }
  },
  SHEAR_Y(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Warp.shearY(magnitude).of(image);
    }
  },
  TRANSLATE_X(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Warp.translation((int) magnitude, 0).of(image);
    }
  },
  TRANSLATE_Y(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Warp.translation(0, (int) magnitude).of(image);
    }
  },
  ROTATE(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return magnitude == 0 ? image : Warp.rotation(magnitude, image.shape()).of(image);
    }
  },
  BRIGHTNESS(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Colours.brightness(image, 1 + magnitude);
    }
  },
  COLOR(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Colours.saturation(image, 1 + magnitude);
    }
  },
  CONTRAST(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Colours.contrast(image, 1 + magnitude);
    }
  },
  SHARPNESS(true) {
    @Override
    Image apply(Image image, double magnitude) {
      return Colours.sharpness(image, 1 + magnitude);
    }
  },
  POSTERIZE(false) {
    @Override
    Image apply(Image image, double magnitude) {
      return Tones.posterize(image, (int) magnitude);
    }
  },
  SOLARIZE(false) {
    @Override
    Image apply(Image image, double magnitude) {
      return Tones.solarize(image, magnitude);
    }
  },
  AUTO_CONTRAST(false) {
    @Override
    Image apply(Image image, double magnitude) {
      return Tones.autoContrast(image);
    }
  },
  EQUALIZE(false) {
    @Override
    Image apply(Image image, double magnitude) {
      return Tones.equalize(image);
    }
  };

  /** Whether the magnitude is negative half of the time. */
  final boolean signed;

  Operation(boolean signed) {
    this.signed = signed;
  }

  /**
   * The image changed, as large as before.
   *
   * @param magnitude in the operation's own unit: a slope, pixels, degrees, bits or a level
   */
  abstract Image apply(Image image, double magnitude);
}
