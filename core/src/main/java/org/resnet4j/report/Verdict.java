package org.resnet4j.report;

/**
 * What the data say about a claim.
 *
 * @param claim a sentence that is true or false
 * @param reason why this status: how many seeds, which signs
 * @param difference the mean over the seeds
 * @param low the lower end of its 95 % confidence interval; NaN where there is none
 * @param high the upper end
 * @param unit of the three, e.g. {@code points}
 */
public record Verdict(
    String claim,
    Status status,
    String reason,
    double difference,
    double low,
    double high,
    String unit) {

  /** The three as text, e.g. {@code +12.3 points, 95 % interval 8.1 to 16.5}. */
  public String measured() {
    if (!Double.isFinite(difference)) {
      return "not measured";
    }
    int digits = digits();
    String mean = (Numbers.signed(difference, digits) + " " + unit).strip();
    return bounded()
        ? "%s, 95 %% interval %s to %s"
            .formatted(mean, Numbers.decimal(low, digits), Numbers.decimal(high, digits))
        : mean + ", no interval";
  }

  /** Whether there is an interval. */
  boolean bounded() {
    return Double.isFinite(low) && Double.isFinite(high);
  }

  /** Three digits of the largest of the numbers. */
  private int digits() {
    double most = Math.abs(difference);
    if (bounded()) {
      most = Math.max(most, Math.max(Math.abs(low), Math.abs(high)));
    }
    return most > 0 ? Math.min(6, Math.max(0, 2 - (int) Math.floor(Math.log10(most)))) : 1;
  }

  /** Never more than the data say. */
  public enum Status {
    SHOWN("shown"),
    NOT_SHOWN("not shown"),
    CONTRADICTED("contradicted");

    private final String label;

    Status(String label) {
      this.label = label;
    }

    /** As reports and documents write it. */
    public String label() {
      return label;
    }
  }
}
