package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j evaluate --views}, on a network of two steps. */
class EvaluateCommandTest {
  @TempDir private static Path folder;
  private static String data;
  private static String run;

  @BeforeAll
  static void train() throws Exception {
    data = ColouredSquares.draw(folder.resolve("squares"), 3).toString();
    run = train("run", "crop-share=0.8", "normalisation=channel", "views=flip").toString();
  }

  private static Path train(String name, String... settings) {
    Path out = folder.resolve(name);
    List<String> line =
        new ArrayList<>(
            List.of("train", "--data", data, "--recipe", "shapes", "--out", out.toString()));
    List<String> all = new ArrayList<>(List.of(settings));
    all.addAll(List.of("model=resnet8", "epochs=0", "iterations=2", "batch=16", "warmup=0"));
    all.forEach(setting -> line.addAll(List.of("--set", setting)));
    CommandRun trained = CommandRun.of(line.toArray(String[]::new));
    assertThat(trained.status()).as(trained.err()).isZero();
    return out;
  }

  private static CommandRun evaluate(String model, String... more) {
    List<String> line = new ArrayList<>(List.of("evaluate", model, "--data", data));
    line.addAll(List.of(more));
    return CommandRun.of(line.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "one,''",
    "flip,''",
    "ten-crop,--view-average=logits",
    "multi-scale,'--view-sizes=24,32'",
  })
  void judges_by_the_views_it_is_told(String views, String more) {
    List<String> options = new ArrayList<>(List.of("--precision", "fp32", "--views", views));
    if (!more.isEmpty()) {
      options.add(more);
    }
    options.add("--json");
    CommandRun judged = evaluate(run, options.toArray(String[]::new));
    assertThat(judged.status()).as(judged.err()).isZero();
    JsonNode document = judged.document();
    assertThat(document.get("views").asString()).isEqualTo(views);
    assertThat(document.get("images").asInt()).isEqualTo(6);
  }

  @Test
  void finds_what_training_with_these_views_has_found() throws Exception {
    JsonNode flip = evaluate(run, "--precision", "fp32", "--views", "flip", "--json").document();
    List<String> metrics = Files.readAllLines(Path.of(run, "metrics.csv"));
    List<String> names = List.of(metrics.get(0).split(","));
    String[] last = metrics.get(metrics.size() - 1).split(",");
    assertThat(flip.get("loss").asDouble())
        .isCloseTo(
            Double.parseDouble(last[names.indexOf("test_loss")]), Percentage.withPercentage(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--views=two | views = two: must be one, flip, ten-crop, multi-scale",
        "--views=multi-scale | needs view-sizes, such as [224, 256, 384, 480, 640]",
        "--view-sizes=32 | only multi-scale has them",
        "--view-average=mean | view-average = mean: must be probabilities, logits",
      })
  void refuses_views_that_there_are_not(String option, String message) {
    CommandRun refused = evaluate(run, option);
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains(message);
  }

  @Test
  void refuses_ten_crops_of_a_model_without_a_margin() {
    CommandRun refused =
        evaluate(train("tight", "normalisation=pixel-mean").toString(), "--views", "ten-crop");
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.err()).contains("crop-share below 1, or take flip");
  }
}
