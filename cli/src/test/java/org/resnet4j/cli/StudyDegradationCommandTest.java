package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j study degradation}. */
class StudyDegradationCommandTest {
  @TempDir private Path folder;

  @Test
  void prints_one_document_and_goes_on_with_a_study_that_is_there() throws IOException {
    String data = ColouredSquares.draw(folder.resolve("squares"), 2).toString();
    String out = folder.resolve("study").toString();
    CommandRun run = study("--data", data, "--out", out, "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode document = run.document();
    assertThat(document.get("preset").asString()).isEqualTo("smoke");
    assertThat(document.get("seeds").asInt()).isEqualTo(2);
    assertThat(document.get("arms")).hasSize(8);
    JsonNode arm = document.get("arms").get(0);
    assertThat(arm.get("network").asString()).isEqualTo("resnet8-width4-plain");
    assertThat(arm.get("depth").asInt()).isEqualTo(8);
    assertThat(arm.get("plain").asBoolean()).isTrue();
    assertThat(arm.get("seed").asInt()).isZero();
    assertThat(arm.get("trainError").asDouble()).isBetween(0.0, 1.0);
    assertThat(arm.get("testError").asDouble()).isBetween(0.0, 1.0);
    assertThat(arm.get("seconds").asDouble()).isPositive();
    JsonNode verdict = document.get("verdicts").get(0);
    assertThat(verdict.get("claim").asString()).startsWith("The deeper plain network");
    assertThat(verdict.get("status").asString()).isIn("shown", "not shown", "contradicted");
    assertThat(verdict.get("low").asDouble()).isLessThanOrEqualTo(verdict.get("high").asDouble());
    assertThat(run.err()).contains("8/8  resnet14-width4, seed 1: training error");

    CommandRun resumed = CommandRun.of("study", "degradation", "--resume", out);
    assertThat(resumed.status()).isZero();
    assertThat(resumed.err()).contains("goes on: 8 of 8 were done before");
    assertThat(resumed.out())
        .containsPattern("resnet8-width4-plain +plain +0 ")
        .contains("95 % interval", "note: The data are small", "report: ");
  }

  @Test
  void a_dry_run_shows_the_plan_and_makes_nothing() throws IOException {
    String data = ColouredSquares.draw(folder.resolve("squares"), 2).toString();
    Path out = folder.resolve("study");
    CommandRun run = study("--data", data, "--out", out.toString(), "--dry-run");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("resnet14-width4-plain +plain +3 +2 +0:\\d\\d")
        .containsPattern("about \\d+:\\d\\d on this machine");
    assertThat(out).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--depths 20,21 | depth 21: the CIFAR networks of the paper have 6n + 2 layers",
        "--depths 20 | compares at least two different ones",
        "--seeds 0 | seeds = 0: must be at least 1",
        "--arms b,x | arm \"x\": there is none; there are b, c, bottleneck",
        "--preset day | preset \"day\": there is none; there are smoke, hour, paper",
        "--preset paper | give its folder with --data",
        "--set seed=4 | --set seed: the study chooses it",
        "--set rat=4 | unknown key \"rat\"",
      })
  void what_cannot_be_is_one_clear_line(String options, String message) {
    CommandRun run = CommandRun.of(("study degradation " + options).split(" "));
    assertThat(run.status()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains(message);
    assertThat(run.err().lines().count()).isLessThanOrEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void a_folder_that_is_no_study_cannot_be_resumed() {
    CommandRun run = CommandRun.of("study", "degradation", "--resume", folder.toString());
    assertThat(run.status()).isEqualTo(ExitCodes.BAD_INPUT);
    assertThat(run.err()).contains("not a study's folder, study.json is missing");
    CommandRun both =
        CommandRun.of("study", "degradation", "--resume", folder.toString(), "--seeds", "2");
    assertThat(both.status()).isEqualTo(ExitCodes.USAGE);
    assertThat(both.err()).contains("--resume goes on with a study as it was: leave --seeds out");
    CommandRun ahead =
        CommandRun.of("study", "degradation", "--resume", folder.toString(), "--dry-run");
    assertThat(ahead.status()).isEqualTo(2);
    assertThat(ahead.err())
        .contains("--resume goes on with a study as it was: leave --dry-run out");
  }

  private static CommandRun study(String... more) {
    String[] fixed = {
      "study",
      "degradation",
      "--depths",
      "8,14",
      "--width",
      "4",
      "--seeds",
      "2",
      "--set",
      "iterations=3",
      "--set",
      "batch=8",
      "--set",
      "precision=fp32"
    };
    String[] all = new String[fixed.length + more.length];
    System.arraycopy(fixed, 0, all, 0, fixed.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return CommandRun.of(all);
  }
}
