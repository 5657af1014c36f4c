package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command in this process; contestants are processes of their own as ever. */
class BenchCommandTest {
  private record Run(int status, String out, String err) {
    JsonNode document() {
      return JsonMapper.shared().readTree(out);
    }
  }

  private static Run run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(arguments));
    int status =
        org.resnet4j.cli.Main.commandLine(
                new PrintWriter(out, true), new PrintWriter(err, true), List.of(new BenchCommand()))
            .execute(all.toArray(String[]::new));
    return new Run(status, out.toString(), err.toString());
  }

  private static List<String> names(JsonNode object) {
    return List.copyOf(object.propertyNames());
  }

  @Test
  void stands_in_the_list_before_the_commands_about_others() {
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out, true);
    org.resnet4j.cli.Main.commandLine(writer, writer, List.of(new BenchCommand())).execute("help");
    assertThat(out.toString()).containsSubsequence("  export ", "  bench ", "  completion ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --batch 0            | --batch = 0: must be from 1 to 4096
          --threads 0          | --threads = 0: must be from 1 to 1024
          --seconds 0          | --seconds = 0.0: must be above 0 and at most 3600
          --seconds NaN        | --seconds = NaN: must be above 0 and at most 3600
          --precision fp64     | --precision = fp64: must be auto or one of fp32, bf16
          --mode fast          | --mode = fast: must be latency or throughput
          --peers torch        | --peers = torch: must be onnxruntime or djl
          """)
  void a_wrong_value_is_named_with_its_option_and_rule(String option, String message) {
    List<String> arguments = new ArrayList<>(List.of("--model", "resnet8"));
    arguments.addAll(List.of(option.split(" ")));
    Run run = run(arguments.toArray(String[]::new));
    assertThat(run.err()).startsWith("resnet4j: " + message);
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void an_unknown_network_is_a_mistake_of_usage() {
    Run run = run("--model", "resnet8000");
    assertThat(run.err()).startsWith("resnet4j: no network is called \"resnet8000\"");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void a_folder_that_is_no_model_is_bad_input(@TempDir Path folder) {
    Run run = run("--model", folder.toString());
    assertThat(run.err()).startsWith("resnet4j: " + folder.resolve("config.json"));
    assertThat(run.status()).isEqualTo(3);
  }

  @Test
  void measures_a_network_beside_onnx_runtime_and_says_why_djl_is_not_there() {
    Run run =
        run(
            "--model",
            "resnet8",
            "--precision",
            "fp32",
            "--peers",
            "onnxruntime,djl",
            "--json",
            "--explain",
            "--force",
            "--seconds",
            "0.2",
            "--threads",
            "1",
            "--seed",
            "3");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode document = run.document();
    assertThat(names(document))
        .startsWith("model", "task", "precision", "batch", "threads")
        .contains("seed", "millis", "imagesPerSecond", "shareOfPeak", "peers", "machine", "steps");
    assertThat(document.get("model").asString()).isEqualTo("resnet8");
    assertThat(document.get("task").asString()).isEqualTo("inference");
    assertThat(document.get("precision").asString()).isEqualTo("fp32");
    assertThat(document.get("batch").asInt()).isEqualTo(1);
    assertThat(document.get("threads").asInt()).isEqualTo(1);
    assertThat(document.get("seed").asLong()).isEqualTo(3);
    assertThat(names(document.get("millis"))).containsExactly("median", "min", "max");
    assertThat(document.get("shareOfPeak").asDouble()).isPositive();
    assertThat(document.get("peers").size()).as(run.out()).isEqualTo(1);
    JsonNode peer = document.get("peers").get(0);
    assertThat(names(peer))
        .startsWith("name", "version", "precision")
        .contains("millis", "imagesPerSecond", "ratio");
    assertThat(peer.get("name").asString()).isEqualTo("onnxruntime");
    assertThat(peer.get("difference").asDouble()).isLessThan(1e-4);
    assertThat(peer.get("ratio").asDouble())
        .isCloseTo(
            document.get("imagesPerSecond").asDouble() / peer.get("imagesPerSecond").asDouble(),
            within(1e-9));
    assertThat(document.get("unavailable").get(0).get("reason").asString())
        .isEqualTo(
            "its ResNetV1 is resnet50, 101 or 152 with images of at least 33 pixels,"
                + " not resnet8 of 3x32x32");
    JsonNode step = document.get("steps").get(0);
    assertThat(step.get("name").asString()).isEqualTo("conv1");
    assertThat(step.get("gigaOperationsPerSecond").asDouble()).isPositive();
  }

  @Test
  void several_combinations_are_an_array() {
    Run run =
        run(
            "--model",
            "resnet8",
            "--precision",
            "fp32",
            "--batch",
            "1,2",
            "--mode",
            "throughput",
            "--threads",
            "2",
            "--json",
            "--force",
            "--seconds",
            "0.05");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.document().size()).isEqualTo(2);
    JsonNode second = run.document().get(1);
    assertThat(second.get("batch").asInt()).isEqualTo(2);
    assertThat(second.get("streams").asInt()).isEqualTo(2);
    assertThat(second.get("imagesPerSecond").asDouble())
        .isCloseTo(4000 / second.get("millis").get("median").asDouble(), within(1e-6));
  }

  @Test
  void djl_computes_what_we_do_with_the_stride_where_it_has_it() {
    assumeTrue(
        BenchCommandTest.class.getResource("/native/lib/pytorch.properties") != null,
        "DJL has no natives for this system on the class path");
    Run run =
        run(
            "--model",
            "resnet50",
            "--precision",
            "fp32",
            "--peers",
            "djl",
            "--force",
            "--threads",
            "1",
            "--seconds",
            "0.05");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern("outputs: \\S+ of the logits' range from djl fp32's on resnet50-v1")
        .containsPattern("\ndjl +fp32 ")
        .contains("0.35.1 with PyTorch 2.7.1");
  }
}
