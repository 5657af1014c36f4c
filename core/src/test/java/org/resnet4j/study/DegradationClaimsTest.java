package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.report.Verdict;
import org.resnet4j.report.Verdict.Status;

/** What numbers say, and what they do not. */
class DegradationClaimsTest {
  private static final int PLAIN = 0;
  private static final int RESIDUAL = 1;
  private static final int SHORTCUTS = 2;
  private static final int OVERFITTING = 3;

  @Test
  void a_clear_difference_on_every_seed_is_shown() {
    Runs runs = new Runs();
    runs.add(Arm.PLAIN, 20, 0.10, 0.11, 0.12);
    runs.add(Arm.PLAIN, 56, 0.50, 0.53, 0.52);
    runs.add(Arm.RESIDUAL, 20, 0.08, 0.08, 0.09);
    runs.add(Arm.RESIDUAL, 56, 0.06, 0.06, 0.08);
    List<Verdict> verdicts = runs.verdicts();
    assertThat(verdicts)
        .extracting(Verdict::status)
        .containsExactly(Status.SHOWN, Status.SHOWN, Status.SHOWN, Status.SHOWN);
    Verdict plain = verdicts.get(PLAIN);
    // Differences 40, 42, 40 points: mean 40.667, deviation 1.1547.
    assertThat(plain.difference()).isCloseTo(40.667, within(1e-3));
    assertThat(plain.low()).isCloseTo(40.667 - 4.30265 * 1.1547 / Math.sqrt(3), within(1e-3));
    assertThat(plain.reason()).isEqualTo("worse on 3 of 3 seeds");
    assertThat(plain.claim()).contains("resnet56-width8-plain against resnet20-width8-plain");
    assertThat(verdicts.get(SHORTCUTS).difference()).isCloseTo(42.333, within(1e-3));
  }

  @Test
  void the_same_sign_on_every_seed_is_not_enough_if_they_scatter() {
    Runs runs = new Runs();
    runs.add(Arm.PLAIN, 20, 0.10, 0.10, 0.10);
    runs.add(Arm.PLAIN, 56, 0.11, 0.30, 0.60); // 1, 20, 50 points: the interval reaches below 0.
    Verdict verdict = runs.verdicts().get(PLAIN);
    assertThat(verdict.status()).isEqualTo(Status.NOT_SHOWN);
    assertThat(verdict.reason()).isEqualTo("not shown with 3 seeds: worse on 3 of 3 seeds");
    assertThat(verdict.low()).isNegative();
  }

  @Test
  void one_seed_shows_nothing() {
    Runs runs = new Runs();
    runs.add(Arm.PLAIN, 20, 0.1);
    runs.add(Arm.PLAIN, 56, 0.9);
    Verdict verdict = runs.verdicts().get(PLAIN);
    assertThat(verdict.status()).isEqualTo(Status.NOT_SHOWN);
    assertThat(verdict.reason()).startsWith("not shown with 1 seed:");
  }

  @Test
  void a_deeper_plain_network_that_trains_better_contradicts() {
    Runs runs = new Runs();
    runs.add(Arm.PLAIN, 20, 0.30, 0.31, 0.32);
    runs.add(Arm.PLAIN, 56, 0.20, 0.20, 0.22);
    assertThat(runs.verdicts().get(PLAIN).status()).isEqualTo(Status.CONTRADICTED);
  }

  @Test
  void a_residual_network_may_be_worse_by_the_margin_and_no_more() {
    Runs within = new Runs();
    within.add(Arm.RESIDUAL, 20, 0.100, 0.110, 0.120);
    within.add(Arm.RESIDUAL, 56, 0.105, 0.115, 0.125); // Half a point on each seed.
    assertThat(within.verdicts().get(RESIDUAL).status()).isEqualTo(Status.SHOWN);
    Runs beyond = new Runs();
    beyond.add(Arm.RESIDUAL, 20, 0.100, 0.110, 0.120);
    beyond.add(Arm.RESIDUAL, 56, 0.120, 0.130, 0.140);
    assertThat(beyond.verdicts().get(RESIDUAL).status()).isEqualTo(Status.CONTRADICTED);
  }

  @Test
  void worse_on_test_images_but_better_on_its_own_is_overfitting() {
    Runs runs = new Runs();
    runs.addWithTest(Arm.PLAIN, 20, new double[] {0.2, 0.2, 0.21}, new double[] {0.3, 0.3, 0.3});
    runs.addWithTest(Arm.PLAIN, 56, new double[] {0.1, 0.1, 0.1}, new double[] {0.4, 0.41, 0.4});
    Verdict verdict = runs.verdicts().get(OVERFITTING);
    assertThat(verdict.status()).isEqualTo(Status.CONTRADICTED);
    assertThat(verdict.reason()).startsWith("test error +10.3 points, and training error -10.3");
  }

  @Test
  void equal_differences_leave_the_doubt_of_one_image() {
    Runs runs = new Runs();
    runs.add(Arm.PLAIN, 20, 0.1, 0.1, 0.1);
    runs.add(Arm.PLAIN, 56, 0.1002, 0.1002, 0.1002); // One image of 5000, on every seed.
    Verdict verdict = runs.verdicts().get(PLAIN);
    assertThat(verdict.status()).isEqualTo(Status.NOT_SHOWN);
    // One image is 0.02 points; rounding alone gives a deviation of 0.02 / sqrt(6).
    assertThat(verdict.high() - verdict.difference())
        .isCloseTo(4.30265 * 0.02 / Math.sqrt(6) / Math.sqrt(3), within(1e-6));
  }

  @Test
  void networks_that_only_guess_show_nothing() {
    Runs runs = new Runs();
    runs.add(Arm.PLAIN, 20, 0.90, 0.89, 0.90);
    runs.add(Arm.PLAIN, 56, 0.95, 0.95, 0.95);
    runs.add(Arm.RESIDUAL, 20, 0.90, 0.90, 0.90);
    runs.add(Arm.RESIDUAL, 56, 0.90, 0.90, 0.90);
    List<Verdict> verdicts = runs.verdicts();
    assertThat(verdicts).extracting(Verdict::status).containsOnly(Status.NOT_SHOWN);
    assertThat(verdicts.get(RESIDUAL).reason())
        .contains("the shallow residual network only guesses");
  }

  @Test
  void a_deep_residual_network_that_diverged_is_not_as_good() {
    Runs runs = new Runs();
    runs.add(Arm.RESIDUAL, 20, 0.30, 0.31, 0.32);
    runs.add(Arm.RESIDUAL, 56, 0.10, 0.11, 0.12);
    runs.fail(Arm.RESIDUAL, 56);
    Verdict verdict = runs.verdicts().get(RESIDUAL);
    assertThat(verdict.status()).isEqualTo(Status.NOT_SHOWN);
    assertThat(verdict.reason()).contains("1 of the residual runs diverged");
  }

  @Test
  void three_times_the_iterations_are_compared_with_the_shallow_network_trained_once() {
    Runs runs = new Runs();
    runs.add(Arm.PLAIN, 20, 0.10, 0.10, 0.11);
    runs.add(Arm.PLAIN, 56, 0.90, 0.90, 0.90);
    runs.add(Arm.PLAIN_LONGER, 20, 0.01, 0.01, 0.01);
    runs.add(Arm.PLAIN_LONGER, 56, 0.05, 0.06, 0.05);
    Verdict verdict = runs.verdicts().get(4);
    assertThat(verdict.claim()).startsWith("Three times the iterations do not cure it");
    assertThat(verdict.status()).isEqualTo(Status.CONTRADICTED);
    assertThat(verdict.difference()).isCloseTo(-5, within(1e-9));
  }

  private static final class Runs {
    private final List<ArmRun> runs = new ArrayList<>();
    private final List<Arm> arms = new ArrayList<>();

    void add(Arm arm, int depth, double... trainErrors) {
      addWithTest(arm, depth, trainErrors, trainErrors);
    }

    void addWithTest(Arm arm, int depth, double[] trainErrors, double[] testErrors) {
      arms.add(arm);
      for (int seed = 0; seed < trainErrors.length; seed++) {
        runs.add(
            new ArmRun(
                arm.network(depth, 8),
                arm,
                depth,
                seed,
                trainErrors[seed],
                testErrors[seed],
                List.of(),
                ""));
      }
    }

    /** Says of the first run of that network that it diverged. */
    void fail(Arm arm, int depth) {
      for (int i = 0; i < runs.size(); i++) {
        ArmRun run = runs.get(i);
        if (run.arm() == arm && run.depth() == depth) {
          runs.set(
              i,
              new ArmRun(
                  run.network(),
                  arm,
                  depth,
                  run.seed(),
                  run.trainError(),
                  run.testError(),
                  List.of(),
                  "loss became NaN"));
          return;
        }
      }
    }

    List<Verdict> verdicts() {
      DegradationPlan plan =
          DegradationPlan.preset("smoke")
              .withDepths(List.of(20, 56))
              .withWidth(8)
              .withArms(arms.stream().distinct().toList())
              .withSettings(Map.of());
      return new DegradationClaims(plan, runs, new DegradationClaims.Resolution(5000, 1000, 0.9))
          .verdicts();
    }
  }
}
