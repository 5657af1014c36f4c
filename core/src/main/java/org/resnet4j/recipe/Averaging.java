package org.resnet4j.recipe;

/**
 * What is averaged beside and after training.
 *
 * @param ema how much of the moving average of the weights stays at each update; 0 for no average
 * @param emaEvery steps between its updates
 * @param preciseBatchNorm batches of training images from which the statistics of batch norms are
 *     computed anew at the end; 0 for those that training left
 */
public record Averaging(double ema, int emaEvery, int preciseBatchNorm) {
  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Averaging {
    new Problems()
        .check(ema >= 0 && ema < 1, "ema = %s: must be from 0 to below 1", ema)
        .check(emaEvery >= 1, "ema-every = %d: must be at least 1 step", emaEvery)
        .check(
            emaEvery == 1 || ema > 0,
            "ema-every = %d: there is no average; set ema, such as 0.999, or leave 1",
            emaEvery)
        .check(
            preciseBatchNorm >= 0,
            "precise-batch-norm = %d: must be 0 or a number of batches",
            preciseBatchNorm)
        .refuse();
  }
}
