package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j study construction}: what it prints, leaves and refuses. */
class StudyConstructionCommandTest {
  @TempDir private Path folder;
  private String data;

  @BeforeEach
  void draw() throws IOException {
    data = ColouredSquares.draw(folder.resolve("squares"), 2).toString();
  }

  private CommandRun study(String... more) {
    String[] common = {
      "study",
      "construction",
      "--data",
      data,
      "--model",
      "resnet8-width4-plain",
      "--to",
      "resnet14-width4-plain",
      "--seeds",
      "1",
      "--epochs",
      "2",
      "--set",
      "batch=8",
      "--set",
      "warmup=0"
    };
    String[] all = new String[common.length + more.length];
    System.arraycopy(common, 0, all, 0, common.length);
    System.arraycopy(more, 0, all, common.length, more.length);
    return CommandRun.of(all);
  }

  @Test
  void prints_three_errors_a_seed_and_two_verdicts() {
    String out = folder.resolve("study").toString();
    CommandRun run = study("--out", out);
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .containsPattern("resnet8-width4-plain, trained +0 ")
        .containsPattern("resnet14-width4-plain, built +0 ")
        .containsPattern("resnet14-width4-plain, from scratch +0 ")
        .contains("NOT SHOWN  resnet14-width4-plain built from the trained resnet8-width4-plain")
        .contains("NOT SHOWN  resnet14-width4-plain trained from scratch does not reach")
        .contains("  +0.0 points; not shown: resnet8-width4-plain itself hardly does better")
        .contains("note: Too hard to decide: even resnet8-width4-plain")
        .contains("report: " + out + "/report.html");
    JsonNode document =
        CommandRun.of("study", "construction", "--resume", out, "--json").document();
    assertThat(document.get("runs").get(0).get("builtTrainError"))
        .isEqualTo(document.get("runs").get(0).get("shallowTrainError"));
    assertThat(document.get("verdicts")).hasSize(2);
  }

  @Test
  void trainings_that_diverge_have_no_errors() {
    String out = folder.resolve("study").toString();
    CommandRun run =
        study(
            "--out",
            out,
            "--set",
            "iterations=100",
            "--set",
            "rate=900",
            "--set",
            "weight-decay=0.1",
            "--set",
            "schedule=constant");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .containsPattern("resnet8-width4-plain, trained +0 +- +-")
        .containsPattern("resnet14-width4-plain, built +0 +- +-")
        .contains("  not shown: a training that is compared diverged on 1 of 1 seeds")
        .doesNotContain("NaN");
    JsonNode row =
        CommandRun.of("study", "construction", "--resume", out, "--json")
            .document()
            .get("runs")
            .get(0);
    assertThat(row.get("changed").isNull()).isTrue();
    assertThat(row.get("builtTrainError").isNull()).isTrue();
  }

  @Test
  void looks_ahead_without_leaving_anything() {
    String out = folder.resolve("study").toString();
    CommandRun run = study("--out", out, "--dry-run");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .containsPattern("resnet14-width4-plain +\\d+ +1 +0:0")
        .contains("on this machine, as measured now");
    assertThat(Path.of(out)).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--model resnet20 | 2 | resnet20 has shortcuts, but the construction is about plain networks",
        "--to resnet21-plain | 2 | no network is called",
        "--to resnet20-width6-plain | 2 | both have 9 blocks; choose a deeper network",
        "--seeds 0 | 2 | seeds = 0: must be at least 1",
        "--data nowhere | 3 | nowhere: there is no such file or folder",
        "--resume nowhere | 3 | nowhere: not a study's folder, study.json is missing",
        "--resume nowhere --seeds 2 | 2 | --resume goes on with a study as it was: leave --seeds out",
        "--resume nowhere --dry-run | 2 | --resume goes on with a study as it was: leave --dry-run out",
      })
  void refuses_with_one_clear_line(String arguments, int status, String message) {
    CommandRun run = CommandRun.of(("study construction " + arguments).split(" "));
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.err()).contains(message);
  }
}
