package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.resnet4j.report.Verdict;
import org.resnet4j.report.Verdict.Status;

/**
 * What the runs of a study say about the paper's claims.
 *
 * <p>Each claim is about differences between runs of one seed, which share branch weights, order
 * and augmentation; a verdict is the 95 % confidence interval of their mean, by Student's t,
 * against a bound that is fixed before. Errors are in points: hundredths of the images.
 */
final class DegradationClaims {
  /**
   * By how many points of training error a deeper residual network may be worse and still count as
   * not worse: without a margin, "not worse" could never be shown. A tenth of what is called
   * degradation here would be too much to overlook.
   */
  static final double MARGIN = 1;

  private final DegradationPlan plan;
  private final List<ArmRun> runs;

  DegradationClaims(DegradationPlan plan, List<ArmRun> runs) {
    this.plan = plan;
    this.runs = runs;
  }

  /** Those that the runs there are can speak to. */
  List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    verdicts.add(degrades(Arm.PLAIN));
    verdicts.add(doesNotDegrade(Arm.RESIDUAL));
    verdicts.add(shortcutsDoIt());
    verdicts.add(notOverfitting());
    for (Arm arm : plan.arms()) {
      switch (arm) {
        case PLAIN, RESIDUAL -> {}
        case PLAIN_LONGER -> verdicts.add(notCuredByIterations());
        default -> verdicts.add(arm.plain() ? degrades(arm) : doesNotDegrade(arm));
      }
    }
    return verdicts;
  }

  private Verdict degrades(Arm arm) {
    Interval difference = deeperMinusShallower(arm, ArmRun::trainError);
    String claim =
        "The deeper %s network has the higher training error: %s against %s."
            .formatted(arm.title(), deepest(arm), shallowest(arm));
    return verdict(
        claim,
        difference,
        difference.above(0),
        difference.below(0),
        signs("worse", deltas(arm, ArmRun::trainError)));
  }

  private Verdict doesNotDegrade(Arm arm) {
    Interval difference = deeperMinusShallower(arm, ArmRun::trainError);
    String claim =
        String.format(
            Locale.ROOT,
            "The deeper %s network does not: its training error is at most %.0f point higher, %s"
                + " against %s.",
            arm.title(),
            MARGIN,
            deepest(arm),
            shallowest(arm));
    return verdict(
        claim,
        difference,
        difference.below(MARGIN),
        difference.above(MARGIN),
        signs("worse", deltas(arm, ArmRun::trainError)));
  }

  private Verdict shortcutsDoIt() {
    double[] plain = deltas(Arm.PLAIN, ArmRun::trainError);
    double[] residual = deltas(Arm.RESIDUAL, ArmRun::trainError);
    int seeds = Math.min(plain.length, residual.length);
    double[] more = new double[seeds];
    Arrays.setAll(more, i -> plain[i] - residual[i]);
    Interval difference = interval(more);
    return verdict(
        "Shortcuts make the difference: depth costs the plain networks more than the residual ones,"
            + " whose branches began with the same weights.",
        difference,
        difference.above(0),
        difference.below(0),
        signs("more", more));
  }

  private Verdict notOverfitting() {
    Interval test = deeperMinusShallower(Arm.PLAIN, ArmRun::testError);
    Interval train = deeperMinusShallower(Arm.PLAIN, ArmRun::trainError);
    String reason =
        String.format(
            Locale.ROOT,
            "test error %+.1f points, and training error %+.1f: overfitting would lower the latter",
            test.mean(),
            train.mean());
    return verdict(
        "It is not overfitting: the deeper plain network is worse on test images and on those it"
            + " was trained on.",
        test,
        test.above(0) && train.above(0),
        test.above(0) && train.below(0),
        reason);
  }

  private Verdict notCuredByIterations() {
    double[] deep = errors(Arm.PLAIN_LONGER, plan.deepest(), ArmRun::trainError);
    double[] shallow = errors(Arm.PLAIN, plan.shallowest(), ArmRun::trainError);
    int seeds = Math.min(deep.length, shallow.length);
    double[] differences = new double[seeds];
    Arrays.setAll(differences, i -> deep[i] - shallow[i]);
    Interval difference = interval(differences);
    return verdict(
        "Three times the iterations do not cure it: %s trained three times as long has a higher training error than %s trained once."
            .formatted(deepest(Arm.PLAIN), shallowest(Arm.PLAIN)),
        difference,
        difference.above(0),
        difference.below(0),
        signs("worse", differences));
  }

  private static Verdict verdict(
      String claim, Interval difference, boolean shown, boolean contradicted, String reason) {
    Status status = shown ? Status.SHOWN : contradicted ? Status.CONTRADICTED : Status.NOT_SHOWN;
    String said =
        status == Status.NOT_SHOWN
            ? "not shown with %d %s: %s"
                .formatted(difference.count(), difference.count() == 1 ? "seed" : "seeds", reason)
            : reason;
    return new Verdict(
        claim, status, said, difference.mean(), difference.low(), difference.high(), "points");
  }

  private static String signs(String word, double[] differences) {
    long above = Arrays.stream(differences).filter(d -> d > 0).count();
    return "%s on %d of %d seeds".formatted(word, above, differences.length);
  }

  private String deepest(Arm arm) {
    return arm.network(plan.deepest(), plan.width());
  }

  private String shallowest(Arm arm) {
    return arm.network(plan.shallowest(), plan.width());
  }

  private Interval deeperMinusShallower(Arm arm, ToDoubleFunction<ArmRun> error) {
    return interval(deltas(arm, error));
  }

  /** Deepest minus shallowest in points, seed by seed, of the seeds that have both. */
  double[] deltas(Arm arm, ToDoubleFunction<ArmRun> error) {
    double[] deep = errors(arm, plan.deepest(), error);
    double[] shallow = errors(arm, plan.shallowest(), error);
    double[] deltas = new double[Math.min(deep.length, shallow.length)];
    Arrays.setAll(deltas, i -> deep[i] - shallow[i]);
    return deltas;
  }

  /** In points, in the order of the seeds. */
  double[] errors(Arm arm, int depth, ToDoubleFunction<ArmRun> error) {
    return of(arm, depth).mapToDouble(run -> 100 * error.applyAsDouble(run)).toArray();
  }

  Stream<ArmRun> of(Arm arm, int depth) {
    return runs.stream().filter(run -> run.arm() == arm && run.depth() == depth);
  }

  /** Of no value too: then all of it is NaN. */
  static Interval interval(double[] values) {
    double none = Double.NaN;
    return values.length == 0 ? new Interval(0, none, none, none, none) : Interval.of(values);
  }
}
