package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.resnet4j.statistics.Pairs;
import org.resnet4j.study.Comparison;

/**
 * How two recipes compare; as a record, also the document of {@code compare --json}. Differences
 * are in points, of the second from the first.
 */
record CompareResult(
    Side first,
    Side second,
    String matching,
    int pairs,
    double points,
    @Nullable Difference difference,
    @Nullable Images images,
    @Nullable Needed needed,
    boolean shown,
    String said,
    List<String> notes) {

  /** Accuracy in percent. */
  record Side(
      String run,
      String recipe,
      String network,
      int runs,
      double mean,
      @Nullable Double deviation) {
    static Side of(Comparison.Side side) {
      return new Side(
          side.path().toString(),
          side.recipe(),
          side.network(),
          side.runs(),
          side.mean(),
          Json.finite(side.deviation()));
    }
  }

  /** Over runs, with the 95 % interval by Student's t. */
  record Difference(double deviation, double low, double high) {}

  /** Image by image, with the 95 % interval of Agresti and Min and McNemar's exact probability. */
  record Images(
      int images, int firstAlone, int secondAlone, double low, double high, double probability) {}

  /** Pairs of seeds for a claim of so many points. */
  record Needed(double points, double alpha, double power, int pairs, int more) {}

  static CompareResult of(Comparison.Result result) {
    return new CompareResult(
        Side.of(result.first()),
        Side.of(result.second()),
        result.matching().name().toLowerCase(Locale.ROOT),
        result.pairs(),
        result.points(),
        result
            .difference()
            .map(over -> new Difference(over.deviation(), over.low(), over.high()))
            .orElse(null),
        result
            .images()
            .map(
                by ->
                    new Images(
                        by.images(),
                        by.firstAlone(),
                        by.secondAlone(),
                        by.low(),
                        by.high(),
                        by.probability()))
            .orElse(null),
        needed(result),
        result.shown(),
        result.said(),
        result.notes());
  }

  private static @Nullable Needed needed(Comparison.Result result) {
    if (result.needed().isEmpty()) {
      return null;
    }
    int pairs = result.needed().getAsInt();
    return new Needed(
        Comparison.CLAIM, Pairs.ALPHA, Pairs.POWER, pairs, Math.max(0, pairs - result.pairs()));
  }

  void print(PrintWriter out, Terminal terminal) {
    Table table = new Table("run", "recipe", "network", "runs", "mean top-1", "deviation");
    for (Side side : List.of(first, second)) {
      table.row(
          side.run(),
          side.recipe(),
          side.network(),
          side.runs(),
          two(side.mean()) + " %",
          side.deviation() == null ? "-" : two(side.deviation()));
    }
    table.print(out);
    if (difference != null) {
      out.printf(
          "difference %s points, 95 %% interval %s to %s (%s)%n",
          terminal.bold(signed(points)),
          signed(difference.low()),
          signed(difference.high()),
          pairs > 0
              ? "Student's t of %d pairs by %s".formatted(pairs, matching.replaceFirst("s$", ""))
              : "Welch's t, no pairs");
    }
    if (images != null) {
      out.printf(
          Locale.ROOT,
          "difference %s points on %d images, 95 %% interval %s to %s; right by the first alone %d, by the second alone %d (McNemar, exact: p = %.3g)%n",
          terminal.bold(signed(points)),
          images.images(),
          signed(images.low()),
          signed(images.high()),
          images.firstAlone(),
          images.secondAlone(),
          images.probability());
    }
    out.println(said);
    if (needed != null) {
      out.printf(
          Locale.ROOT,
          "a claim of %.1f points needs %d pairs of seeds with so much spread, %d more than there are (alpha %.2f, power %.1f)%n",
          needed.points(),
          needed.pairs(),
          needed.more(),
          needed.alpha(),
          needed.power());
    }
    notes.forEach(note -> out.println("note: " + note));
  }

  private static String two(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.2f", value);
  }
}
