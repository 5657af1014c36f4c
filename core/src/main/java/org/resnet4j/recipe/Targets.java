package org.resnet4j.recipe;

/**
 * What the network is asked for, and how missing it is counted.
 *
 * @param loss how missing the target is counted
 * @param targetThreshold above which share a class counts as there in full, and below as absent;
 *     arXiv 2110.00476; 0 for shares as they are
 * @param labelSmoothing the share of the target spread over all classes; arXiv 1512.00567, section
 *     7
 * @param classWeights how much the images of a class count
 * @param mixture how images and their labels are mixed
 * @param teaching what another network adds to the labels
 */
public record Targets(
    Loss loss,
    double targetThreshold,
    double labelSmoothing,
    ClassWeights classWeights,
    Mixture mixture,
    Teaching teaching) {

  /** How missing a target is counted. */
  public enum Loss {
    /** Of the softmax: one class excludes the others. */
    CROSS_ENTROPY,
    /** The mean over classes, each a question of its own; arXiv 2110.00476. */
    BINARY_CROSS_ENTROPY
  }

  /** How much the images of a class count. */
  public enum ClassWeights {
    NONE,
    /**
     * In inverse proportion to how many training images the class has; King and Zeng, "Logistic
     * regression in rare events data", 2001.
     */
    BALANCED
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Targets {
    boolean binary = loss == Loss.BINARY_CROSS_ENTROPY;
    new Problems()
        .check(
            targetThreshold >= 0 && targetThreshold < 1,
            "target-threshold = %s: must be from 0 to below 1",
            targetThreshold)
        .check(
            targetThreshold == 0 || binary,
            "target-threshold = %s: several classes in full need loss = binary-cross-entropy",
            targetThreshold)
        .check(
            labelSmoothing >= 0 && labelSmoothing < 1,
            "label-smoothing = %s: must be from 0 to below 1",
            labelSmoothing)
        .check(
            classWeights == ClassWeights.NONE || !binary,
            "class-weights = balanced: needs loss = cross-entropy, as binary cross-entropy weighs no"
                + " images; set sampling = balanced instead")
        .refuse();
  }
}
