package org.resnet4j.study;

import java.util.List;

/**
 * What one training run of a study came to.
 *
 * @param network the catalogue's name
 * @param depth of the paper's network of the same n: what its curves are compared by
 * @param seed of weights, order and augmentation
 * @param trainError share of the training images that the final network mistakes, in evaluation
 *     mode and without augmentation
 * @param testError share of the test images
 * @param curve an entry for each epoch
 * @param diverged what happened, if the loss was no longer a number: then both errors are those of
 *     the most frequent class as the answer for all images; empty otherwise
 */
record ArmRun(
    String network,
    Arm arm,
    int depth,
    int seed,
    double trainError,
    double testError,
    List<Epoch> curve,
    String diverged) {
  ArmRun {
    curve = List.copyOf(curve);
  }

  boolean failed() {
    return !diverged.isEmpty();
  }

  /**
   * A point of the curves.
   *
   * @param step optimizer steps done
   * @param trainError over the epoch's images as they were learned, augmented: what the paper's
   *     figures show
   * @param testError after the epoch
   */
  record Epoch(long step, double trainError, double testError, double trainLoss, double testLoss) {}
}
