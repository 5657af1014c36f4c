package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.train.RateCurve;
import org.resnet4j.train.RateRange;
import org.resnet4j.train.RateReport;
import org.resnet4j.train.Setup;

/** {@code resnet4j train --find-rate}: a learning-rate range test instead of a run. */
final class FindRate {
  private static final long PACE_NANOS = 10_000_000_000L;

  private final Recipe recipe;
  private final String data;
  private final Optional<Path> out;
  private final List<String> choices;
  private final String command;

  /**
   * As a run would be.
   *
   * @param out where a page goes, if anywhere
   * @param choices the options that a run would have as well
   * @param command what the user typed
   */
  FindRate(Recipe recipe, String data, Optional<Path> out, List<String> choices, String command) {
    this.recipe = recipe;
    this.data = data;
    this.out = out;
    this.choices = List.copyOf(choices);
    this.command = command;
  }

  /** What it found; as a record, also the document of {@code --json}. */
  record Result(
      @Nullable Double suggested,
      double lowest,
      double steepest,
      boolean diverged,
      List<RateCurve.Point> points) {
    static Result of(RateCurve curve) {
      Double suggested =
          curve.suggested().isPresent() ? (Double) curve.suggested().getAsDouble() : null;
      return new Result(
          suggested,
          curve.lowest().rate(),
          curve.steepest().rate(),
          curve.diverged(),
          curve.points());
    }
  }

  int run(int steps, PrintWriter results, PrintWriter err, Terminal terminal, boolean json) {
    out.ifPresent(RateReport::requireNew);
    Setup setup = Setup.of(recipe, data);
    RateRange range = new RateRange(setup, steps);
    err.printf(
        "%s on %s: up to %d steps at a rate that rises from %s to %s%n",
        setup.network().name(),
        setup.data().name(),
        range.steps(),
        RateReport.rate(range.lowest()),
        RateReport.rate(range.highest()));
    RateCurve curve = range.run(progress(err, range.steps()));
    RateReport report = new RateReport(setup, curve, command, next(terminal, curve));
    out.ifPresent(report::write);
    if (json) {
      Json.print(results, Result.of(curve));
    } else {
      print(results, report, terminal);
    }
    return ExitCodes.OK;
  }

  private static Consumer<RateCurve.Point> progress(PrintWriter err, int steps) {
    long[] shown = {System.nanoTime()};
    int[] step = {0};
    return point -> {
      step[0]++;
      long now = System.nanoTime();
      if (now - shown[0] > PACE_NANOS) {
        shown[0] = now;
        err.printf(
            "step %d/%d  rate %s  loss %s%n",
            step[0], steps, RateReport.rate(point.rate()), Figures.decimal(point.smooth()));
      }
    };
  }

  private void print(PrintWriter results, RateReport report, Terminal terminal) {
    RateCurve curve = report.curve();
    new LossPlot(curve.points(), Math.min(72, terminal.columns() - 1))
        .lines()
        .forEach(results::println);
    String suggested =
        curve.suggested().isPresent() ? RateReport.rate(curve.suggested().getAsDouble()) : "none";
    results.printf("suggested rate: %s%n", terminal.bold(suggested));
    report.reasons().forEach(reason -> results.printf("  %s%n", reason));
    curve.doubt().ifPresent(doubt -> results.printf("  note: %s%n", doubt));
    out.ifPresent(folder -> results.printf("page: %s%n", folder.resolve("report.html")));
    results.printf("next: %s%n", report.next());
  }

  /** The same choices for a run, with the suggestion. */
  private String next(Terminal terminal, RateCurve curve) {
    List<String> words = new ArrayList<>();
    words.add("train");
    words.addAll(choices);
    if (curve.suggested().isPresent()) {
      words.add("--set");
      words.add("rate=" + curve.suggested().getAsDouble());
    }
    return terminal.commandLine(words.toArray());
  }
}
