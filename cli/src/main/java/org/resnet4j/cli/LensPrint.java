package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.resnet4j.report.Figure;
import org.resnet4j.study.Lens;
import org.resnet4j.study.LensBlock;
import org.resnet4j.study.LensPaths;
import org.resnet4j.study.LensResult;

/** What a lens found as text. */
final class LensPrint {
  private final PrintWriter out;

  LensPrint(PrintWriter out) {
    this.out = out;
  }

  void print(Lens.Forecast forecast) {
    out.printf(
        "%s: %d blocks, %d of which can be removed%n",
        forecast.network(), forecast.blocks(), forecast.removable());
    out.printf(
        "%s: %s of %s test images, %d at a time; %s of them for what is drawn at random%n",
        forecast.data(),
        Figures.count(forecast.images()),
        Figures.count(forecast.testImages()),
        forecast.batch(),
        Figures.count(forecast.lesionImages()));
    out.printf(
        "%d pieces of work, about %s%n", forecast.cells(), Figures.clock(forecast.seconds()));
  }

  void print(LensResult result) {
    out.printf(
        "%s on %s of %s test images of %s: top-1 %s (%s wrong), loss %s%n%n",
        result.network(),
        Figures.count(result.images()),
        Figures.count(result.testImages()),
        result.data(),
        Figures.percent(result.top1()),
        Figures.count(result.mistakes()),
        Figures.decimal(result.loss()));
    Table table =
        new Table(
            "block",
            "branch std",
            "shortcut std",
            "ratio",
            "cosine",
            "gradient share",
            "loss without",
            "top-1 without",
            "drift",
            "dead");
    result.blocks().forEach(block -> add(table, block));
    table.print(out);
    paths(result.paths());
    out.println();
    for (Figure.Finding finding : result.findings()) {
      out.printf("%s: %s%n  -> %s%n", word(finding.weight()), finding.what(), finding.advice());
    }
    out.printf("%nreport: %s%n", Path.of(result.folder(), "report.html"));
  }

  private static void add(Table table, LensBlock block) {
    table.row(
        block.name(),
        block.branchStd(),
        orNaN(block.shortcutStd()),
        orNaN(block.ratio()),
        orNaN(block.cosine()),
        orNaN(block.gradientShare()),
        orNaN(block.lossWithout()),
        Figures.percent(orNaN(block.top1Without())),
        block.drift() == null ? Double.NaN : block.drift().mean(),
        block.dead());
  }

  private void paths(@Nullable LensPaths paths) {
    if (paths != null && paths.gradientFrom() != null) {
      out.printf(
          "%n95 %% of the gradient comes along paths of %d to %d of %d branches%n",
          paths.gradientFrom(), paths.gradientTo(), paths.units());
    }
  }

  private static String word(Figure.Weight weight) {
    return switch (weight) {
      case PROBLEM -> "problem";
      case NOTE -> "note";
      case GOOD -> "good";
    };
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }
}
