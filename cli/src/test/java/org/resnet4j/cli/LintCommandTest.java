package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class LintCommandTest {
  @TempDir Path folder;

  @Test
  void a_faithful_recipe_is_said_to_be_one() {
    CommandRun run = CommandRun.of("lint", "cifar-paper");
    assertThat(run.out())
        .isEqualToNormalizingNewlines(
            "recipe cifar-paper is as in arXiv 1512.03385, section 4.2 (CIFAR-10)\n");
    assertThat(run.status()).isZero();
  }

  @Test
  void every_deviation_is_a_row_and_the_status_says_so() {
    CommandRun run =
        CommandRun.of("lint", "cifar-paper", "--set", "batch=64", "--set", "mixup=0.2");
    assertThat(run.out())
        .contains(" section 4.2 (CIFAR-10), except:")
        .containsPattern("key +recipe +paper +where")
        .containsPattern("batch +64 +128 +section 4.2: on two GPUs")
        .containsPattern("mixup +0.2 +0 +not in the paper");
    assertThat(run.status()).isEqualTo(4);
  }

  @Test
  void a_recipe_that_follows_nobody_is_held_against_a_given_paper() {
    assertThat(CommandRun.of("lint", "cifar-fast").err())
        .contains("recipe cifar-fast follows no paper; give one with --paper: 1512.03385-cifar");
    JsonNode document =
        CommandRun.of("lint", "cifar-fast", "--paper", "1512.03385-cifar", "--json").document();
    assertThat(document.get("paper").asString()).isEqualTo("1512.03385-cifar");
    assertThat(document.get("deviations").findValuesAsString("key"))
        .contains("iterations", "rate", "nesterov", "schedule", "label-smoothing");
  }

  @Test
  void a_run_is_judged_by_the_recipe_it_was_trained_with() throws IOException {
    Files.writeString(
        folder.resolve("recipe.yaml"), "name: mine\npaper: 1512.03385-cifar\nrate: 0.2\n");
    CommandRun run = CommandRun.of("lint", folder.toString());
    assertThat(run.out())
        .contains("recipe mine is as in")
        .containsPattern("rate +0.2 +0.1 +section 4.2");
    assertThat(run.status()).isEqualTo(4);
  }

  @Test
  void a_folder_without_a_run_is_told_from_a_name_that_is_none() {
    CommandRun run = CommandRun.of("lint", folder.toString());
    assertThat(run.err())
        .contains(folder + ": no run folder, as recipe.yaml is not in it; give one, a .yaml file");
    assertThat(run.status()).isEqualTo(2);
    assertThat(CommandRun.of("lint", folder.resolve("none").toString()).err())
        .contains("none: no run folder");
    assertThat(CommandRun.of("lint", "cifar-past").err()).contains("no recipe is called");
  }
}
