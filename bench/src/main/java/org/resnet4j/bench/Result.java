package org.resnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one model did in one precision at one batch size; also the document of {@code --json}.
 *
 * @param task always {@code inference}
 * @param streams batches that ran at once
 * @param shareOfPeak operations a second, as a part of {@code peak}
 * @param unavailable peers that were asked for and could not take part
 * @param others nothing where it cannot be known
 * @param steps nothing unless asked for
 */
record Result(
    String model,
    String task,
    String precision,
    int batch,
    int threads,
    String mode,
    int streams,
    long seed,
    Millis millis,
    int runs,
    double imagesPerSecond,
    double shareOfPeak,
    Peak peak,
    List<Opponent> peers,
    List<Unavailable> unavailable,
    long multiplyAdds,
    Machine machine,
    @Nullable Others others,
    Map<String, String> versions,
    @Nullable List<Step> steps) {

  /**
   * Processors that other processes used.
   *
   * @param before while all contestants waited for the first round
   * @param meanwhile during the rounds
   */
  record Others(double before, double meanwhile) {}

  /** How fast large matrices were multiplied in the same rounds. */
  record Peak(double gigaOperationsPerSecond, Millis millis) {}

  /**
   * A peer beside us.
   *
   * @param network what it ran: DJL has no other stride than on the first 1x1
   * @param ratio our images a second by its images a second
   * @param difference of the outputs, as a part of the range of all logits
   */
  record Opponent(
      String name,
      String version,
      String precision,
      String network,
      Millis millis,
      int runs,
      double imagesPerSecond,
      double ratio,
      double difference,
      double bound) {}

  /** A peer that did not take part, and why. */
  record Unavailable(String name, String precision, String reason) {}

  /**
   * A step of the plan.
   *
   * @param millis median
   * @param share of all steps
   * @param gigaOperationsPerSecond nothing where no multiply-adds are counted
   * @param note {@code fallback} for an operator that is not made for this processor, {@code
   *     reorder} for a copy into another layout or type, or nothing
   */
  record Step(
      String name,
      String operator,
      double millis,
      double share,
      @Nullable Double gigaOperationsPerSecond,
      @Nullable Double shareOfPeak,
      String note) {}

  /** For people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s, %s, batch %d, %d thread%s%s, seed %d"
            .formatted(
                model,
                precision,
                batch,
                threads,
                threads == 1 ? "" : "s",
                streams == 1 ? "" : " with a batch each",
                seed));
    lines.add("machine: " + machine);
    lines.add(othersLine(others));
    versions.forEach((what, version) -> lines.add(what + ": " + version));
    for (Unavailable peer : unavailable) {
      lines.add("not measured: %s %s: %s".formatted(peer.name(), peer.precision(), peer.reason()));
    }
    for (Opponent peer : peers) {
      lines.add(
          text(
              "outputs: %.2g of the logits' range from %s %s's on %s (at most %.2g)",
              peer.difference(), peer.name(), peer.precision(), peer.network(), peer.bound()));
    }
    lines.add(
        text(
            "share of peak: %.1f %% of %.0f G operations/s (a large matrix product, %s)",
            100 * shareOfPeak, peak.gigaOperationsPerSecond(), precision));
    return lines;
  }

  static String othersLine(@Nullable Others others) {
    return "others used: "
        + (others == null
            ? "not known"
            : text("%.2f processors before, %.2f meanwhile", others.before(), others.meanwhile()));
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
