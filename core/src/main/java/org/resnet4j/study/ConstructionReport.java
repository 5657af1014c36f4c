package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.resnet4j.data.Splits;
import org.resnet4j.report.Figure;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Point;
import org.resnet4j.report.Figure.Scale;
import org.resnet4j.report.Figure.Style;
import org.resnet4j.report.StudyReport;
import org.resnet4j.report.StudyReport.Section;
import org.resnet4j.report.Verdict;
import org.resnet4j.report.Verdict.Status;
import org.resnet4j.statistics.Interval;

/** The page about the construction: two verdicts, the curves beside what was built, every seed. */
record ConstructionReport(
    ConstructionPlan plan,
    Splits splits,
    List<ConstructionRow> rows,
    Map<String, String> conditions) {

  /**
   * In points: by how much the error of what was built may differ. It is an identity but for
   * rounding, so that a class changes only where two logits are next to equal.
   */
  static final double ROUNDING = 0.1;

  /** Below this error, in points, nothing is left to reach. */
  private static final double TOO_EASY = 1;

  List<Verdict> verdicts() {
    return List.of(builtIsNoWorse(), scratchDoesNotReach());
  }

  private Verdict builtIsNoWorse() {
    double[] differences =
        differences(
            row -> row.built(Built::trainError), row -> row.built(Built::shallowTrainError));
    double largest = Arrays.stream(differences).map(Math::abs).max().orElse(0);
    int changed = built().mapToInt(Built::changed).sum();
    String said =
        String.format(
            Locale.ROOT,
            "%d of %d training images get another class, logits differ by %.1g at most",
            changed,
            built().count() * splits.train().size(),
            built().mapToDouble(Built::largestDifference).max().orElse(0));
    return verdict(
        "%s built from the trained %s by identity layers has its training error."
            .formatted(plan.to(), plan.model()),
        failure(rows.stream().filter(row -> row.built().isEmpty()).count()),
        largest <= ROUNDING ? Status.SHOWN : Status.CONTRADICTED,
        said,
        DegradationClaims.interval(0, differences));
  }

  private Verdict scratchDoesNotReach() {
    double[] differences =
        differences(row -> row.scratch(ArmRun::trainError), row -> row.built(Built::trainError));
    Interval interval =
        DegradationClaims.interval(
            DegradationClaims.Resolution.rounding(splits.train().size()), differences);
    long worse = Arrays.stream(differences).filter(difference -> difference > 0).count();
    Status status =
        interval.above(0)
            ? Status.SHOWN
            : interval.below(0) ? Status.CONTRADICTED : Status.NOT_SHOWN;
    String signs = "worse on %d of %d seeds".formatted(worse, differences.length);
    return verdict(
        "%s trained from scratch does not reach the training error of the one that was built."
            .formatted(plan.to()),
        failure(diverged()),
        status,
        status == Status.NOT_SHOWN
            ? "not shown with %d %s: %s"
                .formatted(differences.length, differences.length == 1 ? "seed" : "seeds", signs)
            : signs,
        interval);
  }

  private static Verdict verdict(
      String claim, Optional<String> failure, Status status, String reason, Interval interval) {
    return new Verdict(
        claim,
        failure.isPresent() ? Status.NOT_SHOWN : status,
        failure.orElse(reason),
        interval.mean(),
        interval.low(),
        interval.high(),
        "points");
  }

  /** Why nothing can be shown: networks that learned nothing are alike for another reason. */
  private Optional<String> failure(long diverged) {
    if (diverged > 0) {
      return Optional.of(
          "not shown: a training that is compared diverged on %d of %d seeds"
              .formatted(diverged, rows.size()));
    }
    return guessing() == 0
        ? Optional.empty()
        : Optional.of(
            "not shown: %s itself hardly does better than guessing on %d of %d seeds"
                .formatted(plan.model(), guessing(), rows.size()));
  }

  /** On how many seeds the shallow network is about as wrong as the most frequent class for all. */
  private long guessing() {
    double guessed = Guessing.error(splits.train());
    return built().filter(one -> one.shallowTrainError() > Guessing.SHARE * guessed).count();
  }

  private long diverged() {
    return rows.stream().filter(ConstructionRow::diverged).count();
  }

  private Stream<Built> built() {
    return rows.stream().flatMap(row -> row.built().stream());
  }

  /** In points, of the seeds that have both. */
  private double[] differences(
      ToDoubleFunction<ConstructionRow> a, ToDoubleFunction<ConstructionRow> b) {
    return rows.stream()
        .mapToDouble(row -> 100 * (a.applyAsDouble(row) - b.applyAsDouble(row)))
        .filter(Double::isFinite)
        .toArray();
  }

  private Interval errors(ToDoubleFunction<ConstructionRow> error) {
    return DegradationClaims.interval(
        0,
        rows.stream()
            .mapToDouble(row -> 100 * error.applyAsDouble(row))
            .filter(Double::isFinite)
            .toArray());
  }

  List<String> notes() {
    List<String> notes = new ArrayList<>();
    if (rows.stream()
        .allMatch(
            row ->
                100 * row.built(Built::trainError) < TOO_EASY
                    && 100 * row.scratch(ArmRun::trainError) < TOO_EASY)) {
      notes.add(
          "Too easy to decide: both deep networks mistake less than 1 % of the training images. Take fewer steps (--set iterations=N), narrower networks or harder data.");
    }
    if (guessing() > 0) {
      notes.add(
          "Too hard to decide: even %s mistakes nearly as many training images as one answer for all would. Take more steps (--set iterations=N), a shallower network (--model) or easier data."
              .formatted(plan.model()));
    }
    if (diverged() > 0) {
      notes.add(
          "On %d of %d seeds a training diverged: the loss was no longer a number. It has no errors, and nothing was built from it."
              .formatted(diverged(), rows.size()));
    }
    return notes;
  }

  StudyReport report() {
    return new StudyReport(
        "Is a deeper solution there, and is it found?",
        "A plain network, %s, was trained on %s. From it %s was built: its own layers copied, identity layers between. That deeper network does what the shallow one does, so a solution at least as good exists. Then the same deeper network was trained from scratch, by the same recipe: if it ends worse, the solution is there and training does not find it (arXiv 1512.03385, section 1). This is a small-scale analogue of the paper's argument."
            .formatted(plan.model(), splits.name(), plan.to()),
        headline(),
        List.of(verdictSection(), curveSection(), numberSection()),
        "./resnet4j study degradation",
        conditions);
  }

  private Map<String, String> headline() {
    Map<String, String> headline = new LinkedHashMap<>();
    headline.put(
        "%s, trained: training error".formatted(plan.model()),
        percent(errors(row -> row.built(Built::shallowTrainError))));
    headline.put(
        "%s, built from it".formatted(plan.to()),
        percent(errors(row -> row.built(Built::trainError))));
    headline.put(
        "%s, from scratch".formatted(plan.to()),
        percent(errors(row -> row.scratch(ArmRun::trainError))));
    return headline;
  }

  private static String percent(Interval errors) {
    return errors.count() == 0 ? "-" : String.format(Locale.ROOT, "%.2f %%", errors.mean());
  }

  private Section verdictSection() {
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure.Verdicts(
            "The first claim is exact but for rounding and holds if no seed differs by more than"
                + " 0.1 points; the second is judged by the 95 % confidence interval of the mean"
                + " difference over the seeds.",
            verdicts()));
    notes().forEach(note -> figures.add(new Figure.Text(note)));
    return new Section("What the data say", "", figures);
  }

  private Section curveSection() {
    List<Curve> curves = new ArrayList<>();
    for (ConstructionRow row : rows) {
      int seed = row.shallow().seed();
      String suffix = ", seed " + seed;
      curves.add(new Curve(plan.model() + suffix, 0, Style.THIN, points(row.shallow())));
      curves.add(
          new Curve(plan.to() + " from scratch" + suffix, 1, Style.THIN, points(row.scratch())));
      row.built()
          .map(
              built -> new Curve(plan.to() + " built" + suffix, 2, Style.DASHED, level(row, built)))
          .ifPresent(curves::add);
    }
    return new Section(
        "Training error by step",
        "Thin lines are the error on training images as they were learned in each epoch; dashed lines"
            + " the error of the network that was built, which was not trained.",
        List.of(
            new Figure.Plot(
                "If the deep network's line ends above the dashed one, a better solution was there all along and was not found.",
                new Axes(
                    "Training error by step of the shallow and the deep network",
                    "step",
                    "training error (%)",
                    Scale.FROM_ZERO,
                    Scale.FROM_ZERO,
                    1),
                curves),
            bars()));
  }

  private static List<Point> points(ArmRun run) {
    return run.curve().stream()
        .map(epoch -> new Point(epoch.step(), 100 * epoch.trainError()))
        .toList();
  }

  private static List<Point> level(ConstructionRow row, Built built) {
    double error = 100 * built.trainError();
    double last = row.scratch().curve().stream().mapToLong(ArmRun.Epoch::step).max().orElse(1);
    return List.of(new Point(0, error), new Point(last, error));
  }

  private Figure bars() {
    return new Figure.Bars(
        "Training error of the final networks, seed by seed: the first two bars are equal, and the third stands above them where training does not find what was built.",
        "Training error of three networks",
        "training error (%)",
        1,
        rows.stream().map(row -> "seed " + row.shallow().seed()).toList(),
        List.of(
            series(plan.model() + ", trained", row -> row.built(Built::shallowTrainError)),
            series(plan.to() + ", built", row -> row.built(Built::trainError)),
            series(plan.to() + ", from scratch", row -> row.scratch(ArmRun::trainError))));
  }

  private Figure.Series series(String name, ToDoubleFunction<ConstructionRow> error) {
    return new Figure.Series(
        name, rows.stream().map(row -> 100 * error.applyAsDouble(row)).toList());
  }

  private Section numberSection() {
    List<List<String>> lines = new ArrayList<>();
    for (ConstructionRow row : rows) {
      String seed = Integer.toString(row.shallow().seed());
      lines.add(
          line(
              seed,
              plan.model() + ", trained",
              row.built(Built::shallowTrainError),
              row.built(Built::shallowTestError)));
      lines.add(
          line(
              seed,
              plan.to() + ", built",
              row.built(Built::trainError),
              row.built(Built::testError)));
      lines.add(
          line(
              seed,
              plan.to() + ", from scratch",
              row.scratch(ArmRun::trainError),
              row.scratch(ArmRun::testError)));
    }
    return new Section(
        "Every network",
        "",
        List.of(
            new Figure.Numbers(
                "Every network in numbers",
                List.of("seed", "network", "training error (%)", "test error (%)"),
                lines,
                true)));
  }

  private static List<String> line(String seed, String network, double train, double test) {
    return List.of(seed, network, number(train), number(test));
  }

  private static String number(double error) {
    return Double.isNaN(error) ? "-" : String.format(Locale.ROOT, "%.2f", 100 * error);
  }
}
