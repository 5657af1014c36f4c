package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

/** Rates at steps worked out by hand. */
class ScheduleTest {
  private static final double EXACT = 1e-12;

  private static Schedule schedule(long steps, long stepsPerEpoch, String... keyValues) {
    Map<String, String> overrides = new LinkedHashMap<>();
    for (int i = 0; i < keyValues.length; i += 2) {
      overrides.put(keyValues[i], keyValues[i + 1]);
    }
    return Schedule.of(RecipeFile.load("cifar-paper", overrides), steps, stepsPerEpoch);
  }

  @Test
  void divides_by_ten_after_32_000_and_48_000_iterations_as_the_paper_does() {
    Schedule schedule = schedule(64_000, 391);
    assertThat(schedule.at(0)).isCloseTo(0.1, within(EXACT));
    assertThat(schedule.at(31_999)).isCloseTo(0.1, within(EXACT));
    assertThat(schedule.at(32_000)).isCloseTo(0.01, within(EXACT));
    assertThat(schedule.at(47_999)).isCloseTo(0.01, within(EXACT));
    assertThat(schedule.at(48_000)).isCloseTo(0.001, within(EXACT));
  }

  @Test
  void rises_in_equal_steps_during_the_warm_up_of_any_schedule() {
    for (String kind : new String[] {"constant", "multi-step", "cosine", "linear", "one-cycle"}) {
      Schedule schedule = schedule(100, 4, "schedule", kind, "warmup", "1", "rate", "1");
      assertThat(schedule.at(0)).as(kind).isCloseTo(0.2, within(EXACT));
      assertThat(schedule.at(3)).as(kind).isCloseTo(0.8, within(EXACT));
      assertThat(schedule.at(4)).as(kind).isCloseTo(1.0, within(EXACT));
    }
  }

  @Test
  void falls_along_half_a_cosine() {
    Schedule schedule = schedule(100, 10, "schedule", "cosine", "rate", "1");
    assertThat(schedule.at(0)).isCloseTo(1.0, within(EXACT));
    assertThat(schedule.at(25)).isCloseTo(0.5 + Math.sqrt(0.5) / 2, within(EXACT));
    assertThat(schedule.at(50)).isCloseTo(0.5, within(EXACT));
    assertThat(schedule.at(100)).isCloseTo(0.0, within(EXACT));
  }

  @Test
  void rises_for_a_quarter_and_falls_in_a_straight_line_in_one_cycle() {
    Schedule schedule = schedule(100, 10, "schedule", "one-cycle", "rate", "1");
    assertThat(schedule.at(0)).isCloseTo(1.0 / 26, within(EXACT));
    assertThat(schedule.at(25)).isCloseTo(1.0, within(EXACT));
    assertThat(schedule.at(40)).isCloseTo(0.8, within(EXACT));
    assertThat(schedule.at(85)).isCloseTo(0.2, within(EXACT));
  }

  @Test
  void falls_in_a_straight_line() {
    Schedule schedule = schedule(100, 10, "schedule", "linear", "rate", "2");
    assertThat(schedule.at(0)).isCloseTo(2.0, within(EXACT));
    assertThat(schedule.at(75)).isCloseTo(0.5, within(EXACT));
  }

  @Test
  void begins_and_ends_where_it_is_told_to() {
    // torchvision's recipe for ResNet-50: LinearLR from 0.01 over 5 of 600 epochs.
    Schedule cosine =
        schedule(
            6000, 10, "schedule", "cosine", "rate", "0.5", "warmup", "5", "warmup-from", "0.01");
    assertThat(cosine.at(0)).isCloseTo(0.005, within(EXACT));
    assertThat(cosine.at(10)).isCloseTo(0.5 * (0.01 + 0.99 / 5), within(EXACT));
    assertThat(cosine.at(50)).isCloseTo(0.5, within(EXACT));
    // airbench's triangle: from 0.2 up to 1 at 23 %, down to 0.07.
    Schedule triangle =
        schedule(
            100,
            100,
            "schedule",
            "one-cycle",
            "rate",
            "1",
            "warmup",
            "0.23",
            "warmup-from",
            "0.2",
            "rate-floor",
            "0.07");
    assertThat(triangle.at(0)).isCloseTo(0.2, within(EXACT));
    assertThat(triangle.at(23)).isCloseTo(1.0, within(EXACT));
    assertThat(triangle.at(99)).isCloseTo(0.07 + 0.93 / 77, within(EXACT));
    // timm's cosine for A1: from 5e-3 to 1e-6.
    Schedule floored =
        schedule(100, 1, "schedule", "cosine", "rate", "0.005", "rate-floor", "0.0002");
    assertThat(floored.at(50)).isCloseTo((0.005 + 1e-6) / 2, within(EXACT));
  }

  @Test
  void keeps_a_constant_rate() {
    Schedule schedule = schedule(100, 10, "schedule", "constant", "rate", "0.3");
    assertThat(schedule.at(0)).isEqualTo(0.3);
    assertThat(schedule.at(99)).isEqualTo(0.3);
  }

  @Test
  void ends_the_low_first_rate_when_the_training_error_falls_below_its_bound() {
    Recipe recipe = RecipeFile.load("cifar-paper", Map.of("low-rate", "0.01"));
    Progress progress = Progress.beginning(recipe);
    assertThat(progress.lowRate()).isTrue();
    // All right from now on: the average error is 0.98^n, which passes 0.8 between n = 11 and 12.
    for (int i = 0; i < 11; i++) {
      progress = progress.learned(1, 128, 128, 1, recipe.rates().lowRateUntil(), 1);
    }
    assertThat(progress.lowRate()).isTrue();
    progress = progress.learned(1, 128, 128, 1, recipe.rates().lowRateUntil(), 1);
    assertThat(progress.lowRate()).isFalse();
    assertThat(progress.learned(1, 0, 128, 1, recipe.rates().lowRateUntil(), 1).lowRate())
        .as("it does not come back")
        .isFalse();
  }
}
