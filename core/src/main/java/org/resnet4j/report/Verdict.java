package org.resnet4j.report;

/**
 * What the data say about a claim.
 *
 * @param claim a sentence that is true or false
 * @param reason why this status: how many seeds, which signs
 * @param difference the mean over the seeds
 * @param low the lower end of its confidence interval; NaN where there is none
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
