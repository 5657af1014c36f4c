package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.Promise;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.ResumeTrial;
import tools.jackson.databind.JsonNode;

class VerifyResumeCommandTest {
  @TempDir private Path folder;

  private String[] verify(String... more) throws Exception {
    Path data = ColouredSquares.draw(folder.resolve("squares"), 3);
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("verify-resume", "--data", data.toString(), "--model", "resnet8"));
    arguments.addAll(List.of("--set", "batch=10", "--set", "precision=fp32"));
    arguments.addAll(List.of("--out", folder.resolve("out").toString()));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  @Test
  @Promise(
      id = "A1",
      fault = "the same with your recipe and data: `verify-resume`",
      holds =
          "each part is reported with its SHA-256, a difference by its first tensor; nothing is left, also after a signal")
  void a_recipe_is_killed_and_goes_on_to_the_same_bits() throws Exception {
    Program.Result result =
        new Program(folder).run(verify("--steps", "20", "--kills", "1", "--json"));
    assertThat(result.status()).as(result.err()).isZero();
    JsonNode document = result.document();
    assertThat(document.get("equal").asBoolean()).isTrue();
    assertThat(document.get("steps").asInt()).isEqualTo(20);
    assertThat(document.get("wentOnFrom")).hasSize(1);
    assertThat(document.get("parts").valueStream().map(part -> part.get("name").asString()))
        .containsExactly("weights", "optimizer", "metrics.csv");
    for (JsonNode part : document.get("parts")) {
      assertThat(part.get("whole").asString()).matches("[0-9a-f]{64}");
      assertThat(part.get("killed")).isEqualTo(part.get("whole"));
    }
    assertThat(result.err()).contains("without a break: ", "killed 1 of 1 times; step ");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_signal_ends_the_runs_and_leaves_nothing() throws Exception {
    Program.Result result =
        new Program(folder)
            .interruptOnceItSays(List.of("without a break"), verify("--kills", "1000"));
    assertThat(result.status()).as(result.err()).isEqualTo(Program.interrupted());
    assertThat(result.out()).isEmpty();
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void a_run_that_cannot_be_is_no_verdict() throws Exception {
    Program.Result result = new Program(folder).run(verify("--set", "size=1"));
    assertThat(result.status()).isEqualTo(3);
    assertThat(result.error()).hasSize(1);
    assertThat(result.error().get(0)).startsWith("resnet4j: the whole run ended with status 2: ");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void a_difference_is_named_and_the_folder_kept() {
    ResumeTrial.Result result =
        new ResumeTrial.Result(
            24,
            List.of(0L, 9L),
            List.of(
                new ResumeTrial.Part("weights", "a".repeat(64), "a".repeat(64), Optional.empty()),
                new ResumeTrial.Part(
                    "optimizer",
                    "b".repeat(64),
                    "c".repeat(64),
                    Optional.of("checkpoints/step-00000024.safetensors: optimizer/fc.bias"))));
    VerifyResumeResult said =
        VerifyResumeResult.of(
            RecipeFile.load("shapes", Map.of()), "photos", result, Path.of("runs", "kept"));
    StringWriter text = new StringWriter();
    said.print(new PrintWriter(text, true), new Terminal(false, false, false, 80, "resnet4j"));
    assertThat(said.equal()).isFalse();
    assertThat(text.toString().lines().map(String::strip))
        .containsExactly(
            "recipe shapes, resnet20 on photos, cut to 24 steps",
            "killed 2 times, went on from step 0, 9",
            "SHA-256 of  without a break   killed",
            "weights     aaaaaaaaaaaaaaaa  aaaaaaaaaaaaaaaa  equal",
            "optimizer   bbbbbbbbbbbbbbbb  cccccccccccccccc  differ first in"
                + " checkpoints/step-00000024.safetensors: optimizer/fc.bias",
            "not equal: a run of this recipe does not go on as if nothing had happened; the runs"
                + " are in runs/kept");
  }

  @ParameterizedTest
  @CsvSource({
    "--kills 0, --kills 0: must be from 1 to 1000",
    "--steps 0, --steps 0: must be from 1",
    "--set rate=-1, rate = -1",
    "--from m --model resnet8, leave --model out",
    "--out ., exists already; give a new folder"
  })
  void a_wrong_option_is_refused(String options, String said) {
    CommandRun run = CommandRun.of(("verify-resume " + options).split(" "));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(said);
    assertThat(Files.exists(Path.of("recipe.yaml"))).isFalse();
  }
}
