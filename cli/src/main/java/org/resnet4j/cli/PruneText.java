package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Pruned;
import org.resnet4j.study.Pruning;

/** What pruning came to, for people. */
final class PruneText {
  private PruneText() {}

  static void print(PrintWriter out, Pruned pruned, Terminal terminal) {
    Table table =
        new Table(
            "removed",
            "last",
            "depth",
            "multiply-adds",
            "parameters",
            "ms",
            "loss",
            "norms",
            "top-1",
            "mistakes");
    for (Pruned.Step step : pruned.frontier()) {
      table.row(
          step.removed(),
          step.block().isEmpty() ? "-" : step.block(),
          step.depth(),
          step.multiplyAdds(),
          step.parameters(),
          millis(step.latency()),
          decimal(4, step.selectionLoss()),
          step.statistics(),
          percent(step.top1()) + (step.within() ? "" : " *"),
          step.mistakes());
    }
    table.print(out);
    out.println(
        pruned.stoppedBy().equals("budget")
            ? "* beyond the budget of %s points; loss is that of %s training images"
                .formatted(points(pruned.maxDrop()), Figures.count(pruned.selectionImages()))
            : "no other block can go; loss is that of %s training images"
                .formatted(Figures.count(pruned.selectionImages())));
    out.println();
    out.printf(
        "%s -> %s: %s, top-1 %s -> %s (%s -> %s of %s images wrong)%n",
        pruned.from(),
        terminal.bold(pruned.to()),
        blocks(pruned),
        percent(pruned.top1Before()),
        terminal.bold(percent(pruned.top1After())),
        Figures.count(pruned.mistakesBefore()),
        Figures.count(pruned.mistakesAfter()),
        Figures.count(pruned.testImages()));
    Pruned.FineTuned tuned = pruned.fineTuned();
    if (tuned != null) {
      out.printf(
          "fine-tuned for %d epoch%s at rate %s: %s%n",
          tuned.epochs(), tuned.epochs() == 1 ? "" : "s", tuned.rate(), came(tuned));
    }
    out.println("the test images chose how many blocks go, so their top-1 is a little optimistic");
    out.printf("report: %s%n", pruned.report());
    out.printf("next: %s%n", terminal.commandLine("predict", pruned.model(), "some.png"));
  }

  private static String came(Pruned.FineTuned tuned) {
    Integer after = tuned.mistakesAfter();
    String came =
        after == null
            ? String.valueOf(tuned.diverged())
            : "%s -> %s wrong"
                .formatted(Figures.count(tuned.mistakesBefore()), Figures.count(after));
    return tuned.kept()
        ? came
        : came + "%nnot kept: the model is the one before fine-tuning".formatted();
  }

  private static String blocks(Pruned pruned) {
    int gone = pruned.removed().size();
    if (gone == 0) {
      return "no block can go within the budget";
    }
    return "%d block%s gone (%s), depth %d -> %d"
        .formatted(
            gone,
            gone == 1 ? "" : "s",
            String.join(" ", pruned.removed()),
            pruned.depthBefore(),
            pruned.depth());
  }

  static void print(PrintWriter out, Pruning.Forecast forecast) {
    out.printf(
        "%s: %d of %d blocks can go%n",
        forecast.network(), forecast.removable(), forecast.blocks());
    out.printf(
        "%s training images choose blocks, %s test images say when to stop; batches of %d%n",
        Figures.count(forecast.selectionImages()),
        Figures.count(forecast.testImages()),
        forecast.batch());
    out.printf(
        "about %s for the first block, the others ever less; at most %s for all that can go%n",
        Figures.clock(forecast.firstRound()), Figures.clock(forecast.everyRound()));
    if (forecast.fineTuning() > 0) {
      out.printf("about %s for fine-tuning, at most%n", Figures.clock(forecast.fineTuning()));
    }
  }

  private static String percent(double fraction) {
    return decimal(2, 100 * fraction) + " %";
  }

  private static String millis(@Nullable Double value) {
    return value == null ? "-" : decimal(2, value);
  }

  private static String points(double value) {
    return value == Math.rint(value) ? decimal(0, value) : String.valueOf(value);
  }

  private static String decimal(int digits, double value) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
