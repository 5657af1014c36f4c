package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Whole studies of a second, of networks with 4 channels on images of 16 x 16 pixels. */
class StudySignalsCommandTest {
  private static final String NAME = "resnet8-width4";

  @TempDir Path folder;

  private CommandRun run(String... more) throws IOException {
    Path data = folder.resolve("data");
    if (!data.toFile().exists()) {
      ColouredSquares.draw(data, 2);
    }
    String[] fixed = {
      "study", "signals", NAME, "--data", data.toString(), "--steps", "2", "--batch", "4"
    };
    String[] all = Arrays.copyOf(fixed, fixed.length + more.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return CommandRun.of(all);
  }

  @Test
  void the_table_has_every_variant_and_the_verdicts_follow() throws IOException {
    Path out = folder.resolve("study");
    CommandRun run = run("--seeds", "2", "--out", out.toString());
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .containsPattern("resnet8-width4 +at initialisation ")
        .containsPattern("resnet8-width4-no-norm-plain +at initialisation ")
        .contains("does not vanish at initialisation", "powers of ten, 95 % interval")
        .contains("report: " + out.resolve("report.html"));
    assertThat(run.err()).contains("study folder " + out).contains("8/8");
    assertThat(out.resolve("units.csv")).exists();
    CommandRun again = CommandRun.of("study", "signals", "--resume", out.toString());
    assertThat(again.out()).isEqualTo(run.out());
  }

  @Test
  void json_is_one_document() throws IOException {
    CommandRun run = run("--seeds", "1", "--out", folder.resolve("study").toString(), "--json");
    JsonNode document = run.document();
    assertThat(document.get("seeds").asInt()).isEqualTo(1);
    JsonNode first = document.get("rows").get(0);
    assertThat(first.get("network").asString()).isEqualTo(NAME);
    assertThat(first.get("gradientRatio").asDouble()).isPositive();
    JsonNode verdict = document.get("verdicts").get(0);
    assertThat(verdict.get("status").asString()).isEqualTo("not shown");
    assertThat(verdict.get("low").isNull()).isTrue();
  }

  @Test
  void a_dry_run_leaves_nothing() throws IOException {
    Path out = folder.resolve("study");
    CommandRun run = run("--dry-run", "--out", out.toString());
    assertThat(run.status()).isZero();
    assertThat(run.out()).contains(NAME + "-plain, seed 2, 2 steps", "on this machine");
    assertThat(out).doesNotExist();
  }
}
