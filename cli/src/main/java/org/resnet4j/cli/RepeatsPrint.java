package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.resnet4j.statistics.Interval;
import org.resnet4j.study.Repeats;

/** What several runs came to, as people read it. */
final class RepeatsPrint {
  private RepeatsPrint() {}

  static void print(Repeats.Result result, PrintWriter out, Terminal terminal) {
    boolean seeds = result.by() == Repeats.By.SEED;
    Table table = new Table(seeds ? "seed" : "fold", "top-1", "wrong", "images", "loss");
    for (Repeats.Repeat run : result.repeats()) {
      table.row(
          String.valueOf(run.number()),
          String.format(Locale.ROOT, "%.2f %%", run.points()),
          run.mistakes(),
          run.images(),
          run.loss());
    }
    table.print(out);
    Interval points = result.points();
    out.printf(
        Locale.ROOT,
        "mean %s, standard deviation %.2f points, 95 %% interval %.2f to %.2f %% (Student's t)%n",
        terminal.bold(String.format(Locale.ROOT, "%.2f %%", points.mean())),
        points.deviation(),
        points.low(),
        points.high());
    result
        .images()
        .ifPresent(
            all ->
                out.printf(
                    "each of %s images judged once: %s right, 95 %% interval %s to %s (Wilson)%n",
                    Figures.count(all.cases()),
                    Figures.count(all.count()),
                    Figures.percent(all.low()),
                    Figures.percent(all.high())));
    out.printf("next: %s%n", terminal.commandLine("compare", result.folder(), "ANOTHER"));
  }
}
