package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j grow}: what it prints, leaves and refuses. */
class GrowCommandTest {
  @TempDir private Path folder;
  private String data;
  private String model;
  private String out;

  @BeforeEach
  void make_data_and_model() throws IOException {
    write(Shapes.train(1, 32), folder.resolve("data/train"));
    write(Shapes.test(1, 20), folder.resolve("data/val"));
    data = folder.resolve("data").toString();
    model = write("resnet8", Shapes.train(1, 1).classes().stream().sorted().toList());
    out = folder.resolve("grown").toString();
  }

  private static void write(Dataset images, Path folder) throws IOException {
    for (int i = 0; i < images.size(); i++) {
      Path parent = Files.createDirectories(folder.resolve(images.classes().get(images.label(i))));
      Files.write(parent.resolve(i + ".png"), PngEncoder.encode(images.image(i)));
    }
  }

  private String write(String name, List<String> labels) throws IOException {
    Network network = Catalogue.network(name).withClasses(labels.size());
    SplittableRandom random = new SplittableRandom(1);
    List<TensorEntry> entries = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      float[] values = new float[Math.toIntExact(parameter.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            parameter.role() == Role.CONVOLUTION_WEIGHT
                ? (float) random.nextGaussian() / 8
                : 0.5f + random.nextFloat();
      }
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      entries.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 3)
              : TensorEntry.ofFloats(parameter.name(), shape, values));
    }
    List<Double> half = List.of(0.5, 0.5, 0.5);
    Path path = folder.resolve(name + "-" + labels.size());
    ModelFolder.write(
        path, new ModelConfig(network, labels, 32, "bilinear", half, half), entries, "");
    return path.toString();
  }

  @Test
  void grows_and_says_that_nothing_else_changed() {
    CommandRun run = CommandRun.of("grow", model, "--to", "resnet14", "--out", out);
    assertThat(run.status()).isZero();
    long before = Catalogue.network("resnet8").parameters();
    long after = Catalogue.network("resnet14").parameters();
    assertThat(run.out().lines())
        .contains("resnet8 -> resnet14: 3 blocks added, layer1.1 layer2.1 layer3.1")
        .contains("logits of 16 images: the same to the last bit")
        .contains("model folder " + out + "/model")
        .anyMatch(
            line ->
                line.startsWith(
                    "parameters " + Figures.count(before) + " -> " + Figures.count(after)));
    JsonNode summary = CommandRun.of("evaluate", out, "--data", data, "--json").document();
    assertThat(summary.get("images").asInt()).isEqualTo(20);
  }

  @Test
  void has_a_document() {
    CommandRun run =
        CommandRun.of("grow", model, "--to", "resnet14", "--data", data, "--out", out, "--json");
    JsonNode document = run.document();
    assertThat(document.get("model").asString()).isEqualTo(out + "/model");
    assertThat(document.get("from").asString()).isEqualTo("resnet8");
    assertThat(document.get("to").asString()).isEqualTo("resnet14");
    assertThat(document.get("added")).hasSize(3);
    assertThat(document.get("parameters").asLong())
        .isEqualTo(Catalogue.network("resnet14").parameters());
    assertThat(document.get("multiplyAdds").asLong())
        .isEqualTo(Catalogue.network("resnet14").multiplyAdds());
    assertThat(document.get("identical").asBoolean()).isTrue();
    assertThat(document.get("top1Before").asDouble()).isBetween(0.0, 1.0);
    assertThat(document.get("top1After")).isEqualTo(document.get("top1Before"));
    assertThat(document.get("run").isNull()).isTrue();
  }

  private String[] training(String... settings) {
    List<String> words = new ArrayList<>(List.of("grow", model, "--to", "resnet14"));
    words.addAll(List.of("--data", data, "--out", out, "--set", "warmup=0", "--set", "rate=0.01"));
    words.addAll(List.of(settings));
    return words.toArray(String[]::new);
  }

  @Test
  void trains_on_and_leaves_what_was_trained() throws IOException {
    CommandRun run = CommandRun.of(training("--json", "--epochs", "2", "--set", "batch=16"));
    assertThat(run.status()).isZero();
    assertThat(run.err())
        .contains(
            "if it ends early, go on with: resnet4j grow --resume " + out + System.lineSeparator())
        .contains("epoch 2/2");
    JsonNode document = run.document();
    assertThat(document.get("run").asString()).isEqualTo(out + "/run");
    assertThat(Path.of(out, "model/model.safetensors"))
        .hasSameBinaryContentAs(Path.of(out, "run/model/model.safetensors"));
    // With the run's checkpoints gone, nothing could be trained or judged again.
    Files.move(Path.of(out, "run"), folder.resolve("elsewhere"));
    CommandRun again = CommandRun.of("grow", "--resume", out, "--json");
    assertThat(again.status()).isZero();
    assertThat(again.err()).isEmpty();
    assertThat(again.out()).isEqualTo(run.out());
    assertThat(Path.of(out, "run")).doesNotExist();
  }

  /** As a kill leaves it before a recipe is there. */
  @Test
  void trains_on_anew_if_it_was_killed_while_the_run_was_made() throws IOException {
    CommandRun.of(training("--epochs", "1", "--set", "batch=16"));
    Files.delete(Path.of(out, "cells/trained.json"));
    Files.move(Path.of(out, "run"), folder.resolve("elsewhere"));
    Files.createDirectories(Path.of(out, "run/start"));
    Files.write(Path.of(out, "run/start/config.json"), new byte[1]);
    CommandRun run = CommandRun.of("grow", "--resume", out);
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(Path.of(out, "run/model")).isDirectory();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void goes_on_after_a_signal_to_a_model_that_was_trained() throws Exception {
    String[] words = training("--set", "epochs=0", "--set", "iterations=30", "--set", "batch=3");
    Program.Result stopped =
        new Program(folder).interruptOnceItSays(List.of("if it ends early"), words);
    assertThat(stopped.status()).as(stopped.err()).isEqualTo(Program.interrupted());
    assertThat(stopped.out()).isEmpty();
    assertThat(stopped.err()).containsPattern("stopped; go on with: .*grow --resume " + out);
    assertThat(Path.of(out, "run/checkpoints")).isNotEmptyDirectory();
    assertThat(Path.of(out, "run/model")).doesNotExist();
    Path left = Path.of(out, "model/model.safetensors");
    byte[] grown = Files.readAllBytes(left);
    CommandRun run = CommandRun.of("grow", "--resume", out, "--json");
    assertThat(run.status()).isZero();
    assertThat(Files.readAllBytes(left)).isNotEqualTo(grown);
    assertThat(left).hasSameBinaryContentAs(Path.of(out, "run/model/model.safetensors"));
    JsonNode document = run.document();
    assertThat(document.get("from").asString()).isEqualTo("resnet8");
    assertThat(document.get("added")).hasSize(3);
    assertThat(document.get("identical").asBoolean()).isTrue();
    assertThat(document.get("run").asString()).isEqualTo(out + "/run");
    JsonNode judged = CommandRun.of("evaluate", out, "--data", data, "--json").document();
    assertThat(document.get("top1After")).isEqualTo(judged.get("top1"));
  }

  /** As a kill leaves it while the logits are compared. */
  @Test
  void grows_again_if_it_was_killed_before_the_model_was_there() throws IOException {
    CommandRun run = CommandRun.of("grow", model, "--to", "resnet14", "--out", out, "--json");
    Files.delete(Path.of(out, "model/model.safetensors"));
    Files.delete(Path.of(out, "cells/grown.json"));
    assertThat(CommandRun.of("grow", "--resume", out, "--json").out()).isEqualTo(run.out());
    assertThat(Path.of(out, "model/model.safetensors")).isNotEmptyFile();
  }

  @Test
  void a_plain_network_needs_images_and_says_how_near_it_came() throws IOException {
    String plain = write("resnet8-plain", List.of("a", "b"));
    assertThat(CommandRun.of("grow", plain, "--to", "resnet14-plain", "--out", out))
        .extracting(CommandRun::status, CommandRun::err)
        .containsExactly(
            2,
            "resnet4j: resnet8-plain has no shortcuts, so its new layers need the statistics of"
                + " training images; give --data"
                + System.lineSeparator());
    assertThat(Path.of(out)).doesNotExist();
    String fitting =
        write("resnet8-plain", Shapes.train(1, 1).classes().stream().sorted().toList());
    CommandRun run =
        CommandRun.of("grow", fitting, "--to", "resnet14-plain", "--data", data, "--out", out);
    assertThat(run.status()).isZero();
    assertThat(run.out()).containsPattern("logits of 16 images: (at most \\S+ apart|the same)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "MODEL --to resnet21 | 2 | no network is called \"resnet21\"",
        "MODEL --to resnet8 | 2 | resnet8 cannot grow to resnet8: both have 3 blocks; choose a deeper network",
        "MODEL --to resnet50 | 2 | resnet8 cannot grow to resnet50: the stem differs",
        "MODEL --to resnet14 --epochs 3 | 2 | training on needs images: give --data",
        "MODEL --to resnet14 --data nowhere | 3 | nowhere: there is no such file or folder",
        "MODEL --to resnet14 --data shapes | 3 | shapes: class 0 is \"disc\" but the model ",
        "MODEL --to resnet14 --data DATA --set rat=1 | 2 | --set: unknown key \"rat\"; did you mean \"rate\"?",
        "DATA --to resnet14 | 3 | there is no such file",
        "MODEL | 2 | Missing required option: '--to=NAME'",
        "--to resnet14 | 2 | Missing required parameter: 'MODEL'",
        "MODEL --resume nowhere | 2 | --resume knows the model: leave ",
        "--resume nowhere --epochs 3 | 2 | --resume goes on as it was: leave --epochs out",
        "--resume nowhere | 3 | nowhere: not a study's folder, study.json is missing",
        "MODEL --to resnet14 --out MODEL | 3 | exists already; choose another --out",
      })
  void refuses_with_one_clear_line(String arguments, int status, String message) {
    List<String> words = new ArrayList<>(List.of("grow"));
    Arrays.stream(arguments.split(" "))
        .map(word -> word.equals("MODEL") ? model : word.equals("DATA") ? data : word)
        .forEach(words::add);
    CommandRun run = CommandRun.of(words.toArray(String[]::new));
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .contains(message)
        .hasLineCount(run.err().contains("\nsee:") || message.startsWith("no network") ? 2 : 1);
    assertThat(folder.resolve("grown")).doesNotExist();
  }
}
