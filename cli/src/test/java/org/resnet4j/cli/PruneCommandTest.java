package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import tools.jackson.databind.JsonNode;

/** {@code resnet4j prune}: a shorter model that every other command takes. */
class PruneCommandTest {
  private static final Network NETWORK = Catalogue.cifar(2, 4, ShortcutOption.A).withName("tiny");
  // As folders have them: by the alphabet.
  private static final List<String> LABELS = Shapes.test(1, 1).classes().stream().sorted().toList();

  @TempDir private Path folder;
  private String model;
  private String data;
  private String out;

  @BeforeEach
  void write() throws IOException {
    model = folder.resolve("model").toString();
    data = folder.resolve("data").toString();
    out = folder.resolve("out").toString();
    writeModel(Path.of(model), NETWORK);
    write(Shapes.train(1, 40), Path.of(data, "train"));
    write(Shapes.test(1, 20), Path.of(data, "val"));
  }

  private static void writeModel(Path folder, Network network) throws IOException {
    writeModel(folder, network, 1);
  }

  /** Convolutions are so many times what they are elsewhere. */
  private static void writeModel(Path folder, Network network, float scale) throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    List<TensorEntry> entries = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      float[] values = new float[Math.toIntExact(parameter.size())];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            parameter.role() == Role.CONVOLUTION_WEIGHT
                ? scale * (float) random.nextGaussian() / 8
                : 0.5f + random.nextFloat();
      }
      entries.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 3)
              : TensorEntry.ofFloats(parameter.name(), shape, values));
    }
    List<Double> half = List.of(0.5, 0.5, 0.5);
    ModelFolder.write(
        folder, new ModelConfig(network, LABELS, 32, "bilinear", half, half), entries, "");
  }

  private static void write(Dataset images, Path folder) throws IOException {
    for (int i = 0; i < images.size(); i++) {
      Path parent = Files.createDirectories(folder.resolve(images.classes().get(images.label(i))));
      Files.write(parent.resolve(i + ".png"), PngEncoder.encode(images.image(i)));
    }
  }

  private CommandRun prune(String... more) {
    List<String> line = new ArrayList<>(List.of("prune", model, "--data", data, "--images", "16"));
    line.addAll(List.of(more));
    return CommandRun.of(line.toArray(String[]::new));
  }

  @Test
  void prints_one_document_and_leaves_a_model_that_other_commands_take() {
    CommandRun run = prune("--max-drop", "100", "--out", out, "--json");
    assertThat(run.status()).isZero();
    JsonNode document = run.document();
    assertThat(document.propertyNames())
        .contains(
            "model",
            "from",
            "to",
            "removed",
            "parameters",
            "multiplyAdds",
            "top1Before",
            "top1After",
            "latencyBefore",
            "latencyAfter",
            "frontier");
    assertThat(document.get("from").asString()).isEqualTo("tiny");
    assertThat(document.get("removed")).hasSize(3);
    assertThat(document.get("depthBefore").asInt()).isEqualTo(14);
    assertThat(document.get("depth").asInt()).isEqualTo(8);
    assertThat(document.get("frontier")).hasSize(4);
    String shorter = document.get("model").asString();
    JsonNode judged =
        CommandRun.of("evaluate", shorter, "--data", data, "--precision", "fp32", "--json")
            .document();
    assertThat(judged.get("mistakes").asInt()).isEqualTo(document.get("mistakesAfter").asInt());
    CommandRun exported =
        CommandRun.of("export", shorter, "--format", "onnx", "-o", folder + "/short.onnx");
    assertThat(exported.status()).isZero();
  }

  @Test
  void prints_the_frontier_and_what_to_do_next_and_goes_on_where_it_was() {
    CommandRun run = prune("--max-drop", "100", "--out", out);
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .containsPattern("removed +last +depth +multiply-adds +parameters +ms +loss +norms +top-1")
        .containsPattern("\n +0 +- +14 ")
        .containsPattern("\n +3 +layer\\d\\.\\d +8 ")
        .containsPattern(
            "tiny -> \\S+: 3 blocks gone \\(layer\\S+ layer\\S+ layer\\S+\\), depth 14")
        .contains("report: " + out + "/report.html", "next: resnet4j predict " + out + "/model");
    assertThat(run.err())
        .contains("pruning tiny on data", "round 3: without layer")
        .contains("no more than guessing would; are the classes of data the model's?");
    CommandRun again = CommandRun.of("prune", "--resume", out);
    assertThat(again.out()).isEqualTo(run.out());
    assertThat(again.err()).contains("goes on:").doesNotContain("round 3: without");
  }

  @Test
  void fine_tuning_that_came_to_nothing_is_said_and_the_model_is_there() {
    CommandRun run =
        prune(
            "--max-drop",
            "100",
            "--out",
            out,
            "--epochs",
            "20",
            "--set",
            "rate=900",
            "--set",
            "weight-decay=0.9",
            "--set",
            "batch=16");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("fine-tuned for 20 epochs at rate 900.0: training diverged: ")
        .containsPattern("\\Rnot kept: the model is the one before fine-tuning\\R");
    assertThat(Path.of(out, "model", "model.safetensors")).isRegularFile();
  }

  @Test
  void a_loss_that_is_no_number_is_null_in_the_document() throws IOException {
    writeModel(Path.of(model), NETWORK, 1e30f); // Logits beyond what fp32 holds.
    CommandRun run = prune("--max-drop", "100", "--out", out, "--json");
    assertThat(run.status()).isZero();
    assertThat(run.out()).doesNotContain("NaN", "Infinity");
    assertThat(run.document().get("frontier").get(0).get("selectionLoss").isNull()).isTrue();
    assertThat(run.out().strip()).isEqualTo(Files.readString(Path.of(out, "results.json")).strip());
  }

  @Test
  void a_dry_run_says_how_long_it_takes_and_does_nothing() {
    CommandRun run = prune("--out", out, "--dry-run");
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .startsWith("tiny: 3 of 6 blocks can go")
        .contains("16 training images choose blocks, 20 test images say when to stop");
    assertThat(Path.of(out)).doesNotExist();
    assertThat(prune("--dry-run", "--json").document().get("removable").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--max-drop | 0 | max-drop = 0.0: must be above 0 and at most 100 points of top-1",
        "--max-drop | -1 | max-drop = -1.0: must be above 0",
        "--max-drop | much | Invalid value for option '--max-drop'",
        "--images | 3 | images = 3: must be at least 8",
        "--set | rate=1 | set = [rate]: is for fine-tuning; give epochs too",
        "--resume | x | --resume goes on with a study as it was: leave --data out"
      })
  void a_wrong_value_ends_with_2(String option, String value, String message) {
    CommandRun run = CommandRun.of("prune", model, "--data", data, option, value);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).startsWith("resnet4j: " + message);
  }

  @Test
  void model_and_data_are_asked_for() {
    assertThat(CommandRun.of("prune").err())
        .startsWith("resnet4j: Missing required parameter: 'MODEL'");
    assertThat(CommandRun.of("prune", model).err())
        .startsWith("resnet4j: Missing required option: '--data=D'");
    assertThat(CommandRun.of("prune", model, "--resume", out).err())
        .startsWith("resnet4j: --resume knows the model: leave " + model + " out");
  }

  @Test
  void models_and_data_that_do_not_fit_end_with_3_and_one_line() throws IOException {
    writeModel(Path.of(model), NETWORK.withoutShortcuts());
    assertSaid(prune("--out", out), "tiny-plain has no shortcuts");
    writeModel(Path.of(model), NETWORK);
    Path gone = folder.resolve("gone");
    Files.move(Path.of(data, "train", LABELS.get(0)), gone);
    Path test = Path.of(data, "val", LABELS.get(0));
    Files.move(test, folder.resolve("gone-too"));
    assertSaid(prune("--out", out), "has 9 classes but the model knows 10");
    assertSaid(CommandRun.of("prune", folder + "/none", "--data", data), "there is no such file");
    assertThat(Path.of(out)).doesNotExist();
  }

  private static void assertSaid(CommandRun run, String message) {
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().strip().lines()).hasSize(1);
    assertThat(run.err()).startsWith("resnet4j: ").contains(message);
  }
}
