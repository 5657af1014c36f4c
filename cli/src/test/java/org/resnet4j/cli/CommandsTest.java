package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

class CommandsTest {
  @Test
  void models_lists_names_and_counts() {
    CommandRun run = CommandRun.of("models");
    assertThat(run.status()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .containsPattern("resnet20 +3x32x32 +10 +269,722 +40,551,040 +- +-")
        .containsPattern("resnet50 +3x224x224 +1,000 +25,557,032 +\\S+ +resnet50 +resnet50");
  }

  @Test
  void models_stand_under_their_families() {
    String out = CommandRun.of("models").out().replace(System.lineSeparator(), "\n");
    assertThat(out)
        .containsPattern("\n\nCIFAR, arXiv 1512.03385\nresnet20 ")
        .containsPattern("\n\nCIFAR, wide\nwrn-16-8 ")
        .containsPattern("\n\nImageNet, squeeze-and-excitation\nseresnet18 ");
    assertThat(out.lines().filter(line -> line.startsWith("name "))).hasSize(1);
  }

  /** Whatever the help under the table promises. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet26",
        "resnetv2_26",
        "wrn-22-2-dropout",
        "resnet34_gn",
        "seresnext101_32x8d",
        "resnet152-v1-a-after",
        "resnet18-plain",
        "resnet20-d",
        "resnet20-relu-only-pre-activation"
      })
  void models_that_are_not_listed_have_a_summary(String name) {
    CommandRun run = CommandRun.of("summary", name);
    assertThat(run.status()).isZero();
    assertThat(run.out()).startsWith(name + ": input");
  }

  @Test
  void summary_names_the_pool_of_the_stem_and_the_last_norm() {
    assertThat(CommandRun.of("summary", "resnetblur50").out())
        .containsPattern("conv1 +7x7 \\+ blurred pool +-");
    assertThat(CommandRun.of("summary", "resnet50d").out())
        .containsPattern("conv1 +3x3 3x3 3x3 \\+ pool +-")
        .containsPattern("layer1.0 +bottleneck +projection 1x1 ")
        .containsPattern("layer2.0 +bottleneck +pool \\+ projection 1x1 ");
    // The norm of 2048 channels, 2048 x 1000 weights and 1000 biases.
    assertThat(CommandRun.of("summary", "resnetv2_50").out())
        .containsPattern("head.fc +norm \\+ pool \\+ linear +- +2048 +1000 +2,053,096 +2,048,000");
    assertThat(CommandRun.of("summary", "resnet20-relu-only-pre-activation").out())
        .containsPattern("fc +pool \\+ linear ");
  }

  @Test
  void models_prints_nothing_but_the_document() {
    CommandRun run = CommandRun.of("models", "--json");
    assertThat(run.err()).isEmpty();
    JsonNode resnet50 = named(run.document(), "resnet50");
    assertThat(resnet50.get("parameters").asLong()).isEqualTo(25_557_032);
    assertThat(resnet50.get("torchvision").asString()).isEqualTo("resnet50");
    assertThat(resnet50.get("timm").asString()).isEqualTo("resnet50");
    JsonNode resnet20 = named(run.document(), "resnet20");
    assertThat(resnet20.get("multiplyAdds").asLong()).isEqualTo(40_551_040);
    assertThat(resnet20.get("torchvision").isNull()).isTrue();
  }

  private static JsonNode named(JsonNode networks, String name) {
    for (JsonNode network : networks) {
      if (network.get("name").asString().equals(name)) {
        return network;
      }
    }
    throw new AssertionError(name + " is not in " + networks);
  }

  @Test
  void summary_has_a_row_for_each_block_and_a_total() {
    CommandRun run = CommandRun.of("summary", "resnet20");
    assertThat(run.status()).isZero();
    assertThat(run.out().lines())
        .hasSize(14)
        .first()
        .isEqualTo("resnet20: input 3x32x32, 10 classes, depth 20");
    assertThat(run.out())
        .containsPattern("conv1 +3x3 +- +3x32x32 +16x32x32 +464 +442,368")
        .containsPattern("layer2.0 +basic +zeros around +16x32x32 +32x16x16 +13,952 +3,538,944")
        .containsPattern("fc +pool \\+ linear +- +64 +10 +650 +640")
        .containsPattern("total +269,722 +40,551,040");
  }

  @ParameterizedTest
  @CsvSource({"resnet20, 269722, 9", "resnet50, 25557032, 16"})
  void summary_document_adds_up(String name, long parameters, int blocks) {
    JsonNode summary = CommandRun.of("summary", name, "--json").document();
    assertThat(summary.get("name").asString()).isEqualTo(name);
    assertThat(summary.get("parameters").asLong()).isEqualTo(parameters);
    assertThat(summary.get("blocks").size()).isEqualTo(blocks);
    for (String count : new String[] {"parameters", "multiplyAdds"}) {
      long sum = summary.get("stem").get(count).asLong() + summary.get("fc").get(count).asLong();
      for (JsonNode block : summary.get("blocks")) {
        sum += block.get(count).asLong();
      }
      assertThat(sum).isEqualTo(summary.get(count).asLong());
    }
    JsonNode first = summary.get("blocks").get(0);
    assertThat(first.propertyNames())
        .contains("name", "kind", "shortcut", "in", "out", "parameters", "multiplyAdds");
    assertThat(first.get("name").asString()).isEqualTo("layer1.0");
  }

  @Test
  void summary_takes_another_input_and_number_of_classes() {
    JsonNode summary =
        CommandRun.of("summary", "resnet20", "--input", "1x28x28", "--classes", "7", "--json")
            .document();
    assertThat(summary.get("input").asString()).isEqualTo("1x28x28");
    assertThat(summary.get("classes").asInt()).isEqualTo(7);
    // Two channels less in the stem's 16 kernels of 3x3, three classes less of 64 weights and bias.
    assertThat(summary.get("parameters").asLong()).isEqualTo(269_722 - 2 * 16 * 9 - 3 * 65);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "sumary resnet20 | did you mean summary?",
        "train --modle resnet20 | did you mean --model?",
        "help trian | no command is called \"trian\"; did you mean train?",
        "summary resnet21 | no network is called \"resnet21\"",
        "summary plain20 | did you mean resnet20-plain?",
        "summary resnet20 --input 32x32 | not channels x height x width, e.g. 3x32x32",
        "summary resnet20 --classes 0 | classes must be at least 1",
        "summary | Missing required parameter: 'NAME'",
        "evaluate model | Missing required option: '--data=D'",
        "predict model | Missing required parameter: 'IMAGE'",
        "predict model a.png --top 0 | --top 0: must be at least 1",
        "export model | Missing required option: '--format=F'",
        "export model --format gguf | 'gguf' is none of [onnx, safetensors, pth]",
        "export model --format pth --keep-batch-norm | is for --format onnx",
        "export model --format onnx -o nowhere/a.onnx | must be a file in a folder that exists",
        "export model --format onnx -o pom.xml | pom.xml exists; choose another file with -o",
        "export model --format onnx -o src --force | -o src: must be a file",
        "study signals resnet21 | no network is called \"resnet21\"",
        "study signals resnet20 --steps 0 | steps = 0: must be at least 1",
        "study signals resnet20 --seeds 0 | seeds = 0: must be at least 1",
        "study signals resnet20-plain | name the network with shortcuts and norm",
        "study signals resnet20 --resume runs/a | leave resnet20 out",
        "train --epochs many | 'many' is not an int",
        "train --resume runs/a --set seed=2 | leave --set out",
        "train --seeds 2 --live | several runs in one folder cannot do that: leave --live out",
        "train --folds 2 --mlflow http://127.0.0.1:1 | leave --mlflow out",
        "train --seeds 2 --save-every 1 | leave --save-every out",
        "train --seeds 2 --find-rate | leave --find-rate out",
        "train --find-rate --live | --find-rate tries rates for a network of the recipe: leave --live",
        "train --find-rate --budget 2m | leave --budget out",
      })
  void a_wrong_command_line_ends_with_2_and_a_way_out(String arguments, String hint) {
    CommandRun run = CommandRun.of(arguments.split(" "));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("resnet4j: ").contains(hint);
    assertThat(run.err().lines()).hasSizeBetween(1, 2);
  }

  @Test
  void no_command_is_a_usage_error() {
    CommandRun run = CommandRun.of();
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("say which command", "see: resnet4j --help");
  }

  @Test
  void the_help_of_every_command_has_an_example() {
    for (Map.Entry<String, CommandLine> command : commands().entrySet()) {
      CommandRun run = CommandRun.of("help", command.getKey());
      assertThat(run.status()).isZero();
      assertThat(run.out())
          .contains("Usage: resnet4j " + command.getKey())
          .containsPattern("Examples?:\\R  .*resnet4j " + command.getKey());
      assertThat(CommandRun.of(command.getKey(), "--help").out()).isEqualTo(run.out());
    }
    assertThat(commands())
        .containsKeys("models", "summary", "train", "evaluate", "predict", "export");
    assertThat(CommandRun.of("--help").out()).contains("Examples:", "resnet4j train");
  }

  /** As far as parsing: options that are there, and all that must be. */
  @ParameterizedTest
  @ValueSource(strings = {"grow", "study degradation", "study construction"})
  void examples_name_options_that_are_there(String words) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    CommandLine main = Main.commandLine(nowhere, nowhere);
    CommandLine command = main;
    for (String word : words.split(" ")) {
      command = command.getSubcommands().get(word);
    }
    String footer = String.join("\n", command.getCommandSpec().usageMessage().footer());
    List<String> examples =
        footer
            .replaceAll("\\\\\n *", "")
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("resnet4j "))
            .toList();
    assertThat(examples).hasSizeGreaterThan(3);
    for (String example : examples) {
      String[] arguments = example.substring("resnet4j ".length()).split(" ");
      assertThatCode(() -> main.parseArgs(arguments)).as(example).doesNotThrowAnyException();
    }
  }

  @Test
  void the_help_fits_80_columns_without_broken_words() {
    for (String command : commands().keySet()) {
      assertThat(CommandRun.of("help", command).out().lines())
          .allMatch(line -> line.isEmpty() || line.matches("(Usage|Examples?:|[A-Z]| ).*"));
    }
  }

  private static Map<String, CommandLine> commands() {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    return Main.commandLine(nowhere, nowhere).getSubcommands();
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "--version", "-V"})
  void version_names_program_java_system_and_engine(String argument) {
    CommandRun run = CommandRun.of(argument);
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith("resnet4j ")
        .contains("Java " + System.getProperty("java.version"))
        .contains(System.getProperty("os.arch"))
        .containsPattern("libtorch 2\\.\\S+, .+, \\d+ threads?; auto is (fp32|bf16) on (cpu|cuda)");
  }

  @Test
  void completion_knows_commands_and_options() {
    CommandRun run = CommandRun.of("completion");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith("#!/usr/bin/env bash")
        .contains("--resume", "evaluate", "--keep-batch-norm", "safetensors");
  }
}
