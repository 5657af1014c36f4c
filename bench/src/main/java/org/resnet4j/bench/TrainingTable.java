package org.resnet4j.bench;

import java.io.PrintWriter;
import java.util.Locale;
import org.resnet4j.cli.Table;

/** Prints what training steps took, for people. */
final class TrainingTable {
  private static final double MEGABYTE = 1e6;

  private TrainingTable() {}

  static void print(PrintWriter out, TrainingResult result) {
    result.lines().forEach(out::println);
    out.println();
    Table table =
        new Table(
            "",
            "precision",
            "median ms",
            "min",
            "max",
            "steps",
            "images/s",
            "ratio",
            "peak MB",
            "version");
    row(table, result.own(), "");
    for (TrainingResult.Opponent peer : result.peers()) {
      row(table, peer.row(), decimal("%.2f x", peer.ratio()));
    }
    table.print(out);
    if (result.parts() != null) {
      out.println();
      Table parts = new Table("phase", "operator", "count", "ms", "share");
      for (TrainingResult.Part part : result.parts()) {
        parts.row(
            part.phase(),
            part.operator(),
            part.count(),
            part.millis(),
            decimal("%4.1f %%", 100 * part.share()));
      }
      parts.print(out);
    }
    out.println();
  }

  private static void row(Table table, TrainingResult.Row row, String ratio) {
    Long peak = row.peakBytes();
    table.row(
        row.name(),
        row.precision(),
        row.millis().median(),
        row.millis().min(),
        row.millis().max(),
        row.steps(),
        row.imagesPerSecond(),
        ratio,
        peak == null ? "-" : decimal("%7.0f", peak / MEGABYTE),
        row.version());
  }

  private static String decimal(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
