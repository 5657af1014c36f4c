package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.SmallShapes;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.statistics.Interval;
import org.resnet4j.train.FinishedRun;
import org.resnet4j.train.Training;

/** Whether one recipe is better than another. */
class ComparisonTest {
  @TempDir Path temporary;

  private int judged = 1000;

  /** A folder of runs that came to so many mistakes, as if they had been trained. */
  private Path repeats(String name, String data, Repeats.By by, long seed, int... mistakes) {
    Path path = temporary.resolve(name);
    Repeats.Plan plan =
        new Repeats.Plan(
            RecipeFile.load("shapes", Map.of("seed", String.valueOf(seed))),
            data,
            Optional.empty(),
            by,
            mistakes.length,
            Optional.empty(),
            "test");
    StudyFolder folder = StudyFolder.create(path, "repeats", "test", plan);
    for (int i = 0; i < mistakes.length; i++) {
      long number = plan.numbers().get(i);
      folder.keep(
          plan.key(number), new Repeats.Repeat(number, "resnet20", judged, mistakes[i], 0.3, 1), 1);
    }
    return path;
  }

  private Path seeds(String name, int... mistakes) {
    return repeats(name, "shapes", Repeats.By.SEED, 0, mistakes);
  }

  @Test
  void runs_of_one_seed_are_pairs() {
    // Gains of 1, 2 and 3 points: mean 2, deviation 1, t of 2 degrees 4.30265.
    Comparison.Result result = Comparison.compare(seeds("a", 90, 120, 70), seeds("b", 80, 100, 40));
    Interval difference = result.difference().orElseThrow();
    assertThat(result.matching()).isEqualTo(Comparison.Matching.SEEDS);
    assertThat(result.points()).isCloseTo(2, within(1e-9));
    assertThat(difference.deviation()).isCloseTo(1, within(1e-9));
    assertThat(difference.low()).isCloseTo(2 - 4.30265 / Math.sqrt(3), within(1e-5));
    assertThat(result.shown()).isFalse(); // From -0.48 to 4.48.
    assertThat(result.said())
        .isEqualTo(
            "not shown: with so much spread in so few runs, no difference and one of up to 4.48 points look alike");
    // An effect of 0.2 deviations: 199 pairs in every table.
    assertThat(result.needed()).hasValue(199);
  }

  @Test
  void a_difference_that_no_seed_lacks_is_shown() {
    Path a = seeds("a", 90, 120, 70, 85);
    Path b = seeds("b", 80, 109, 61, 75);
    assertThat(Comparison.compare(a, b).said())
        .isEqualTo("shown: %s is better than %s".formatted(b, a));
    assertThat(Comparison.compare(b, a).said())
        .isEqualTo("shown: %s is better than %s".formatted(b, a));
  }

  @Test
  void runs_without_a_partner_are_left_out_and_told() {
    Comparison.Result result =
        Comparison.compare(
            seeds("a", 90, 120, 70), repeats("b", "shapes", Repeats.By.SEED, 1, 110, 60, 50));
    assertThat(result.pairs()).isEqualTo(2); // Seeds 1 and 2.
    assertThat(result.points()).isCloseTo(1, within(1e-9));
    assertThat(result.notes())
        .containsExactly("2 runs have no partner on the other side and are left out");
  }

  @Test
  void seeds_without_a_common_one_are_two_samples() {
    Comparison.Result result =
        Comparison.compare(
            seeds("a", 90, 80, 70), repeats("b", "shapes", Repeats.By.SEED, 10, 60, 50, 40));
    assertThat(result.matching()).isEqualTo(Comparison.Matching.NONE);
    // Deviation 1 each: 4 degrees, t = 2.77645, error sqrt(2/3).
    assertThat(result.difference().orElseThrow().low())
        .isCloseTo(3 - 2.77645 * Math.sqrt(2 / 3.0), within(1e-5));
    assertThat(result.shown()).isTrue();
  }

  @Test
  void equal_differences_on_few_images_are_no_proof() {
    judged = 40; // Each pair differs by one of them: counting alone gives a deviation.
    Comparison.Result result = Comparison.compare(seeds("a", 4, 5), seeds("b", 3, 4));
    Interval difference = result.difference().orElseThrow();
    assertThat(result.points()).isCloseTo(2.5, within(1e-9));
    assertThat(difference.deviation()).isCloseTo(2.5 / Math.sqrt(6), within(1e-9));
    assertThat(difference.low()).isCloseTo(2.5 - 12.7062 * 2.5 / Math.sqrt(12), within(1e-4));
    assertThat(result.shown()).isFalse();
    assertThat(result.needed()).hasValue(207); // (2.5 / sqrt(6) * (1.97 + 0.84) / 0.2) squared.
    Path others = repeats("d", "shapes", Repeats.By.SEED, 10, 3, 3);
    assertThat(Comparison.compare(seeds("c", 4, 4), others).shown()).isFalse();
  }

  @Test
  void folds_are_pairs_whose_interval_is_narrower_than_it_should_be() {
    Comparison.Result result =
        Comparison.compare(
            repeats("a", "shapes", Repeats.By.FOLD, 0, 90, 120, 70),
            repeats("b", "shapes", Repeats.By.FOLD, 5, 80, 100, 40));
    assertThat(result.matching()).isEqualTo(Comparison.Matching.FOLDS);
    assertThat(result.points()).isCloseTo(2, within(1e-9));
    assertThat(result.needed()).isEmpty(); // There are no more folds to be had.
    assertThat(result.notes()).singleElement().asString().contains("Bengio and Grandvalet");
  }

  @Test
  void a_folder_without_a_finished_run_is_refused_with_the_way_out() {
    Path none = seeds("none", 1, 2);
    StudyFolder.create(
        temporary.resolve("begun"),
        "repeats",
        "test",
        StudyFolder.open(none, "repeats").plan(Repeats.Plan.class));
    assertThatThrownBy(() -> Comparison.compare(temporary.resolve("begun"), none))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no run in it is finished; go on with train --resume");
  }

  @Test
  void other_data_and_other_images_are_refused_with_the_reason() {
    Path a = seeds("a", 90, 80);
    Path elsewhere = repeats("b", "photos", Repeats.By.SEED, 0, 90, 80);
    Path folds = repeats("c", "shapes", Repeats.By.FOLD, 0, 90, 80);
    assertThatThrownBy(() -> Comparison.compare(a, elsewhere))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s was trained on shapes and %s on photos: other data, so nothing can be compared",
            a, elsewhere);
    assertThatThrownBy(() -> Comparison.compare(a, folds))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s was judged on the test images and %s on each of 2 folds: other images, so nothing can be compared",
            a, folds);
  }

  @Test
  void single_runs_are_compared_image_by_image() {
    Path data = SmallShapes.write(temporary.resolve("data"), 40, 20);
    Path first = train("first", data, "1");
    Path second = train("second", data, "2");
    Comparison.Result result = Comparison.compare(first, second);
    Comparison.Images images = result.images().orElseThrow();
    assertThat(images.images()).isEqualTo(20);
    assertThat(result.difference()).isEmpty();
    assertThat(result.points())
        .isCloseTo(result.second().mean() - result.first().mean(), within(1e-3));
    assertThat(images.secondAlone() - images.firstAlone())
        .isEqualTo((int) Math.round(result.points() / 5));
    assertThat(Comparison.compare(first, first).images().orElseThrow().probability()).isEqualTo(1);
  }

  @Test
  void runs_that_validation_images_judged_are_compared_on_the_test_images() throws IOException {
    Path data = SmallShapes.write(temporary.resolve("data"), 60, 20);
    Path first = train("first", data, "1", Map.of("validation", "0.3"));
    Path second = train("second", data, "2");
    Comparison.Result result = Comparison.compare(first, second);
    Comparison.Images images = result.images().orElseThrow();
    assertThat(images.images()).isEqualTo(20);
    assertThat(result.first().mean() % 5).isZero(); // Of 20, and none of 18.
    assertThat(result.second().mean() - result.first().mean())
        .isCloseTo(images.points(), within(1e-3));
    Files.move(data, temporary.resolve("elsewhere"));
    assertThatThrownBy(() -> Comparison.compare(first, second))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("validation images judged its epochs");
  }

  @Test
  void single_runs_are_compared_in_the_views_they_were_judged_in() {
    Path data = SmallShapes.write(temporary.resolve("data"), 40, 200);
    Path first = train("first", data, "1", Map.of("views", "ten-crop", "crop-share", "0.6"));
    Path second = train("second", data, "2", Map.of("views", "flip"));
    Comparison.Result result = Comparison.compare(first, second);
    assertThat(result.points())
        .isCloseTo(result.second().mean() - result.first().mean(), within(1e-3));
  }

  @Test
  void one_run_against_several_has_its_seed_as_partner_and_says_so() {
    Path data = SmallShapes.write(temporary.resolve("data"), 40, 20);
    Path one = train("one", data, "1");
    Path several = temporary.resolve("several");
    Repeats.run(
        new Repeats.Plan(
            FinishedRun.open(one).recipe(),
            data.toString(),
            Optional.empty(),
            Repeats.By.SEED,
            2,
            Optional.of(several),
            "test"),
        event -> {},
        () -> false);
    Comparison.Result result = Comparison.compare(one, several);
    assertThat(result.images().orElseThrow().probability()).isEqualTo(1); // The same network.
    assertThat(result.notes())
        .containsExactly(
            "of 2 runs against one, %s and %s are compared; the means above are of all"
                .formatted(one, several.resolve("runs/seed-1")));
  }

  @Test
  void networks_that_would_take_too_long_are_not_judged_again() {
    Path data = SmallShapes.write(temporary.resolve("data"), 40, 20);
    FinishedRun run = FinishedRun.open(train("one", data, "1"));
    double work = 2.0 * 20 * Judging.multiplyAdds(run); // Of 20 test images by two networks.
    List<String> notes = new ArrayList<>();
    assertThat(JudgedPair.of(run, run, work, notes)).isPresent();
    assertThat(notes).isEmpty();
    assertThat(JudgedPair.of(run, run, work - 1, notes)).isEmpty();
    assertThat(notes).containsExactly("not compared image by image: 20 images would take too long");
  }

  private Path train(String name, Path data, String seed) {
    return train(name, data, seed, Map.of());
  }

  private Path train(String name, Path data, String seed, Map<String, String> more) {
    Map<String, String> keys = new HashMap<>(more);
    keys.putAll(
        Map.of(
            "model",
            "resnet8",
            "epochs",
            "0",
            "iterations",
            "6",
            "batch",
            "16",
            "precision",
            "fp32",
            "warmup",
            "0",
            "seed",
            seed));
    Path path = temporary.resolve(name);
    Training.run(
        new Training.Plan(
            RecipeFile.load("shapes", keys), data.toString(), Optional.of(path), "test"),
        event -> {},
        () -> false);
    return path;
  }

  @Test
  void images_that_only_one_has_right_are_counted() {
    boolean[] first = {true, true, false, false, true, true, true, true};
    boolean[] second = {true, false, true, false, false, false, false, false};
    Comparison.Images images = Comparison.Images.of(first, second);
    assertThat(images.firstAlone()).isEqualTo(5);
    assertThat(images.secondAlone()).isEqualTo(1);
    assertThat(images.points()).isEqualTo(-50); // 4 of 8 fewer.
    assertThat(images.probability()).isCloseTo(14 / 64.0, within(1e-12));
  }
}
