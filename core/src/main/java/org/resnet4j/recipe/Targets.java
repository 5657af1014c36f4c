package org.resnet4j.recipe;

/**
 * What the network is asked for, and how missing it is counted.
 *
 * @param labelSmoothing the share of the target spread over all classes
 */
public record Targets(double labelSmoothing) {
  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Targets {
    new Problems()
        .check(
            labelSmoothing >= 0 && labelSmoothing < 1,
            "label-smoothing = %s: must be from 0 to below 1",
            labelSmoothing)
        .refuse();
  }
}
