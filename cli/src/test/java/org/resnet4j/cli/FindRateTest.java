package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.train.RateCurve;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j train --find-rate} on class folders of coloured squares. */
class FindRateTest {
  @TempDir private Path folder;
  private String data;

  @BeforeEach
  void draw() throws IOException {
    data = ColouredSquares.draw(folder.resolve("squares"), 3).toString();
  }

  private CommandRun find(String... more) {
    List<String> line =
        new ArrayList<>(List.of("train", "--data", data, "--model", "resnet8", "--set", "batch=8"));
    line.addAll(Arrays.asList(more));
    return CommandRun.of(line.toArray(String[]::new));
  }

  @Test
  void draws_the_curve_and_suggests_a_rate_for_the_same_run() {
    CommandRun run = find("--find-rate", "--set", "seed=3", "--out", folder + "/page");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("(?m)^ +\\d\\.\\d{3} \\|")
        .contains("learning rate")
        .containsPattern("suggested rate: \\d")
        .contains("the loss was lowest, ", "it fell steepest at rate ")
        .containsPattern(
            "next: resnet4j train --data \\S+ --model resnet8 --set batch=8 --set seed=3 --set"
                + " rate=[\\d.E-]+\\n$")
        .contains("page: " + folder + "/page/report.html");
    assertThat(run.err()).contains("resnet8 on squares: up to 200 steps");
    assertThat(folder.resolve("page")).isDirectoryContaining("glob:**/report.html");
    assertThat(folder).isDirectoryNotContaining("glob:**/runs");
  }

  @Test
  void prints_one_document_with_every_step() {
    CommandRun run = find("--find-rate", "40", "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode document = run.document();
    assertThat(document.propertyNames())
        .containsExactly("suggested", "lowest", "steepest", "diverged", "points");
    assertThat(document.get("points").size()).isBetween(10, 40);
    assertThat(document.get("points").get(0).get("rate").asDouble()).isEqualTo(1e-4);
    assertThat(document.get("points").get(0).get("loss").asDouble()).isGreaterThan(0.1);
  }

  @Test
  void refuses_a_run_to_go_on_with_and_too_few_steps() {
    CommandRun resumed = CommandRun.of("train", "--resume", folder.toString(), "--find-rate");
    assertThat(resumed.status()).isEqualTo(2);
    assertThat(resumed.err()).contains("leave --find-rate out");
    CommandRun few = find("--find-rate", "5");
    assertThat(few.status()).isEqualTo(2);
    assertThat(few.err()).contains("steps = 5: must be at least 20");
  }

  @Test
  void refuses_a_page_where_something_is_before_it_tries_rates() {
    CommandRun run = find("--find-rate", "--out", folder.toString());
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("exists already; choose another --out").doesNotContain("up to");
  }

  @Test
  void the_plot_has_the_lowest_loss_on_its_lowest_row() throws IOException {
    List<RateCurve.Point> points =
        IntStream.range(0, 41)
            .mapToObj(i -> new RateCurve.Point(Math.pow(10, i / 10.0), 0, Math.abs(i - 20) / 20.0))
            .toList();
    List<String> lines = new LossPlot(points, 50).lines();
    assertThat(lines).hasSize(13);
    assertThat(lines.get(0)).startsWith("  1.000 |*").endsWith("*");
    assertThat(lines.get(11)).startsWith("  0.000 |");
    assertThat(lines.get(11).indexOf('*')).isBetween(27, 31);
    assertThat(lines.get(12)).contains("1.0 ", "learning rate", "1.0e+04").hasSizeLessThan(51);
  }
}
