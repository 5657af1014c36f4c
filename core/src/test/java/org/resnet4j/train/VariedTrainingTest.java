package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.Promise;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.variation.Policy;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/** 40 drawn images in batches of 16: 2 steps an epoch, 6 epochs in 12 steps. */
class VariedTrainingTest {
  private static final String[] VARIED = {
    "augmentation", "random-resized-crop",
    "min-scale", "0.3",
    "auto-augment", "trivial-augment",
    "brightness", "0.4",
    "hue", "0.1",
    "lighting", "0.1",
    "erasing", "0.5",
    "erasing-fill", "noise",
    "repeats", "2",
    "train-sizes", "[16, 24, 32]",
    "views", "flip",
  };

  @TempDir Path folder;
  private TinyRuns runs;

  @BeforeEach
  void draw_images() {
    runs = new TinyRuns(folder);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 8})
  @Promise(
      id = "A4",
      fault =
          "a stop after 3 and 8 steps with repeated and varied images in several sizes, judged in two views",
      holds = "the same bits in the end")
  void goes_on_in_the_size_and_with_the_draws_it_would_have_had(int step) {
    Outcome whole = runs.train("whole", VARIED);
    Outcome resumed = runs.trainInTwo("stopped", step, VARIED);
    assertThat(runs.weights("stopped", "model")).isEqualTo(runs.weights("whole", "model"));
    assertThat(resumed.test().loss()).isEqualTo(whole.test().loss());
  }

  @Test
  void trains_at_the_sizes_of_the_recipe_and_judges_at_the_networks() {
    Setup setup = runs.setup(VARIED);
    assertThat(setup.network().input()).isEqualTo(new Shape(3, 32, 32));
    try (Loader images = setup.loaders().training()) {
      List<Integer> sides = new ArrayList<>();
      for (int epoch = 0; epoch < 6; epoch++) {
        try (Batches batches = images.epoch(epoch, 0)) {
          Batch first = batches.iterator().next();
          sides.add((int) Math.sqrt(first.pixels().length / 3 / first.size()));
        }
      }
      assertThat(sides).containsExactly(16, 16, 24, 24, 32, 32);
    }
  }

  @Test
  void gives_timms_operations_the_kernel_of_the_recipe_and_the_mean_of_the_data() {
    Setup setup =
        runs.setup(
            "interpolation", "bicubic",
            "auto-augment", "rand-augment-timm",
            "rand-magnitude", "7",
            "rand-deviation", "0.5");
    Preprocessing preprocessing = setup.preprocessing();
    assertThat(Varied.variety(setup.recipe().variation(), preprocessing).policy())
        .isEqualTo(
            new Policy.RandAugmentTimm(2, 7, 0.5, Interpolation.BICUBIC, preprocessing.mean()));
    try (Loader images = setup.loaders().training();
        Batches batches = images.epoch(0, 0)) {
      assertThat(batches.iterator().next().size()).isEqualTo(16);
    }
  }

  @Test
  void counts_the_epochs_of_sizes_in_steps_of_several_batches() {
    // 2 batches a step: 1 step an epoch, so that 12 steps are 12 epochs of 4 a size.
    Recipe recipe = runs.recipe("train-sizes", "[16, 24, 32]", "accumulate", "2");
    assertThat(Varied.sizes(recipe, new Shape(3, 32, 32), 2).epochs()).isEqualTo(12);
    Recipe epochs = runs.recipe("train-sizes", "[16]", "iterations", "0", "epochs", "9");
    assertThat(Varied.sizes(epochs, new Shape(3, 32, 32), 2).epochs()).isEqualTo(9);
  }

  @Test
  void refuses_sizes_for_images_that_are_no_squares() {
    Recipe recipe = runs.recipe("train-sizes", "[16]");
    assertThatThrownBy(() -> Varied.sizes(recipe, new Shape(3, 32, 48), 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("are no squares; set size");
  }

  @Test
  void leaves_a_margin_around_the_crop_and_resizes_by_the_recipes_kernel() {
    Setup setup = runs.setup("crop-share", "0.875", "interpolation", "bicubic");
    // 32 / 0.875 = 36.57.
    assertThat(setup.preprocessing().resize()).isEqualTo(37);
    assertThat(setup.preprocessing().interpolation()).isEqualTo(Interpolation.BICUBIC);
    assertThat(runs.setup().preprocessing().resize()).isEqualTo(32);
  }

  @Test
  void makes_a_model_that_is_judged_by_the_same_views() {
    Outcome outcome = runs.train("judged", VARIED);
    Setup setup = runs.setup(VARIED);
    SavedModel model = SavedModel.open(runs.run("judged"));
    assertThat(model.preprocessing()).isEqualTo(setup.preprocessing());
    try (LiveNetwork live = model.live(Device.CPU, Precision.FP32);
        Judge judge = setup.judge()) {
      assertThat(judge.evaluate(live).loss()).isEqualTo(outcome.test().loss());
    }
  }

  @Test
  void says_that_it_is_judged_by_several_views_and_whether_they_are_like_what_it_learned_from() {
    String several =
        "views = flip: the network is judged by the average of several views of each image, as"
            + " evaluate --views flip does; predict asks for one";
    assertThat(runs.setup(VARIED).notes()).contains(several).noneMatch(VariedTrainingTest::warns);
    for (String augmentation : List.of("none", "pad-crop")) {
      assertThat(runs.setup("views", "flip", "augmentation", augmentation).notes())
          .contains(several)
          .contains(
              "views = flip: some views are mirrored, and the recipe's augmentation mirrors no"
                  + " training image");
    }
    assertThat(runs.setup().notes()).noneMatch(note -> note.startsWith("views"));
  }

  private static boolean warns(String note) {
    return note.contains("mirrored");
  }
}
