package org.resnet4j.recipe;

/**
 * How the images of a batch are mixed, and their labels with them.
 *
 * @param mixup alpha of the beta distribution that shares of whole images are drawn from; arXiv
 *     1710.09412; 0 for no mixup
 * @param cutmix the same for the area of boxes that come from another image; arXiv 1905.04899; 0
 *     for no CutMix
 * @param mixProbability how often a batch is mixed
 * @param cutmixShare how often with CutMix, where there is mixup too
 */
public record Mixture(double mixup, double cutmix, double mixProbability, double cutmixShare) {
  private static final double USUAL_SHARE = 0.5;

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Mixture {
    new Problems()
        .check(mixup >= 0 && mixup <= 100, "mixup = %s: must be an alpha from 0 to 100", mixup)
        .check(cutmix >= 0 && cutmix <= 100, "cutmix = %s: must be an alpha from 0 to 100", cutmix)
        .check(
            mixProbability > 0 && mixProbability <= 1,
            "mix-probability = %s: must be above 0 and at most 1; for no mixing, set mixup and"
                + " cutmix to 0",
            mixProbability)
        .check(
            cutmixShare >= 0 && cutmixShare <= 1,
            "cutmix-share = %s: must be from 0 to 1",
            cutmixShare)
        .check(
            mixProbability == 1 || mixup > 0 || cutmix > 0,
            "mix-probability = %s: nothing is mixed; set mixup or cutmix, or leave 1",
            mixProbability)
        .check(
            cutmixShare == USUAL_SHARE || (mixup > 0 && cutmix > 0),
            "cutmix-share = %s: it chooses between mixup and cutmix; set both, or leave 0.5",
            cutmixShare)
        .refuse();
  }

  /** Whether any batch may be mixed. */
  public boolean isPresent() {
    return mixup > 0 || cutmix > 0;
  }
}
