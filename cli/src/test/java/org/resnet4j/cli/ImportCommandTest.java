package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import tools.jackson.databind.JsonNode;

class ImportCommandTest {
  private static final Network RESNET8 = Catalogue.network("resnet8").withClasses(3);
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

  @TempDir private Path folder;

  private static List<TensorEntry> tensors(Network network) {
    List<TensorEntry> tensors = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      float[] values = new float[Math.toIntExact(parameter.size())];
      Arrays.fill(values, 0.25f);
      tensors.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 3)
              : TensorEntry.ofFloats(parameter.name(), shape, values));
    }
    return tensors;
  }

  private Path weights(Network network) throws IOException {
    Path file = folder.resolve("weights.safetensors");
    Safetensors.write(file, tensors(network), Map.of());
    return file;
  }

  private CommandRun imported(String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("import", weights(RESNET8).toString()));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("-o", model().toString()));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private Path model() {
    return folder.resolve("model");
  }

  @Test
  void makes_a_model_folder_of_the_weights_and_says_what_it_took_them_for() throws IOException {
    CommandRun run = imported("--labels", text("ant\n\n bee \r\nwasp\n").toString(), "--json");
    assertThat(run.status()).as(run.err()).isZero();
    JsonNode document = run.document();
    assertThat(document.propertyNames())
        .containsExactly("architecture", "model", "parameters", "decided", "unused");
    assertThat(document.get("architecture").asString()).isEqualTo("resnet8");
    assertThat(document.get("model").asString()).isEqualTo(model().toString());
    assertThat(document.get("parameters").asLong()).isEqualTo(RESNET8.parameters());
    assertThat(document.get("decided").get(0).asString())
        .isEqualTo("resnet8: 1 + 1 + 1 basic blocks");
    assertThat(document.get("unused").size()).isZero();
    assertThat(ModelFolder.readConfig(model()))
        .isEqualTo(
            new ModelConfig(
                RESNET8,
                List.of("ant", "bee", "wasp"),
                32,
                "bilinear",
                IMAGENET_MEAN,
                IMAGENET_STD));
    assertThat(ModelFolder.readWeights(model(), RESNET8)).isEqualTo(tensors(RESNET8));
  }

  @Test
  void takes_the_network_mean_and_std_that_are_given() throws IOException {
    CommandRun run =
        imported("--as", "resnet8-a-after", "--mean", "0.5,0.25,0.125", "--std", "1,2,4");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out())
        .startsWith("resnet8-a-after: ")
        .doesNotContain("ImageNet")
        .contains("- classes are named by their numbers; give --labels for names");
    ModelConfig config = ModelFolder.readConfig(model());
    assertThat(config.network()).isEqualTo(Catalogue.network("resnet8-a-after").withClasses(3));
    assertThat(config.labels()).containsExactly("0", "1", "2");
    assertThat(config.mean()).containsExactly(0.5, 0.25, 0.125);
    assertThat(config.std()).containsExactly(1.0, 2.0, 4.0);
  }

  @Test
  void says_that_it_assumes_only_what_was_not_given() throws IOException {
    assertThat(imported("--mean", "0.5,0.25,0.125").out())
        .contains("ImageNet's std [0.229, 0.224, 0.225]", "--std")
        .doesNotContain("ImageNet's mean", "--mean");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\ufeffant\nbee\nwasp",
        "[\"ant\", \"bee\", \"wasp\"]",
        "{\"2\": \"wasp\", \"0\": \"ant\", \"1\": \"bee\"}"
      })
  void labels_are_lines_or_json(String labels) throws IOException {
    CommandRun run = imported("--labels", text(labels).toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(ModelFolder.readConfig(model()).labels()).containsExactly("ant", "bee", "wasp");
  }

  private Path text(String text) throws IOException {
    return Files.writeString(folder.resolve("labels"), text);
  }

  @Test
  void labels_that_cannot_be_read_or_do_not_fit_are_bad_input() throws IOException {
    CommandRun missing = imported("--labels", folder.resolve("labels").toString());
    assertThat(missing.status()).isEqualTo(3);
    assertThat(missing.err()).contains("labels: there is no such file");
    CommandRun few = imported("--labels", text("ant\nbee").toString());
    assertThat(few.status()).isEqualTo(3);
    assertThat(few.err()).contains("2 label names for 3 classes");
    Path latin = text("");
    Files.write(latin, "\u00e4\nb\nc".getBytes(StandardCharsets.ISO_8859_1));
    CommandRun garbled = imported("--labels", latin.toString());
    assertThat(garbled.status()).isEqualTo(3);
    assertThat(garbled.err()).contains("labels: is not text in UTF-8");
    assertThat(model()).doesNotExist();
  }

  @Test
  void a_new_head_has_the_classes_asked_for() throws IOException {
    CommandRun run = imported("--head", "new", "--classes", "5");
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("- a new linear layer for 5 classes, all zero");
    assertThat(ModelFolder.readConfig(model()).network()).isEqualTo(RESNET8.withClasses(5));
  }

  @ParameterizedTest
  @CsvSource({
    "--classes 5, --classes is for --head new",
    "--head new, '--classes N, from 1 to 1048576'",
    "--head new --classes 0, '--classes N, from 1 to 1048576'",
    "--head new --classes 2000000000, '--classes N, from 1 to 1048576'",
    "--head old --classes 5, --head = old: must be new",
    "--as resnet9x, no network is called",
    "'--mean 0.5,x,0.5', \"0.5,x,0.5\" must be a number for each channel",
  })
  void options_that_mean_nothing_are_wrong_usage(String options, String said) throws IOException {
    CommandRun run = imported(options.split(" ", -1));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(said);
    assertThat(model()).doesNotExist();
  }

  @Test
  void what_is_there_already_stays() throws IOException {
    Path mine = Files.createDirectory(model()).resolve("mine");
    Files.writeString(mine, "mine");
    assertThat(imported())
        .satisfies(run -> assertThat(run.status()).isEqualTo(2))
        .satisfies(run -> assertThat(run.err()).contains(model() + " exists", "-o DIR"));
    CommandRun file = CommandRun.of("import", weights(RESNET8).toString(), "-o", mine.toString());
    assertThat(file.status()).isEqualTo(2);
    assertThat(file.err()).contains(mine + " exists", "-o DIR");
    assertThat(mine).hasContent("mine");
  }

  @Test
  void a_folder_that_cannot_be_made_is_named_with_the_reason() throws IOException {
    Path file = weights(RESNET8);
    Path below = file.resolve("model");
    CommandRun run = CommandRun.of("import", file.toString(), "-o", below.toString());
    assertThat(run.status()).isEqualTo(5);
    assertThat(run.err()).startsWith("resnet4j: " + below + ": cannot be made: ");
  }

  @Test
  void weights_of_another_network_are_bad_input_and_every_fault_is_listed() throws IOException {
    CommandRun run = imported("--as", "resnet14");
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err())
        .contains(
            "not the weights of resnet14 with 3 classes:",
            "layer1.1.conv1.weight [16, 16, 3, 3] is missing",
            "layer3.1.bn2.running_var [64] is missing");
    assertThat(model()).doesNotExist();
  }

  @Test
  void a_folder_opens_as_it_is() {
    CommandRun run = CommandRun.of("import", folder.toString());
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains("resnet4j predict " + folder);
  }
}
