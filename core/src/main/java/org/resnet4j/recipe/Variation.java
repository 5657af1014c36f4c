package org.resnet4j.recipe;

import java.util.List;

/**
 * What training images go through before the network sees them.
 *
 * @param augmentation how they are cut and mirrored
 * @param minScale the smallest share of the area that a random resized crop takes
 * @param interpolation how images are resized, in training and after it
 * @param normalisation what is subtracted from pixels
 * @param autoAugment random operations on the crops
 * @param randOperations how many operations RandAugment draws for an image; N of arXiv 1909.13719
 * @param randMagnitude how strong they are; M there: from 0 to 30, torchvision's bins, or from 0 to
 *     10 as timm has it
 * @param randDeviation how far timm's magnitudes are from that, the deviation of a normal draw for
 *     each operation; 0 for not at all
 * @param brightness how far its factor is from 1 at most, as torchvision's ColorJitter; arXiv
 *     1312.5402, section 2; 0 for none
 * @param contrast the same of contrast
 * @param saturation the same of saturation
 * @param hue how far colours turn at most, as a share of the circle
 * @param lighting deviation along the principal components of colours; Krizhevsky et al. 2012,
 *     section 4.1; 0 for none
 * @param erasing how often a random rectangle is erased; arXiv 1708.04896; 0 for never
 * @param erasingFill what comes in its place
 * @param cutout side of the square that each image loses, in pixels; arXiv 1708.04552; 0 for none
 * @param repeats how often an image comes in a row, each time varied in another way, an epoch being
 *     as long as ever; arXiv 1902.05509
 * @param trainSizes sides of the training images in pixels, each for an equal share of the epochs;
 *     several make progressive resizing (arXiv 2104.00298, section 4.2), a single one below the
 *     network's size is the resolution of arXiv 1906.06423; none for the network's
 */
public record Variation(
    Cut augmentation,
    double minScale,
    Kernel interpolation,
    Normalisation normalisation,
    Policy autoAugment,
    int randOperations,
    int randMagnitude,
    double randDeviation,
    double brightness,
    double contrast,
    double saturation,
    double hue,
    double lighting,
    double erasing,
    Fill erasingFill,
    int cutout,
    int repeats,
    List<Double> trainSizes) {
  private static final double MIN_SCALE = 0.08;
  private static final int OPERATIONS = 2;
  private static final int MAGNITUDE = 9;

  /** How training images are cut and mirrored. */
  public enum Cut {
    NONE,
    /** 4 pixels of padding, a random crop; no flip. */
    PAD_CROP,
    /** 4 pixels of padding, a random crop, a flip; arXiv 1512.03385, section 4.2. */
    PAD_CROP_FLIP,
    /** A crop of a share of the area at a random place, resized, and a flip; arXiv 1409.4842. */
    RANDOM_RESIZED_CROP,
    /**
     * The shorter side resized to 256 to 480 pixels for a crop of 224, in proportion for others, a
     * random crop and a flip; arXiv 1512.03385, section 3.4.
     */
    RANDOM_SIDE_CROP
  }

  /** How images are resized. */
  public enum Kernel {
    BILINEAR,
    BICUBIC
  }

  /** What is subtracted from pixels. */
  public enum Normalisation {
    /** Mean and standard deviation of each channel over the training images. */
    CHANNEL,
    /** The mean of each pixel, and no division beyond 255; arXiv 1512.03385, section 4.2. */
    PIXEL_MEAN
  }

  /** Random operations on the crops. */
  public enum Policy {
    NONE,
    /** Some of 14, all of one magnitude, torchvision's; arXiv 1909.13719. */
    RAND_AUGMENT,
    /** Some of 15, each left out half of the time, timm's; arXiv 2110.00476. */
    RAND_AUGMENT_TIMM,
    /** One of 14, of any magnitude of a wide range, torchvision's; arXiv 2103.10158. */
    TRIVIAL_AUGMENT
  }

  /** What comes in the place of what is erased. */
  public enum Fill {
    /** The mean, which is 0 after normalisation. */
    MEAN,
    /** Normal noise for each value, with which arXiv 1708.04896, table 4 is best. */
    NOISE
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Variation {
    trainSizes = List.copyOf(trainSizes);
    new Problems()
        .check(
            minScale > 0 && minScale <= 1,
            "min-scale = %s: must be above 0 and at most 1",
            minScale)
        .check(
            minScale == MIN_SCALE || augmentation == Cut.RANDOM_RESIZED_CROP,
            "min-scale = %s: only random-resized-crop has it; set augmentation, or leave %s",
            minScale,
            MIN_SCALE)
        .check(
            randOperations >= 1 && randOperations <= 14,
            "rand-operations = %d: must be from 1 to 14",
            randOperations)
        .check(
            randMagnitude >= 0 && randMagnitude <= 30,
            "rand-magnitude = %d: must be from 0 to 30",
            randMagnitude)
        .check(
            randMagnitude <= 10 || autoAugment != Policy.RAND_AUGMENT_TIMM,
            "rand-magnitude = %d: must be from 0 to 10 with rand-augment-timm",
            randMagnitude)
        .check(
            randDeviation >= 0 && randDeviation <= 10,
            "rand-deviation = %s: must be from 0 to 10",
            randDeviation)
        .check(
            randDeviation == 0 || autoAugment == Policy.RAND_AUGMENT_TIMM,
            "rand-deviation = %s: only rand-augment-timm has it; set auto-augment ="
                + " rand-augment-timm, or leave 0",
            randDeviation)
        .check(
            autoAugment == Policy.RAND_AUGMENT
                || autoAugment == Policy.RAND_AUGMENT_TIMM
                || (randOperations == OPERATIONS && randMagnitude == MAGNITUDE),
            "rand-operations = %d, rand-magnitude = %d: only rand-augment and rand-augment-timm"
                + " have them; set auto-augment, or leave %d and %d",
            randOperations,
            randMagnitude,
            OPERATIONS,
            MAGNITUDE)
        .check(
            brightness >= 0 && brightness < 100,
            "brightness = %s: must be from 0 to below 100",
            brightness)
        .check(
            contrast >= 0 && contrast < 100, "contrast = %s: must be from 0 to below 100", contrast)
        .check(
            saturation >= 0 && saturation < 100,
            "saturation = %s: must be from 0 to below 100",
            saturation)
        .check(hue >= 0 && hue <= 0.5, "hue = %s: must be from 0 to 0.5", hue)
        .check(
            lighting >= 0 && lighting < 10, "lighting = %s: must be from 0 to below 10", lighting)
        .check(erasing >= 0 && erasing <= 1, "erasing = %s: must be from 0 to 1", erasing)
        .check(
            erasingFill == Fill.MEAN || erasing > 0,
            "erasing-fill = noise: nothing is erased; set erasing above 0")
        .check(cutout >= 0 && cutout <= 4096, "cutout = %d: must be from 0 to 4096", cutout)
        .check(
            cutout == 0 || erasing == 0,
            "cutout = %d, erasing = %s: both wipe out a place; set one of them to 0",
            cutout,
            erasing)
        .check(repeats >= 1 && repeats <= 64, "repeats = %d: must be from 1 to 64", repeats)
        .check(
            repeats == 1 || varies(augmentation, autoAugment),
            "repeats = %d: nothing varies the repetitions; set augmentation or auto-augment",
            repeats)
        .check(
            trainSizes.stream().allMatch(Variation::isSide),
            "train-sizes = %s: must be whole numbers of pixels from 8 to 4096",
            trainSizes)
        .check(
            trainSizes.isEmpty() || normalisation == Normalisation.CHANNEL,
            "train-sizes = %s: a mean per pixel has one size; set normalisation = channel",
            trainSizes)
        .refuse();
  }

  private static boolean isSide(double side) {
    return side >= 8 && side <= 4096 && side == Math.rint(side);
  }

  private static boolean varies(Cut augmentation, Policy autoAugment) {
    return augmentation != Cut.NONE || autoAugment != Policy.NONE;
  }

  /** Whether some of the training images are mirrored. */
  public boolean mirrors() {
    return augmentation != Cut.NONE && augmentation != Cut.PAD_CROP;
  }
}
