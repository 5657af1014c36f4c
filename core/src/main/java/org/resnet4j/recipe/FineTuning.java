package org.resnet4j.recipe;

import java.util.OptionalInt;

/**
 * What stays as it is where training begins with somebody's model; docs/fine-tuning.md.
 *
 * @param freeze what does not learn: {@code none}, {@code all-but-head}, or a number k for the stem
 *     and the first k stages; what is frozen keeps its statistics too
 * @param stageDecay what the rate is multiplied with from stage to stage, from the head down to the
 *     stem; arXiv 1801.06146, section 3.2; 1 for one rate
 * @param normStatistics what batch norms that are not frozen normalise by in training
 */
public record FineTuning(String freeze, double stageDecay, NormStatistics normStatistics) {
  private static final String NONE = "none";
  private static final String ALL_BUT_HEAD = "all-but-head";

  /** What batch norms normalise by in training. */
  public enum NormStatistics {
    /** The statistics of the batch, which are recorded; as in any training. */
    UPDATE,
    /** The stored ones, which do not change: training then sees what evaluation will see. */
    FROZEN
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public FineTuning {
    new Problems()
        .check(
            freeze.equals(NONE) || freeze.equals(ALL_BUT_HEAD) || freeze.matches("\\d{1,2}"),
            "freeze = %s: must be none, all-but-head or a number of stages",
            freeze)
        .check(
            stageDecay > 0 && stageDecay <= 1,
            "stage-decay = %s: must be above 0 and at most 1",
            stageDecay)
        .refuse();
  }

  /** Whether only the linear layer learns. */
  public boolean headAlone() {
    return freeze.equals(ALL_BUT_HEAD);
  }

  /** How many stages are frozen, with the stem; nothing if none is, or all are. */
  public OptionalInt frozenStages() {
    return freeze.equals(NONE) || headAlone()
        ? OptionalInt.empty()
        : OptionalInt.of(Integer.parseInt(freeze));
  }

  /** Whether anything is frozen, be it statistics alone. */
  public boolean freezes() {
    return !freeze.equals(NONE) || normStatistics == NormStatistics.FROZEN;
  }
}
