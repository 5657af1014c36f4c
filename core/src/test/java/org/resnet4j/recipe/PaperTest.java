package org.resnet4j.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recipe says against what the paper says that it follows. */
class PaperTest {
  private static List<Paper.Deviation> deviations(String recipe, Map<String, String> overrides) {
    Recipe given = RecipeFile.load(recipe, overrides);
    return Paper.of(given).orElseThrow().deviations(given);
  }

  private static List<String> keys(String recipe, Map<String, String> overrides) {
    return deviations(recipe, overrides).stream().map(Paper.Deviation::key).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"cifar-paper", "a1", "a2", "a3"})
  void these_are_as_their_paper_says_in_every_key(String recipe) {
    assertThat(deviations(recipe, Map.of())).isEmpty();
  }

  @Test
  void only_what_no_key_can_say_is_otherwise_in_the_other_recipes() {
    assertThat(deviations("imagenet-paper", Map.of()))
        .singleElement()
        .isEqualTo(
            new Paper.Deviation(
                "schedule", "multi-step", "when the error stops falling", "section 3.4"));
    assertThat(keys("imagenet-v2", Map.of())).containsExactly("decayed");
  }

  /** The traps that reproductions fell into: see the paper's section 4.2 for what is right. */
  @ParameterizedTest
  @CsvSource({
    "model, resnet18, resnet20 or resnet32 or resnet44 or resnet56 or resnet110 or resnet1202",
    "model, resnet20-b, resnet20 or resnet32 or resnet44 or resnet56 or resnet110 or resnet1202",
    "normalisation, channel, pixel-mean",
    "nesterov, true, false",
    "low-rate, 0.01, 0",
    "batch, 64, 128",
    "weight-decay, 0.0005, 0.0001",
    "views, flip, one",
  })
  void names_key_value_and_what_the_paper_says(String key, String value, String said) {
    assertThat(deviations("cifar-paper", Map.of(key, value)))
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.key()).isEqualTo(key);
              assertThat(one.value()).isEqualTo(value);
              assertThat(one.said()).isEqualTo(said);
              assertThat(one.where()).contains("4.2");
            });
  }

  @Test
  void the_low_rate_at_the_beginning_is_that_of_110_layers() {
    assertThat(deviations("cifar-paper", Map.of("model", "resnet110")))
        .containsExactly(
            new Paper.Deviation(
                "low-rate", "0", "0.01", "section 4.2: 0.01 at first for 110 layers"));
    assertThat(keys("cifar-paper", Map.of("model", "resnet110", "low-rate", "0.01"))).isEmpty();
    assertThat(keys("cifar-paper", Map.of("model", "resnet1202", "low-rate", "0.01"))).isEmpty();
    assertThat(keys("cifar-paper", Map.of("model", "resnet1202"))).isEmpty();
  }

  /** As torchvision's own meta data of its weights say: their recipes are earlier ones. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet101", "resnet152", "resnext50_32x4d"})
  void torchvisions_last_recipe_is_that_of_its_resnet50_alone(String model) {
    assertThat(keys("imagenet-v2", Map.of("model", model))).containsExactly("model", "decayed");
  }

  @Test
  void what_came_after_the_paper_is_a_deviation_though_the_paper_is_silent() {
    assertThat(deviations("cifar-paper", Map.of("mixup", "0.2")))
        .containsExactly(new Paper.Deviation("mixup", "0.2", "0", "not in the paper"));
  }

  @Test
  void where_and_how_precisely_it_runs_is_free() {
    assertThat(
            deviations(
                "cifar-paper",
                Map.of("seed", "7", "precision", "fp32", "device", "cpu", "unreadable", "skip")))
        .isEmpty();
  }

  @Test
  void a_batch_may_come_in_parts() {
    assertThat(deviations("a1", Map.of("batch", "128", "accumulate", "16"))).isEmpty();
    assertThat(keys("a1", Map.of("batch", "128", "accumulate", "8"))).containsExactly("batch");
  }

  @Test
  void epochs_in_the_place_of_iterations_are_one_deviation() {
    assertThat(keys("cifar-paper", Map.of("iterations", "0", "epochs", "164")))
        .containsExactly("iterations");
  }

  @Test
  void other_words_for_the_same_number_are_no_deviation() {
    assertThat(deviations("cifar-paper", Map.of("weight-decay", "1e-4", "rate", "0.10"))).isEmpty();
  }

  /** Every claim must be of a key, or it would never be compared. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "1512.03385-cifar",
        "1512.03385-imagenet",
        "torchvision-v2",
        "2110.00476-a1",
        "2110.00476-a2",
        "2110.00476-a3"
      })
  void every_claim_is_of_a_key(String id) {
    Paper paper = Paper.of(RecipeFile.load("cifar-fast", Map.of("paper", id))).orElseThrow();
    assertThat(RecipeFile.keys()).containsAll(paper.claimed());
    assertThat(Paper.ids()).contains(id).hasSize(6);
  }

  @Test
  void a_recipe_need_not_follow_anybody() {
    assertThat(Paper.of(RecipeFile.load("cifar-fast", Map.of()))).isEmpty();
    assertThatThrownBy(() -> RecipeFile.load("cifar-fast", Map.of("paper", "1512.0338")))
        .hasMessageContaining("paper = 1512.0338: must be none, 1512.03385-cifar");
  }

  @Test
  void the_summary_for_a_model_card_is_one_sentence() {
    Recipe faithful = RecipeFile.load("cifar-paper", Map.of());
    assertThat(Paper.of(faithful).orElseThrow().summary(faithful))
        .isEqualTo("as in arXiv 1512.03385, section 4.2 (CIFAR-10)");
    Recipe other = RecipeFile.load("cifar-paper", Map.of("iterations", "400", "rate", "0.2"));
    assertThat(Paper.of(other).orElseThrow().summary(other))
        .isEqualTo(
            "as in arXiv 1512.03385, section 4.2 (CIFAR-10), except iterations 400 (64000), rate"
                + " 0.2 (0.1)");
  }
}
