package org.resnet4j.data.batch;

/** How a training image is varied at random before it is normalised. */
public sealed interface Augmentation {
  /** No variation: as in evaluation. */
  record None() implements Augmentation {}

  /**
   * A random crop of the padded image, as arXiv 1512.03385, section 4.2 does for CIFAR-10.
   *
   * @param padding pixels on each side, 4 in the paper; they are 0 after normalisation
   * @param flip whether half of the images are mirrored left to right
   */
  record PadCropFlip(int padding, boolean flip) implements Augmentation {
    /** Throws {@link IllegalArgumentException} if the padding is negative. */
    public PadCropFlip {
      if (padding < 0) {
        throw new IllegalArgumentException("padding = %d: must be at least 0".formatted(padding));
      }
    }
  }

  /** No variation either, but one or several crops of each image, side by side in the batch. */
  record Crops(Views views) implements Augmentation {}

  /**
   * The shorter side resized to a random length, and a random crop of that: arXiv 1409.1556,
   * section 3.1, which arXiv 1512.03385, section 3.4 uses with 256 to 480 pixels for a crop of 224.
   *
   * @param leastSide the shortest length of the shorter side, in sides of the input
   * @param mostSide the longest
   * @param flip whether half of the images are mirrored left to right
   */
  record RandomSideCrop(double leastSide, double mostSide, boolean flip) implements Augmentation {
    /** Throws {@link IllegalArgumentException} unless 1 <= least <= most. */
    public RandomSideCrop {
      if (!(1 <= leastSide && leastSide <= mostSide && mostSide < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "side from %s to %s: must rise and be at least 1".formatted(leastSide, mostSide));
      }
    }

    /** 256 to 480 pixels for an input of 224, with flips. */
    public static RandomSideCrop paper() {
      return new RandomSideCrop(256 / 224.0, 480 / 224.0, true);
    }
  }

  /**
   * A random window of random size and shape, resized to the input: torchvision's {@code
   * RandomResizedCrop}.
   *
   * @param minScale the smallest share of the image's area, torchvision's 0.08
   * @param maxScale the largest share, 1
   * @param minRatio the smallest width / height, 3/4
   * @param maxRatio the largest width / height, 4/3
   * @param flip whether half of the images are mirrored left to right
   */
  record RandomResizedCrop(
      double minScale, double maxScale, double minRatio, double maxRatio, boolean flip)
      implements Augmentation {
    /** Throws {@link IllegalArgumentException} unless 0 < least <= most, scales at most 1. */
    public RandomResizedCrop {
      if (!(0 < minScale && minScale <= maxScale && maxScale <= 1)) {
        throw new IllegalArgumentException(
            "scale from %s to %s: must rise within 0 (excluded) and 1"
                .formatted(minScale, maxScale));
      }
      if (!(0 < minRatio && minRatio <= maxRatio && maxRatio < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "ratio from %s to %s: must rise and be above 0".formatted(minRatio, maxRatio));
      }
    }

    /** Torchvision's defaults, with flips: the usual ImageNet training. */
    public static RandomResizedCrop imagenet() {
      return imagenet(0.08);
    }

    /** The same with another smallest share of the area. */
    public static RandomResizedCrop imagenet(double minScale) {
      return new RandomResizedCrop(minScale, 1, 3 / 4.0, 4 / 3.0, true);
    }
  }
}
