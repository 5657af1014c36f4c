package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.resnet4j.report.Verdict;
import org.resnet4j.report.Verdict.Status;
import org.resnet4j.statistics.Interval;

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
   * not worse: a choice, made before anything is trained, as without a margin "not worse" could
   * never be shown.
   */
  static final double MARGIN = 1;

  private final DegradationPlan plan;
  private final List<ArmRun> runs;
  private final Resolution resolution;

  /**
   * What errors are counted in.
   *
   * @param trainImages that give the training error
   * @param testImages that give the test error
   * @param guessing training error of the most frequent class as the answer for all, a fraction
   */
  record Resolution(int trainImages, int testImages, double guessing) {
    /**
     * The deviation of a difference of two errors that rounding to whole images alone gives: each
     * is uniform within one image.
     */
    static double rounding(int images) {
      return 100.0 / images / Math.sqrt(6);
    }
  }

  DegradationClaims(DegradationPlan plan, List<ArmRun> runs, Resolution resolution) {
    this.plan = plan;
    this.runs = runs;
    this.resolution = resolution;
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
        difference.above(0) && learned(arm),
        difference.below(0) && learned(arm),
        signs("worse", deltas(arm, ArmRun::trainError)) + failures(arm));
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
        difference.below(MARGIN) && learned(arm) && !failed(arm),
        difference.above(MARGIN) && learned(arm),
        signs("worse", deltas(arm, ArmRun::trainError)) + failures(arm));
  }

  private Verdict shortcutsDoIt() {
    double[] plain = deltas(Arm.PLAIN, ArmRun::trainError);
    double[] residual = deltas(Arm.RESIDUAL, ArmRun::trainError);
    int seeds = Math.min(plain.length, residual.length);
    double[] more = new double[seeds];
    Arrays.setAll(more, i -> plain[i] - residual[i]);
    Interval difference = interval(Math.sqrt(2) * trainRounding(), more);
    boolean sound = learned(Arm.PLAIN) && learned(Arm.RESIDUAL) && !failed(Arm.RESIDUAL);
    return verdict(
        "Shortcuts make the difference: depth costs the plain networks more than the residual ones.",
        difference,
        difference.above(0) && sound,
        difference.below(0) && sound,
        signs("more", more) + failures(Arm.PLAIN) + failures(Arm.RESIDUAL));
  }

  private Verdict notOverfitting() {
    Interval test =
        interval(
            Resolution.rounding(resolution.testImages()), deltas(Arm.PLAIN, ArmRun::testError));
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
        test.above(0) && train.above(0) && learned(Arm.PLAIN),
        test.above(0) && train.below(0) && learned(Arm.PLAIN),
        reason + failures(Arm.PLAIN));
  }

  private Verdict notCuredByIterations() {
    double[] deep = errors(Arm.PLAIN_LONGER, plan.deepest(), ArmRun::trainError);
    double[] shallow = errors(Arm.PLAIN, plan.shallowest(), ArmRun::trainError);
    int seeds = Math.min(deep.length, shallow.length);
    double[] differences = new double[seeds];
    Arrays.setAll(differences, i -> deep[i] - shallow[i]);
    Interval difference = interval(trainRounding(), differences);
    return verdict(
        "Three times the iterations do not cure it: %s trained three times as long has a higher training error than %s trained once."
            .formatted(deepest(Arm.PLAIN), shallowest(Arm.PLAIN)),
        difference,
        difference.above(0) && learned(Arm.PLAIN),
        difference.below(0) && learned(Arm.PLAIN),
        signs("worse", differences) + failures(Arm.PLAIN_LONGER));
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
    return interval(trainRounding(), deltas(arm, error));
  }

  private double trainRounding() {
    return Resolution.rounding(resolution.trainImages());
  }

  /** Whether the shallowest network of the arm did better than guess, on every seed. */
  private boolean learned(Arm arm) {
    return of(arm, plan.shallowest())
        .noneMatch(
            run -> run.failed() || run.trainError() > Guessing.SHARE * resolution.guessing());
  }

  private boolean failed(Arm arm) {
    return of(arm, plan.shallowest()).anyMatch(ArmRun::failed)
        || of(arm, plan.deepest()).anyMatch(ArmRun::failed);
  }

  /** What a reader must know beside the numbers; nothing, if all went well. */
  private String failures(Arm arm) {
    long diverged =
        Stream.concat(of(arm, plan.shallowest()), of(arm, plan.deepest()))
            .filter(ArmRun::failed)
            .count();
    String lost =
        diverged == 0 ? "" : "; %d of the %s runs diverged".formatted(diverged, arm.title());
    return learned(arm)
        ? lost
        : lost + "; the shallow %s network only guesses".formatted(arm.title());
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
  static Interval interval(double rounding, double[] values) {
    double none = Double.NaN;
    return values.length == 0
        ? new Interval(0, none, none, none, none)
        : Interval.ofAtLeast(rounding, values);
  }
}
