package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
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

  /** A program in the place of Python. */
  private static String program(Path folder, String script) throws IOException {
    Path file = folder.resolve("python");
    Files.writeString(file, "#!/bin/sh\n" + script);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file.toString();
  }

  private static String[] training(String... more) {
    List<String> arguments = new ArrayList<>(List.of("--train", "--model", "resnet8-width4"));
    arguments.addAll(List.of("--force", "--seconds", "0.05", "--threads", "1", "--batch", "4"));
    arguments.addAll(List.of("--precision", "fp32"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --batch 1              | --batch = 1: must be from 2 to 4096 with --train
          --precision int8       | --precision = int8: must be auto, fp32 or bf16 with --train
          --peers onnxruntime    | --peers = onnxruntime: must be pytorch or pytorch-tuned or djl or djl-tuned with --train
          --python /nowhere/py   | --python = /nowhere/py: must be a program that can be run
          --mode latency         | --mode is of inference; leave it out with --train
          """)
  void a_wrong_value_for_training_is_named_with_its_rule(String option, String message) {
    List<String> arguments = new ArrayList<>(List.of("--train", "--model", "resnet8"));
    arguments.addAll(List.of(option.split(" ")));
    Run run = run(arguments.toArray(String[]::new));
    assertThat(run.err()).startsWith("resnet4j: " + message);
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void options_of_training_are_refused_without_it() {
    Run run = run("--model", "resnet8", "--data", "shapes");
    assertThat(run.err()).startsWith("resnet4j: --data is of training; add --train");
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void measures_training_steps_and_says_who_is_not_there(@TempDir Path folder) throws IOException {
    String python = program(folder, "read job; echo hello; read more");
    Run run = run(training("--json", "--explain", "--peers", "pytorch,djl", "--python", python));
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode document = run.document();
    assertThat(names(document))
        .startsWith("model", "task", "precision", "batch", "threads")
        .contains("seed", "optimizer", "own", "peers", "machine", "parts");
    assertThat(document.get("task").asString()).isEqualTo("training");
    JsonNode own = document.get("own");
    assertThat(own.get("losses").size()).isEqualTo(3);
    assertThat(own.get("steps").asInt()).isGreaterThanOrEqualTo(5);
    assertThat(own.get("imagesPerSecond").asDouble())
        .isCloseTo(4000 / own.get("millis").get("median").asDouble(), within(1e-6));
    assertThat(document.get("peers").size()).isZero();
    assertThat(document.get("unavailable").get(0).get("reason").asString())
        .isEqualTo("pytorch: answers \"hello\", which is no reply");
    assertThat(document.get("unavailable").get(1).get("reason").asString())
        .startsWith("its ResNetV1 is resnet50, 101 or 152");
    double shares = 0;
    for (JsonNode part : document.get("parts")) {
      shares += part.get("share").asDouble();
      assertThat(names(part)).containsExactly("phase", "operator", "count", "millis", "share");
    }
    assertThat(shares).isCloseTo(1, within(1e-9));
    assertThat(document.get("pipeline").isNull()).isTrue();
  }

  @Test
  void the_input_pipeline_is_measured_beside_a_fixed_batch() {
    Run run = run(training("--data", "shapes", "--peers", "djl"));
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern(
            "input pipeline, images of shapes decoded: [0-9]+ images/s, [0-9]+ on one batch that"
                + " is there: [0-9.]+ %")
        .containsPattern("after 5000 of its 5000 images were read: [0-9]+ images/s, [0-9]+ on")
        .contains("not measured: djl fp32: its ResNetV1 is")
        .containsPattern("\nresnet4j +fp32 +[0-9.]+ ");
  }

  @Test
  void a_peer_that_trains_something_else_is_refused(@TempDir Path folder) throws IOException {
    // Has the same losses whatever it is given.
    String peer =
        program(
            folder,
            """
            read job; echo '{"text": "0"}'
            read losses; echo '{"values": [1.0, 2.0, 3.0]}'
            read more
            """);
    Run run = run(training("--peers", "pytorch", "--python", peer));
    assertThat(run.err())
        .contains("resnet4j: losses differ: resnet4j fp32 has ")
        .contains(" and pytorch fp32 has 1.0000, 2.0000, 3.0000 in the first steps");
    assertThat(run.status()).isEqualTo(4);
    assertThat(run.out()).isEmpty();
  }

  @Test
  void a_python_without_torch_is_told_with_the_way_out(@TempDir Path folder) throws IOException {
    String error = "ModuleNotFoundError: No module named 'torch'";
    String peer =
        program(
            folder,
            """
            read job; echo "{\\"error\\": \\"%s\\"}"; read more
            """
                .formatted(error));
    Run run = run(training("--peers", "pytorch-tuned", "--python", peer));
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .containsPattern(
            "not measured: pytorch-tuned (fp32|bf16): "
                + peer
                + " has no 'torch'; name an interpreter that has torch and torchvision with"
                + " --python");
  }
}
