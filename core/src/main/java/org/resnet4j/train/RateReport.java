package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.report.Figure;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Scale;
import org.resnet4j.report.Figure.Style;
import org.resnet4j.report.StudyReport;
import org.resnet4j.tensor.Engine;
import org.resnet4j.weights.AtomicFile;

/**
 * What a learning-rate range test found, in words and as a page.
 *
 * @param command what the user typed, for the record
 * @param next what to try now, as typed in a shell
 */
public record RateReport(Setup setup, RateCurve curve, String command, String next) {

  /** How the suggestion came about, a sentence for each thing to know. */
  public List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    reasons.add(
        String.format(
            Locale.ROOT,
            "the loss was lowest, %.3f, at rate %s; a tenth of it leaves room for a whole run",
            curve.lowest().smooth(),
            rate(curve.lowest().rate())));
    reasons.add("it fell steepest at rate %s".formatted(rate(curve.steepest().rate())));
    double last = curve.points().get(curve.points().size() - 1).rate();
    reasons.add(
        curve.diverged()
            ? "it diverged above rate %s".formatted(rate(last))
            : "it did not diverge up to rate %s".formatted(rate(last)));
    return reasons;
  }

  /** A rate in two digits. */
  public static String rate(double rate) {
    return String.format(Locale.ROOT, "%.2g", rate);
  }

  /**
   * For before the test, which takes minutes.
   *
   * @throws RunException if the folder exists
   */
  public static void requireNew(Path folder) {
    if (Files.exists(folder)) {
      throw RunException.unusable(
          "%s: exists already; choose another --out".formatted(folder), null);
    }
  }

  /**
   * Writes {@code report.html} into a new folder.
   *
   * @throws RunException if the folder exists or cannot be written
   */
  public void write(Path folder) {
    requireNew(folder);
    try {
      Files.createDirectories(folder);
      AtomicFile.write(folder.resolve("report.html"), page().html().getBytes(UTF_8));
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: the report cannot be written (%s)".formatted(folder, RunFolder.reason(e)), e);
    }
  }

  private StudyReport page() {
    Map<String, String> headline = new LinkedHashMap<>();
    headline.put(
        "Suggested rate",
        curve.suggested().isPresent() ? rate(curve.suggested().getAsDouble()) : "none");
    headline.put("Lowest loss at", rate(curve.lowest().rate()));
    headline.put("Steepest fall at", rate(curve.steepest().rate()));
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", command);
    conditions.put("Data", setup.data().name());
    conditions.put("Machine", Machine.describe());
    conditions.put("Engine", Engine.describe());
    conditions.put("Recipe", RecipeFile.write(setup.recipe()).strip().replace("\n", ", "));
    String text =
        "The network is trained for %d steps while the rate rises by one factor from step to step (arXiv 1506.01186, section 3.3). Where the loss falls fast, the rate is useful; where it no longer falls, steps are too long already: %s."
            .formatted(curve.points().size(), String.join("; ", reasons()));
    return new StudyReport(
        "Which learning rate?",
        text + curve.doubt().map(doubt -> " Beware: " + doubt + ".").orElse(""),
        headline,
        List.of(new StudyReport.Section("Loss by rate", "", List.of(plot()))),
        next,
        conditions);
  }

  private Figure plot() {
    List<Figure.Point> losses = new ArrayList<>();
    List<Figure.Point> smooth = new ArrayList<>();
    for (RateCurve.Point point : curve.points()) {
      losses.add(new Figure.Point(point.rate(), point.loss()));
      smooth.add(new Figure.Point(point.rate(), point.smooth()));
    }
    return new Figure.Plot(
        "Each dot is a step; the line is the mean of neighbouring steps.",
        new Axes(
            "Loss by learning rate",
            "learning rate",
            "loss (nats)",
            Scale.LOGARITHMIC,
            Scale.AROUND_VALUES,
            3),
        List.of(
            new Curve("each step", 0, Style.DOTS, losses),
            new Curve("mean of neighbours", 1, Style.THICK, smooth)));
  }
}
