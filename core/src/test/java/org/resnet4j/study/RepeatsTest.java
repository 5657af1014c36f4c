package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.SmallShapes;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One recipe, several runs. */
class RepeatsTest {
  private static final Recipe RECIPE =
      RecipeFile.load(
          "shapes",
          Map.of(
              "model",
              "resnet8",
              "epochs",
              "0",
              "iterations",
              "2",
              "batch",
              "16",
              "precision",
              "fp32",
              "warmup",
              "0",
              "schedule",
              "constant",
              "seed",
              "7"));

  @TempDir Path temporary;

  private Repeats.Plan plan(String folder, Repeats.By by, int count) {
    Path data = temporary.resolve("data");
    if (!Files.exists(data)) {
      SmallShapes.write(data, 40, 20);
    }
    return new Repeats.Plan(
        RECIPE,
        data.toString(),
        Optional.empty(),
        by,
        count,
        Optional.of(temporary.resolve(folder)),
        "test");
  }

  @Test
  void folds_of_a_recipe_that_holds_out_a_fold_itself_are_refused() {
    Recipe held = RecipeFile.with(RECIPE, Map.of("folds", "3", "fold", "2"));
    assertThatThrownBy(
            () ->
                new Repeats.Plan(
                    held, "data", Optional.empty(), Repeats.By.FOLD, 5, Optional.empty(), "test"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the recipe holds out fold 2 of 3 itself: leave its keys out, or the 5 folds");
  }

  @Test
  void seeds_are_judged_on_the_test_images_and_averaged() throws IOException {
    Repeats.Result result =
        Repeats.run(plan("seeds", Repeats.By.SEED, 2), event -> {}, () -> false);
    List<Repeats.Repeat> runs = result.repeats();
    assertThat(runs).extracting(Repeats.Repeat::number).containsExactly(7L, 8L);
    assertThat(runs).extracting(Repeats.Repeat::images).containsOnly(20);
    assertThat(runs.get(0).loss()).isNotEqualTo(runs.get(1).loss());
    double first = 5.0 * (20 - runs.get(0).mistakes());
    double second = 5.0 * (20 - runs.get(1).mistakes());
    assertThat(result.points().mean()).isEqualTo((first + second) / 2);
    JsonNode document =
        JsonMapper.shared().readTree(Files.readString(temporary.resolve("seeds/results.json")));
    assertThat(document.get("mean").asDouble()).isEqualTo(result.points().mean() / 100);
    assertThat(document.get("runs").get(1).get("run").asString()).isEqualTo("runs/seed-8");
    assertThat(temporary.resolve("seeds/runs/seed-8/model/config.json")).exists();
    assertThat(temporary.resolve("seeds/report.html")).content().contains("Standard deviation");
  }

  @Test
  void folds_judge_every_training_image_once() {
    Repeats.Result result =
        Repeats.run(plan("folds", Repeats.By.FOLD, 3), event -> {}, () -> false);
    assertThat(result.repeats()).extracting(Repeats.Repeat::images).containsExactly(14, 13, 13);
    assertThat(result.images().orElseThrow().cases()).isEqualTo(40);
    assertThat(result.images().orElseThrow().count())
        .isEqualTo(40 - result.repeats().stream().mapToInt(Repeats.Repeat::mistakes).sum());
  }

  @Test
  void what_is_finished_is_kept_after_a_stop_and_not_done_again() throws IOException {
    AtomicInteger finished = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Repeats.run(
                    plan("stopped", Repeats.By.SEED, 2),
                    event -> finished.addAndGet(event instanceof StudyEvent.Finished ? 1 : 0),
                    () -> finished.get() == 1))
        .isInstanceOf(StudyStoppedException.class);
    Path kept = temporary.resolve("stopped/runs/seed-7");
    try (var files = Files.walk(kept)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file); // Who does it again needs it, or makes it anew.
      }
    }
    Repeats.Result resumed = Repeats.resume(temporary.resolve("stopped"), event -> {}, () -> false);
    Repeats.Result whole = Repeats.run(plan("whole", Repeats.By.SEED, 2), event -> {}, () -> false);
    assertThat(kept).doesNotExist();
    assertThat(resumed.points()).isEqualTo(whole.points());
    assertThat(resumed.repeats())
        .extracting(Repeats.Repeat::loss)
        .isEqualTo(whole.repeats().stream().map(Repeats.Repeat::loss).toList());
  }

  @Test
  void one_run_is_refused() {
    assertThatThrownBy(() -> plan("one", Repeats.By.SEED, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("seeds = 1: must be from 2 to 1000; one run says nothing of the spread");
    assertThatThrownBy(() -> plan("many", Repeats.By.FOLD, 1001))
        .hasMessage("folds = 1001: must be from 2 to 1000");
  }
}
