package org.resnet4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipeFileTest {
  @TempDir Path folder;

  static List<String> shipped() {
    return RecipeFile.shipped();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("mine.yaml"), text);
  }

  /** Run from the module's folder, as Maven does. */
  @Test
  void every_key_is_in_the_document() throws IOException {
    String document = Files.readString(Path.of("../docs/recipes.md"));
    assertThat(RecipeFile.keys())
        .allSatisfy(key -> assertThat(document).containsPattern("(?m)^\\|.*`" + key + "`.*\\|"));
  }

  @Test
  void has_the_papers_numbers_in_cifar_paper() {
    Recipe paper = RecipeFile.load("cifar-paper", Map.of());
    assertThat(paper.iterations()).isEqualTo(64_000);
    assertThat(paper.epochs()).isZero();
    assertThat(paper.batch()).isEqualTo(128);
    assertThat(paper.rates().rate()).isEqualTo(0.1);
    assertThat(paper.optimization().momentum()).isEqualTo(0.9);
    assertThat(paper.optimization().nesterov()).isFalse();
    assertThat(paper.optimization().weightDecay()).isEqualTo(1e-4);
    assertThat(paper.optimization().decayed()).isEqualTo(Optimization.Decayed.ALL);
    assertThat(paper.rates().milestones()).containsExactly(0.5, 0.75);
    assertThat(paper.rates().drop()).isEqualTo(0.1);
    assertThat(paper.targets().labelSmoothing()).isZero();
    assertThat(paper.stochasticDepth()).isZero();
    assertThat(paper.variation().augmentation()).isEqualTo(Variation.Cut.PAD_CROP_FLIP);
    assertThat(paper.variation().normalisation()).isEqualTo(Variation.Normalisation.PIXEL_MEAN);
  }

  @Test
  void gives_a_key_that_is_left_out_the_papers_value() throws IOException {
    Recipe named =
        RecipeFile.load(file("name: cifar-paper\npaper: 1512.03385-cifar\n").toString(), Map.of());
    assertThat(named).isEqualTo(RecipeFile.load("cifar-paper", Map.of()));
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void reads_back_what_it_writes(String name) throws IOException {
    Recipe recipe = RecipeFile.load(name, Map.of("seed", "-9223372036854775808"));
    Path written = file(RecipeFile.write(recipe));
    assertThat(RecipeFile.load(written.toString(), Map.of())).isEqualTo(recipe);
  }

  @Test
  void overrides_a_file_by_keys() throws IOException {
    Path written = file("name: mine\nepochs: 3\niterations: 0\nmilestones: [0.25, 0.5]\n");
    Recipe recipe =
        RecipeFile.load(written.toString(), Map.of("epochs", "4", "schedule", "cosine"));
    assertThat(recipe.name()).isEqualTo("mine");
    assertThat(recipe.epochs()).isEqualTo(4);
    assertThat(recipe.rates().schedule()).isEqualTo(Rates.Kind.COSINE);
    assertThat(recipe.rates().milestones()).isEqualTo(List.of(0.25, 0.5));
  }

  @Test
  void names_file_line_and_nearest_key_for_an_unknown_one() throws IOException {
    Path written = file("name: mine\nweight-decy: 0.1\n");
    assertThatThrownBy(() -> RecipeFile.load(written.toString(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            written + ":2: unknown key \"weight-decy\"; did you mean \"weight-decay\"?");
  }

  @Test
  void suggests_the_nearest_recipe() {
    assertThatThrownBy(() -> RecipeFile.load("cifar-fats", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no recipe is called \"cifar-fats\"; did you mean \"cifar-fast\"?; there are shapes,"
                + " cifar-paper, cifar-fast, imagenet-paper, imagenet-v2, a1, a2, a3, finetune, or give"
                + " a .yaml file");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rate           | -0.1     | rate = -0.1: must be above 0",
        "rate           | 0        | rate = 0.0: must be above 0",
        "rate           | NaN      | rate = NaN: must be above 0",
        "rate           | fast     | rate = fast: must be a number",
        "batch          | 0        | batch = 0: must be at least 2",
        "batch          | 1.5      | batch = 1.5: must be a whole number",
        "iterations     | 0        | one must be above 0 and the other 0",
        "iterations     | -1       | one must be above 0 and the other 0",
        "epochs         | 5        | one must be above 0 and the other 0",
        "momentum       | 1        | momentum = 1.0: must be from 0 to below 1",
        "weight-decay   | -1       | weight-decay = -1.0: must be from 0",
        "label-smoothing| 1        | label-smoothing = 1.0: must be from 0 to below 1",
        "target-threshold| 0.2    | target-threshold = 0.2: several classes in full need loss = binary-cross-entropy",
        "target-threshold| 1      | target-threshold = 1.0: must be from 0 to below 1",
        "loss           | mse      | loss = mse: must be cross-entropy, binary-cross-entropy",
        "mixup          | -1       | mixup = -1.0: must be an alpha from 0 to 100",
        "cutmix         | 101      | cutmix = 101.0: must be an alpha from 0 to 100",
        "mix-probability| 0        | mix-probability = 0.0: must be above 0 and at most 1; for no mixing, set mixup",
        "cutmix-share   | 1.1      | cutmix-share = 1.1: must be from 0 to 1",
        "class-weights  | some     | class-weights = some: must be none, balanced",
        "teacher        | ''       | teacher = : must be a model folder, or none",
        "teacher-temperature| 0    | teacher-temperature = 0.0: must be above 0",
        "teacher-share  | 0        | teacher-share = 0.0: must be above 0 and at most 1; for no teacher",
        "sampling       | even     | sampling = even: must be shuffled, balanced",
        "validation     | 1        | validation = 1.0: must be a share of the training images from 0",
        "stop-after     | -1       | stop-after = -1: must be 0 or a number of epochs",
        "stop-after     | 5        | stop-after = 5: who stops by the test images has chosen by them; set validation",
        "stochastic-depth| 1      | stochastic-depth = 1.0: must be from 0 to below 1",
        "stochastic-depth| -0.1   | stochastic-depth = -0.1: must be from 0 to below 1",
        "warmup         | -1       | warmup = -1.0: must be 0 or more",
        "milestones     | [0.5,0.5]| milestones = [0.5, 0.5]: must rise",
        "milestones     | [0.5,1]  | milestones = [0.5, 1.0]: must rise",
        "milestones     | [a]      | milestones = [a]: must be a list of numbers",
        "drop           | 0        | drop = 0.0: must be above 0",
        "low-rate       | 0.2      | low-rate = 0.2: must be from 0 to rate",
        "low-rate-until | 0        | low-rate-until = 0.0: must be a training error",
        "size           | -32      | size = -32: must be from 0 to 4096",
        "precision      | fp8      | precision = fp8: must be auto, fp32 or bf16",
        "device         | tpu      | device = tpu: must be auto, cpu or cuda",
        "unreadable     | ignore   | unreadable = ignore: must be fail or skip",
        "schedule       | cosin    | schedule = cosin: must be constant, multi-step, cosine, linear, one-cycle; did you mean \"cosine\"?",
        "folds          | 1        | folds = 1: must be 0 or 2 to 1000",
        "folds          | 1001     | folds = 1001: must be 0 or 2 to 1000",
        "folds          | 5        | fold = 0: must be from 1 to folds = 5",
        "fold           | 1        | fold = 1: must be from 1 to folds = 0, and 0 without folds",
        "freeze         | stem     | freeze = stem: must be none, all-but-head or a number of stages",
        "freeze         | 100      | freeze = 100: must be none, all-but-head or a number of stages",
        "stage-decay    | 0        | stage-decay = 0.0: must be above 0 and at most 1",
        "stage-decay    | 1.1      | stage-decay = 1.1: must be above 0 and at most 1",
        "warmup-from    | 1.5      | warmup-from = 1.5: must be a fraction of the rate",
        "rate-floor     | -0.1     | rate-floor = -0.1: must be a fraction of the rate",
        "other-rate     | -1       | other-rate = -1.0: must be a factor from 0",
        "lookahead      | -1       | lookahead = -1: must be from 0 to 1000 steps",
        "clip           | -1       | clip = -1.0: must be a norm from 0",
        "accumulate     | 0        | accumulate = 0: must be from 1",
        "ema            | 1        | ema = 1.0: must be from 0 to below 1",
        "ema-every      | 0        | ema-every = 0: must be at least 1 step",
        "precise-batch-norm | -1   | precise-batch-norm = -1: must be 0 or a number of batches",
        "nesterov       | yes      | nesterov = yes: must be true or false"
      })
  void refuses_a_value_out_of_range_and_says_which_is_right(
      String key, String value, String message) {
    assertThatThrownBy(() -> RecipeFile.load("cifar-paper", Map.of(key, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void all_that_came_after_the_paper_is_off() {
    Recipe paper = RecipeFile.load("cifar-paper", Map.of());
    assertThat(paper.targets().loss()).isEqualTo(Targets.Loss.CROSS_ENTROPY);
    assertThat(paper.targets().targetThreshold()).isZero();
    assertThat(paper.targets().classWeights()).isEqualTo(Targets.ClassWeights.NONE);
    assertThat(paper.targets().mixture().isPresent()).isFalse();
    assertThat(paper.targets().teaching().isPresent()).isFalse();
    assertThat(paper.selection()).isEqualTo(new Selection(Selection.Sampling.SHUFFLED, 0, 0));
    assertThat(paper.selection().validates()).isFalse();
  }

  @Test
  void class_weights_go_with_cross_entropy_only() {
    assertThatThrownBy(
            () ->
                RecipeFile.load(
                    "cifar-paper",
                    Map.of("class-weights", "balanced", "loss", "binary-cross-entropy")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("set sampling = balanced instead");
  }

  @Test
  void reads_back_a_teacher_whose_path_has_blanks() throws IOException {
    Recipe recipe = RecipeFile.load("shapes", Map.of("teacher", "C:\\my runs\\big: one"));
    Path written = file(RecipeFile.write(recipe));
    assertThat(RecipeFile.load(written.toString(), Map.of())).isEqualTo(recipe);
    assertThat(recipe.targets().teaching().isPresent()).isTrue();
  }

  @Test
  void lists_every_problem_at_once() {
    assertThatThrownBy(() -> RecipeFile.load("cifar-paper", Map.of("rate", "-1", "batch", "0")))
        .hasMessageContaining("rate = -1.0")
        .hasMessageContaining("batch = 0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"rate: {a: 1}", "rate: [[1]]", "- 1", "rate: 1\nrate: 2", "rate: [1", "just text"})
  void refuses_what_is_not_flat(String text) throws IOException {
    Path written = file(text);
    assertThatThrownBy(() -> RecipeFile.load(written.toString(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(written.toString());
  }

  @Test
  void says_that_a_file_is_missing() {
    Path missing = folder.resolve("none.yaml");
    assertThatThrownBy(() -> RecipeFile.load(missing.toString(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(missing + ": cannot be read as a recipe (NoSuchFileException)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ema-every=32 | ema-every = 32: there is no average; set ema, such as 0.999, or leave 1",
        "warmup-from=0.1 | warmup-from = 0.1: there is no warm-up; set warmup to its epochs, or",
        "rate-floor=0.1 | rate-floor = 0.1: only cosine, linear and one-cycle end there; set one",
        "schedule=constant rate-floor=0.1 | rate-floor = 0.1: only cosine, linear and one-cycle",
        "mix-probability=0.5 | mix-probability = 0.5: nothing is mixed; set mixup or cutmix, or",
        "mixup=1 cutmix-share=0.2 | cutmix-share = 0.2: it chooses between mixup and cutmix; set",
        "cutmix=1 cutmix-share=0.2 | cutmix-share = 0.2: it chooses between mixup and cutmix; set",
        "teacher-temperature=2 | teacher-temperature = 2.0, teacher-share = 0.9: there is no teach",
        "teacher-share=0.5 | teacher-temperature = 4.0, teacher-share = 0.5: there is no teacher;",
        "nesterov=true momentum=0 | nesterov = true: needs a momentum above 0",
        "iterations=0 epochs=5 warmup=5 | warmup = 5.0: must be below epochs = 5",
        "precise-batch-norm=9 norm-statistics=frozen | precise-batch-norm = 9: must be 0 with norm",
        "folds=5 fold=6 | fold = 6: must be from 1 to folds = 5",
      })
  void refuses_keys_that_contradict_each_other(String changes, String message) {
    Map<String, String> overrides =
        Arrays.stream(changes.split(" "))
            .map(change -> change.split("="))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    assertThatThrownBy(() -> RecipeFile.load("cifar-paper", overrides))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void refuses_a_file_that_is_too_large_to_be_a_recipe() throws IOException {
    Path large = file("# " + "x".repeat(1 << 20) + "\nname: mine\n");
    assertThatThrownBy(() -> RecipeFile.load(large.toString(), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(large + ": a recipe may not exceed 1 MB");
  }
}
