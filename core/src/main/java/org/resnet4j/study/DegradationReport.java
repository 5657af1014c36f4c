package org.resnet4j.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.resnet4j.report.Figure;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Point;
import org.resnet4j.report.Figure.Scale;
import org.resnet4j.report.Figure.Style;
import org.resnet4j.report.StudyReport;
import org.resnet4j.report.StudyReport.Section;
import org.resnet4j.report.Verdict;
import org.resnet4j.statistics.Interval;

/** The page about degradation: verdicts, the curves of figures 1 and 6, errors, every run. */
final class DegradationReport {
  private final DegradationPlan plan;
  private final List<ArmRun> runs;
  private final DegradationClaims claims;
  private final List<Verdict> verdicts;
  private final List<String> notes;
  private final Map<String, String> conditions;
  private final boolean paper;

  /**
   * @param paper whether it is the paper's own experiment
   */
  DegradationReport(
      DegradationPlan plan,
      List<ArmRun> runs,
      DegradationClaims claims,
      List<Verdict> verdicts,
      List<String> notes,
      Map<String, String> conditions,
      boolean paper) {
    this.plan = plan;
    this.runs = runs;
    this.claims = claims;
    this.verdicts = verdicts;
    this.notes = notes;
    this.conditions = conditions;
    this.paper = paper;
  }

  StudyReport report() {
    List<Section> sections = new ArrayList<>();
    sections.add(verdictSection());
    sections.add(curveSection());
    sections.add(errorSection());
    sections.add(numberSection());
    return new StudyReport(
        "Does depth make networks worse?",
        summary(),
        headline(),
        sections,
        "./resnet4j study signals %s".formatted(Arm.RESIDUAL.network(plan.deepest(), plan.width())),
        conditions);
  }

  private String summary() {
    String begun =
        plan.twinsBeginAlike()
            ? "from the same first branch weights"
            : "residual branches beginning at zero";
    String asked =
        "Networks of %s layers, each once plain and once with shortcuts, were trained on the same images, %s, in the same order with the same augmentation, for %d %s. "
            .formatted(
                words(plan.depths()), begun, plan.seeds(), plan.seeds() == 1 ? "seed" : "seeds");
    String scale =
        paper
            ? "This is the paper's own experiment (arXiv 1512.03385, section 4.2)."
            : "This is a small-scale analogue of the paper's experiment (arXiv 1512.03385, section 4.2): other networks, steps or images. It shows the effect, not the paper's numbers.";
    return asked + scale;
  }

  private static String words(List<Integer> depths) {
    List<String> texts = depths.stream().map(String::valueOf).toList();
    int last = texts.size() - 1;
    return String.join(", ", texts.subList(0, last)) + " and " + texts.get(last);
  }

  private Map<String, String> headline() {
    Map<String, String> headline = new LinkedHashMap<>();
    for (Arm arm : List.of(Arm.PLAIN, Arm.RESIDUAL)) {
      for (int depth : List.of(plan.shallowest(), plan.deepest())) {
        double[] errors = claims.errors(arm, depth, ArmRun::trainError);
        if (errors.length > 0) {
          headline.put(
              "%s, %d layers: training error".formatted(arm.title(), depth),
              percent(Interval.of(errors).mean()));
        }
      }
    }
    return headline;
  }

  private Section verdictSection() {
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure.Verdicts(
            "Each interval holds the mean difference over the seeds with 95 % confidence, if"
                + " differences are about normal; claims are judged one by one, without correction"
                + " for their number. The networks compared were fixed before training: the deepest"
                + " against the shallowest.",
            verdicts));
    notes.forEach(note -> figures.add(new Figure.Text(note)));
    return new Section("What the data say", "", figures);
  }

  private Section curveSection() {
    List<Figure> figures = new ArrayList<>();
    for (Arm arm : plan.arms()) {
      figures.add(plot(arm));
    }
    return new Section(
        "Learning curves",
        "As in figures 1 and 6 of the paper: thin lines are the error on training images, as they"
            + " were learned in each epoch, thick lines the error on test images after it; means over"
            + " the seeds that did not diverge.",
        figures);
  }

  private Figure plot(Arm arm) {
    List<Curve> curves = new ArrayList<>();
    for (int d = 0; d < plan.depths().size(); d++) {
      List<List<ArmRun.Epoch>> seeds =
          claims
              .of(arm, plan.depths().get(d))
              .map(ArmRun::curve)
              .filter(curve -> !curve.isEmpty())
              .toList();
      if (seeds.isEmpty()) {
        continue;
      }
      String name = arm.network(plan.depths().get(d), plan.width());
      curves.add(new Curve(name + " train", d, Style.THIN, mean(seeds, ArmRun.Epoch::trainError)));
      curves.add(new Curve(name + " test", d, Style.THICK, mean(seeds, ArmRun.Epoch::testError)));
    }
    String caption =
        arm.plain()
            ? "%s: if the thin line of the deepest network ends above that of the shallowest, depth made training itself worse. That is degradation, and no overfitting."
            : "%s: if the deepest network ends no higher than the shallowest, depth is no burden here.";
    return new Figure.Plot(
        caption.formatted(capital(arm.title())),
        new Axes(
            "Error by step of the networks: " + arm.title(),
            "step",
            "error (%)",
            Scale.FROM_ZERO,
            Scale.FROM_ZERO,
            1),
        curves);
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static List<Point> mean(
      List<List<ArmRun.Epoch>> seeds, ToDoubleFunction<ArmRun.Epoch> error) {
    int epochs = seeds.stream().mapToInt(List::size).min().orElse(0);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < epochs; i++) {
      int epoch = i;
      double mean =
          seeds.stream()
              .mapToDouble(c -> error.applyAsDouble(c.get(epoch)))
              .average()
              .orElseThrow();
      points.add(new Point(seeds.get(0).get(i).step(), 100 * mean));
    }
    return points;
  }

  private Section errorSection() {
    List<String> names = plan.depths().stream().map(depth -> depth + " layers").toList();
    List<Figure.Series> series = new ArrayList<>();
    for (Arm arm : plan.arms()) {
      List<Double> means = new ArrayList<>();
      for (int depth : plan.depths()) {
        double[] errors = claims.errors(arm, depth, ArmRun::trainError);
        means.add(errors.length == 0 ? Double.NaN : Interval.of(errors).mean());
      }
      series.add(new Figure.Series(arm.title(), means));
    }
    Figure bars =
        new Figure.Bars(
            "Training error of the final networks, mean over the seeds: plain bars that grow with depth are degradation; residual bars that do not grow are its cure.",
            "Training error by depth",
            "training error (%)",
            1,
            names,
            series);
    List<List<String>> rows = new ArrayList<>();
    for (Arm arm : plan.arms()) {
      for (int depth : plan.depths()) {
        double[] train = claims.errors(arm, depth, ArmRun::trainError);
        double[] test = claims.errors(arm, depth, ArmRun::testError);
        if (train.length > 0) {
          rows.add(
              List.of(
                  arm.network(depth, plan.width()),
                  arm.title(),
                  Integer.toString(train.length),
                  spread(Interval.of(train)),
                  spread(Interval.of(test))));
        }
      }
    }
    Figure table =
        new Figure.Numbers(
            "Errors in percent, mean and standard deviation over the seeds.",
            List.of("network", "kind", "seeds", "training error", "test error"),
            rows,
            false);
    return new Section("Errors at the end", "", List.of(bars, table));
  }

  private Section numberSection() {
    List<List<String>> rows = new ArrayList<>();
    for (ArmRun run : runs) {
      rows.add(
          List.of(
              run.network(),
              run.arm().title(),
              Integer.toString(run.seed()),
              percent(100 * run.trainError()),
              percent(100 * run.testError()),
              run.diverged().isEmpty() ? "" : "diverged: counted as one answer for all"));
    }
    return new Section(
        "Every run",
        "",
        List.of(
            new Figure.Numbers(
                "Every run in numbers",
                List.of("network", "kind", "seed", "training error", "test error", ""),
                rows,
                true)));
  }

  static String spread(Interval errors) {
    return errors.count() == 1
        ? decimal(errors.mean())
        : decimal(errors.mean()) + " ± " + decimal(errors.deviation());
  }

  private static String percent(double points) {
    return decimal(points) + " %";
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
