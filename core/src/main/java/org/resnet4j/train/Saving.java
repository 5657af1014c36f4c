package org.resnet4j.train;

import java.time.Duration;

/**
 * How a run keeps what it learned; none of it changes what is learned.
 *
 * @param every the longest time between two checkpoints within an epoch; each epoch ends with one
 * @param goesOn whether a run goes on after a checkpoint that the disk did not take, and tries
 *     again with the next one; otherwise it ends
 */
public record Saving(Duration every, boolean goesOn) {
  /** Each five minutes, and a run whose checkpoint cannot be saved ends. */
  public static final Saving USUAL = new Saving(Duration.ofMinutes(5), false);

  /** Throws {@link IllegalArgumentException} unless the time is above zero. */
  public Saving {
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("save-every = %s: must be above zero".formatted(every));
    }
  }
}
