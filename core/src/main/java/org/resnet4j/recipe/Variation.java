package org.resnet4j.recipe;

/**
 * What training images go through before the network sees them.
 *
 * @param augmentation how they are cut and mirrored
 * @param normalisation what is subtracted from pixels
 */
public record Variation(Cut augmentation, Normalisation normalisation) {

  /** How training images are cut and mirrored. */
  public enum Cut {
    NONE,
    /** 4 pixels of padding, a random crop; no flip. */
    PAD_CROP,
    /** 4 pixels of padding, a random crop, a flip; arXiv 1512.03385, section 4.2. */
    PAD_CROP_FLIP,
    /** A crop of 8 to 100 % of the area at a random place, resized, and a flip. */
    RANDOM_RESIZED_CROP
  }

  /** What is subtracted from pixels. */
  public enum Normalisation {
    /** Mean and standard deviation of each channel over the training images. */
    CHANNEL,
    /** The mean of each pixel, and no division beyond 255; arXiv 1512.03385, section 4.2. */
    PIXEL_MEAN
  }
}
