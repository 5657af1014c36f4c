package org.resnet4j.recipe;

/**
 * Which images teach, which judge on the way, and when it is enough.
 *
 * @param sampling how often an epoch has each training image
 * @param validation the share of the training images, of each class alike, that judges the epochs
 *     instead of the test images, which are then looked at once, at the end; 0 for none
 * @param stopAfter epochs in a row no better on the validation images than the best before them,
 *     after which training ends; Prechelt, "Early stopping - but when?", 1998; 0 for never
 */
public record Selection(Sampling sampling, double validation, int stopAfter) {

  /** How often an epoch has each training image. */
  public enum Sampling {
    /** Once. */
    SHUFFLED,
    /** So often that every class comes equally often; arXiv 1710.05381. */
    BALANCED
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Selection {
    new Problems()
        .check(
            validation >= 0 && validation < 1,
            "validation = %s: must be a share of the training images from 0 to below 1",
            validation)
        .check(stopAfter >= 0, "stop-after = %d: must be 0 or a number of epochs", stopAfter)
        .check(
            stopAfter <= 0 || validation > 0,
            "stop-after = %d: who stops by the test images has chosen by them; set validation to the"
                + " share of the training images to judge by, such as 0.1",
            stopAfter)
        .refuse();
  }

  /** Whether validation images judge the epochs. */
  public boolean validates() {
    return validation > 0;
  }
}
