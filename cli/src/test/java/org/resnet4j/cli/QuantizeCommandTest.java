package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
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
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.tensor.Processor;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j quantize}: a folder that every other command takes. */
class QuantizeCommandTest {
  private static final Network NETWORK = Catalogue.network("resnet8");
  private static final List<String> LABELS =
      DataSources.open("shapes", Unreadable.FAIL).test().classes();

  @TempDir private Path folder;
  private String model;
  private String out;

  @BeforeEach
  void write() throws IOException {
    assumeTrue(
        Processor.here().computesInInt8(), "this processor has no 8-bit products (avx512_vnni)");
    model = folder.resolve("model").toString();
    out = folder.resolve("model-int8").toString();
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
            NETWORK, LABELS, 32, "bilinear", List.of(0.5, 0.5, 0.5), List.of(0.25, 0.25, 0.25)),
        entries,
        "# a model\n");
  }

  @Test
  void writes_a_model_beside_the_other_and_says_what_8_bits_cost() throws IOException {
    CommandRun run =
        CommandRun.of(
            "quantize", model, "--data", "shapes", "--images", "16", "--held-back", "32", "--json");
    assertThat(run.status()).isZero();
    JsonNode document = run.document();
    assertThat(document.propertyNames())
        .containsExactly(
            "model",
            "data",
            "out",
            "method",
            "kept",
            "testImages",
            "top1Before",
            "top1After",
            "agreement",
            "candidates");
    assertThat(document.get("out").asString()).isEqualTo(out);
    assertThat(document.get("testImages").asInt()).isEqualTo(1000);
    assertThat(document.get("agreement").asDouble()).isBetween(0.8, 1.0);
    assertThat(document.get("candidates")).hasSize(6);
    assertThat(run.err().lines()).hasSize(6).first().asString().startsWith("min-max");
    assertThat(Files.readString(Path.of(out, "README.md"))).startsWith("# a model\n\n## In 8 bits");
    JsonNode judged = CommandRun.of("evaluate", out, "--data", "shapes", "--json").document();
    assertThat(judged.get("precision").asString()).isEqualTo("int8");
    assertThat(judged.get("images").asInt()).isEqualTo(1000);
    JsonNode before = CommandRun.of("evaluate", model, "--data", "shapes", "--json").document();
    assertThat(before.get("precision").asString()).isNotEqualTo("int8");
  }

  @Test
  void layers_to_keep_are_given_by_name() {
    CommandRun run =
        CommandRun.of(
            "quantize",
            model,
            "--data",
            "shapes",
            "-o",
            out,
            "--images",
            "16",
            "--held-back",
            "16",
            "--method",
            "min-max",
            "--keep",
            "conv1,fc");
    assertThat(run.status()).isZero();
    assertThat(run.out().lines())
        .first()
        .asString()
        .isEqualTo(out + ": scales by min-max, conv1, fc wider");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--images | 8 | images = 8: at least 16 are needed to find scales; give more",
        "--method | guess | method = guess: must be auto, min-max, percentile or entropy",
        "--keep | input | keep = input: resnet8 has no such convolution or linear layer",
        "--keep | conv9 | keep = conv9: resnet8 has no such convolution or linear layer; e.g. conv1",
        "-o | . | . exists; choose another folder with -o DIR",
      })
  void a_wrong_value_ends_with_2(String option, String value, String message) {
    CommandRun run = CommandRun.of("quantize", model, "--data", "shapes", option, value);
    assertThat(run.err()).startsWith("resnet4j: " + message);
    assertThat(run.status()).isEqualTo(2);
    assertThat(Path.of(out)).doesNotExist();
  }

  @Test
  void data_that_are_not_there_end_with_3_and_leave_nothing() {
    CommandRun run = CommandRun.of("quantize", model, "--data", folder + "/none");
    assertThat(run.status()).isEqualTo(3);
    assertThat(Path.of(out)).doesNotExist();
  }

  @Test
  void int8_of_a_model_that_is_not_quantised_says_how_to_do_that() {
    CommandRun run = CommandRun.of("evaluate", model, "--data", "shapes", "--precision", "int8");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains("precision = int8: the model is not quantised", "resnet4j quantize MODEL");
  }
}
