package org.resnet4j.recipe;

import java.util.List;

/**
 * The learning rate over a run.
 *
 * @param rate the highest
 * @param schedule how it changes after the warm-up
 * @param warmup epochs of linear warm-up; 0 for none
 * @param warmupFrom where the warm-up begins, as a fraction of the rate; 0 for one step's worth
 * @param milestones where multi-step drops the rate, as fractions of the run
 * @param drop the factor of each drop
 * @param rateFloor where cosine, linear and one-cycle end, as a fraction of the rate
 * @param lowRate the rate until the training error falls below {@code lowRateUntil}; 0 for none
 * @param lowRateUntil training error, a fraction; arXiv 1512.03385, section 4.2: 0.8 for 110 layers
 */
public record Rates(
    double rate,
    Kind schedule,
    double warmup,
    double warmupFrom,
    List<Double> milestones,
    double drop,
    double rateFloor,
    double lowRate,
    double lowRateUntil) {

  /** How the rate changes over a run, after the warm-up. */
  public enum Kind {
    CONSTANT,
    MULTI_STEP,
    COSINE,
    /** Down in a straight line. */
    LINEAR,
    /**
     * Up in a straight line, for a quarter if no warm-up says otherwise, then down in another;
     * arXiv 1708.07120.
     */
    ONE_CYCLE
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Rates {
    milestones = List.copyOf(milestones);
    new Problems()
        .check(rate > 0 && rate < 1e3, "rate = %s: must be above 0 and below 1000", rate)
        .check(warmup >= 0 && warmup < 1e4, "warmup = %s: must be 0 or more epochs", warmup)
        .check(
            warmupFrom >= 0 && warmupFrom <= 1,
            "warmup-from = %s: must be a fraction of the rate, from 0 to 1",
            warmupFrom)
        .check(
            warmupFrom <= 0 || warmup > 0 || schedule == Kind.ONE_CYCLE,
            "warmup-from = %s: there is no warm-up; set warmup to its epochs, or leave 0",
            warmupFrom)
        .check(
            rateFloor >= 0 && rateFloor <= 1,
            "rate-floor = %s: must be a fraction of the rate, from 0 to 1",
            rateFloor)
        .check(
            rateFloor <= 0 || (schedule != Kind.CONSTANT && schedule != Kind.MULTI_STEP),
            "rate-floor = %s: only cosine, linear and one-cycle end there; set one, or leave 0",
            rateFloor)
        .check(
            rise(milestones),
            "milestones = %s: must rise from above 0 to below 1, as fractions of the run",
            milestones)
        .check(drop > 0 && drop <= 1, "drop = %s: must be above 0 and at most 1", drop)
        .check(
            lowRate >= 0 && lowRate <= rate,
            "low-rate = %s: must be from 0 to rate = %s",
            lowRate,
            rate)
        .check(
            lowRateUntil > 0 && lowRateUntil <= 1,
            "low-rate-until = %s: must be a training error above 0 and at most 1",
            lowRateUntil)
        .refuse();
  }

  private static boolean rise(List<Double> fractions) {
    double last = 0;
    for (double fraction : fractions) {
      if (!(fraction > last && fraction < 1)) {
        return false;
      }
      last = fraction;
    }
    return true;
  }
}
