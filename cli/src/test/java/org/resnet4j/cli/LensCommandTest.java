package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j lens}: table, document, folder and errors. */
class LensCommandTest {
  private static final Network NETWORK = Catalogue.network("resnet8");

  @TempDir private Path folder;
  private String model;
  private String out;

  @BeforeEach
  void write() throws IOException {
    model = folder.resolve("model").toString();
    out = folder.resolve("out").toString();
    SplittableRandom random = new SplittableRandom(1);
    List<TensorEntry> entries = new ArrayList<>();
    for (Parameter parameter : NETWORK.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      float[] values = new float[Math.toIntExact(parameter.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            parameter.role() == Role.CONVOLUTION_WEIGHT
                ? (float) random.nextGaussian() / 8
                : 0.5f + random.nextFloat();
      }
      entries.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 3)
              : TensorEntry.ofFloats(parameter.name(), shape, values));
    }
    ModelFolder.write(
        Path.of(model),
        new ModelConfig(
            NETWORK,
            Shapes.test(0, 1).classes(),
            32,
            "bilinear",
            List.of(0.5, 0.5, 0.5),
            List.of(0.25, 0.25, 0.25)),
        entries,
        "# a model\n");
  }

  private CommandRun lens(String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("lens", model, "--data", "shapes", "--images", "6", "--paths", "2"));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  @Test
  void prints_nothing_but_the_document() {
    CommandRun run = lens("--out", out, "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode document = run.document();
    assertThat(document.get("model").asString()).isEqualTo(model);
    assertThat(document.get("images").asInt()).isEqualTo(6);
    assertThat(document.get("blocks").size()).isEqualTo(3);
    JsonNode block = document.get("blocks").get(1);
    assertThat(block.get("name").asString()).isEqualTo("layer2.0");
    for (String field :
        List.of(
            "branchStd",
            "shortcutStd",
            "ratio",
            "cosine",
            "gradientShare",
            "lossWithout",
            "top1Without")) {
      assertThat(block.get(field).isNumber()).as(field).isTrue();
    }
    assertThat(document.get("paths").get("units").asInt()).isEqualTo(3);
    assertThat(document.get("findings").get(0).get("advice").asString()).isNotEmpty();
    assertThat(run.out()).doesNotContain("NaN");
    assertThat(run.err()).contains("lens on resnet8, 6 images", "study folder " + out);
  }

  @Test
  void prints_a_row_for_each_block_the_findings_and_where_the_report_is() {
    CommandRun run = lens("--out", out);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out().lines().filter(line -> line.matches("layer\\d\\.0 .*"))).hasSize(3);
    assertThat(run.out())
        .startsWith("resnet8 on 6 of 1,000 test images of shapes: top-1 ")
        .contains("gradient share", "6 images were looked at", "  -> Give more images")
        .contains("report: " + Path.of(out, "report.html"));
    CommandRun again = CommandRun.of("lens", "--resume", out);
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.out()).isEqualTo(run.out());
    assertThat(again.err()).contains("goes on: ");
  }

  @Test
  void shows_its_plan_without_a_folder() {
    CommandRun run = lens("--dry-run");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("resnet8: 3 blocks, 3 of which can be removed")
        .containsPattern("\\d+ pieces of work, about \\d+:\\d\\d");
    JsonNode document = lens("--dry-run", "--json").document();
    assertThat(document.get("images").asInt()).isEqualTo(6);
    assertThat(document.get("seconds").asDouble()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lens --data shapes | Missing required parameter: 'MODEL'",
        "lens model | Missing required option: '--data=D'",
        "lens model --data shapes --images 0 | images = 0: must be at least 1",
        "lens model --data shapes --paths 0 | paths = 0: must be at least 1",
        "lens --resume a --seed 3 | leave --seed out",
        "lens model --resume a | --resume knows the model",
      })
  void a_wrong_command_line_ends_with_2_and_a_way_out(String arguments, String hint) {
    CommandRun run = CommandRun.of(arguments.split(" "));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("resnet4j: ").contains(hint);
    assertThat(run.err().lines()).hasSizeBetween(1, 2);
  }

  @Test
  void a_folder_that_is_no_model_or_no_study_ends_with_3() {
    CommandRun run = CommandRun.of("lens", folder.resolve("no").toString(), "--data", "shapes");
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err().lines()).hasSizeBetween(1, 2);
    assertThat(CommandRun.of("lens", "--resume", model).status()).isEqualTo(3);
  }
}
