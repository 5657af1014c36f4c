package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.SmallShapes;
import org.resnet4j.arch.Shape;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

/** Runs that are made to end on time. */
class BudgetTest {
  private static final BudgetRule.Rung SMALL = new BudgetRule.Rung("small", 0, 10);
  private static final BudgetRule.Rung MIDDLE = new BudgetRule.Rung("middle", 0, 20);
  private static final BudgetRule.Rung LARGE = new BudgetRule.Rung("large", 0, 40);

  /** 200 steps an epoch. */
  private static final BudgetRule RULE = new BudgetRule(List.of(SMALL, MIDDLE, LARGE), 200);

  @TempDir Path temporary;

  @Test
  void a_run_is_its_steps_and_what_is_around_them() {
    // 3 + 100 cold of 0.5 + 150 of 0.2 + 3 evaluations of 4.
    Pace pace = new Pace(3, 0.5, 0.2, 4);
    assertThat(pace.run(250, 100)).isCloseTo(3 + 50 + 30 + 12, within(1e-9));
    assertThat(pace.run(50, 100)).isCloseTo(3 + 25 + 4, within(1e-9));
  }

  @Test
  void the_steps_are_the_most_that_end_in_time() {
    Pace pace = new Pace(3, 0.5, 0.2, 4);
    long steps = pace.steps(95.05, 100);
    assertThat(steps).isEqualTo(250);
    assertThat(pace.run(steps, 100)).isLessThanOrEqualTo(95.05);
    assertThat(pace.run(steps + 1, 100)).isGreaterThan(95.05);
    assertThat(pace.steps(0.1, 100)).isEqualTo(1); // There is no shorter run.
  }

  @Test
  void the_largest_network_that_learns_enough_is_chosen() {
    // 15 epochs are 3000 steps: 30 s of the small one, 60 s of the middle, 120 s of the large one.
    Map<BudgetRule.Rung, Pace> known = Map.of(SMALL, new Pace(0, 0.01, 0.01, 0));
    assertThat(RULE.choose(known, 61).rung()).isEqualTo(MIDDLE);
    assertThat(RULE.choose(known, 61).steps()).isEqualTo(3050);
    assertThat(RULE.choose(known, 121).rung()).isEqualTo(LARGE);
    assertThat(RULE.choose(known, 40).rung()).isEqualTo(SMALL);
  }

  @Test
  void the_smallest_is_chosen_where_none_learns_enough() {
    Map<BudgetRule.Rung, Pace> known = Map.of(SMALL, new Pace(0, 0.01, 0.01, 0));
    BudgetRule.Chosen chosen = RULE.choose(known, 10);
    assertThat(chosen.rung()).isEqualTo(SMALL);
    assertThat(chosen.enough()).isFalse();
    assertThat(chosen.epochs()).isEqualTo(5);
  }

  @Test
  void what_is_not_measured_is_guessed_from_the_nearest() {
    // The large one is slower than its multiply-adds say, so the middle one is guessed slower too.
    Map<BudgetRule.Rung, Pace> known = Map.of(LARGE, new Pace(0, 0.08, 0.08, 0));
    assertThat(RULE.choose(known, 121).rung()).isEqualTo(MIDDLE);
    assertThat(RULE.choose(known, 119).rung()).isEqualTo(SMALL);
    assertThat(RULE.chooseKnown(known, 1).rung()).isEqualTo(LARGE);
  }

  @Test
  void the_choice_is_an_ordinary_recipe_that_says_why() {
    Path data = SmallShapes.write(temporary.resolve("data"), 40, 20);
    List<Event> events = new ArrayList<>();
    Budget.Choice choice =
        Budget.choose(
            new Budget.Plan(
                Optional.of("shapes"),
                Map.of("model", "resnet8", "batch", "16", "precision", "fp32"),
                data.toString(),
                Optional.empty(),
                30,
                0),
            events::add);
    Recipe recipe = choice.recipe();
    assertThat(recipe.model()).isEqualTo("resnet8");
    assertThat(recipe.epochs()).isZero();
    assertThat(recipe.iterations()).isPositive();
    assertThat(recipe.name()).isEqualTo("shapes-in-30s");
    assertThat(choice.why().get(0)).startsWith("chose resnet8 for " + recipe.iterations());
    assertThat(choice.why().get(1)).startsWith("twice the time would buy resnet8 for");
    assertThat(events).hasSize(1);
    assertThat(RecipeFile.writeChanges(recipe)).contains("model: resnet8\n").doesNotContain("drop");
  }

  @Test
  void a_time_that_measuring_fills_is_refused() {
    Path data = SmallShapes.write(temporary.resolve("data"), 40, 20);
    Map<String, String> keys = Map.of("model", "resnet8", "batch", "10", "precision", "fp32");
    Budget.Plan plan =
        new Budget.Plan(Optional.of("shapes"), keys, data.toString(), Optional.empty(), 30, 29.9);
    assertThatThrownBy(() -> Budget.choose(plan, event -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("budget of 30 s: measuring alone takes ")
        .hasMessageEndingWith(" s; give more time");
  }

  private static double passes(String... keyValues) {
    return Pace.passes(TinyRuns.overridden(keyValues), new Shape(3, 32, 32));
  }

  @Test
  void judging_takes_as_long_as_its_views_and_averaged_weights_make_it() {
    assertThat(passes()).isEqualTo(1);
    assertThat(passes("ema", "0.9")).isEqualTo(2);
    assertThat(passes("views", "flip", "ema", "0.9")).isEqualTo(4);
    assertThat(passes("views", "ten-crop", "crop-share", "0.8")).isEqualTo(10);
    // Both whole images, mirrored too: 2 x (1 + 4).
    assertThat(passes("views", "multi-scale", "view-sizes", "[32, 64]")).isEqualTo(10);
  }

  @Test
  void an_epoch_is_as_long_as_validation_images_leave_it() {
    Path data = SmallShapes.write(temporary.resolve("data"), 40, 20);
    Map<String, String> keys =
        Map.of("model", "resnet8", "batch", "10", "precision", "fp32", "validation", "0.5");
    Budget.Choice choice =
        Budget.choose(
            new Budget.Plan(Optional.of("shapes"), keys, data.toString(), Optional.empty(), 30, 0),
            event -> {});
    int steps = choice.recipe().iterations();
    assertThat(choice.why().get(0)) // 20 of 40 images make two steps of ten.
        .contains(String.format(Locale.ROOT, "%d steps, %.1f epochs", steps, steps / 2.0));
  }

  @Test
  void a_budget_and_a_length_contradict() {
    assertThatThrownBy(
            () ->
                new Budget.Plan(
                    Optional.empty(), Map.of("epochs", "3"), "shapes", Optional.empty(), 60, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("epochs: the budget decides how long to train; leave one of them out");
  }
}
