package org.resnet4j.weights.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.model.Quantization.Scale;

class QuantizationTest {
  private static final Network SMALL =
      Catalogue.cifar(1, 2, ShortcutOption.B).withInput(new Shape(1, 8, 8)).withClasses(2);
  private static final ModelConfig CONFIG =
      new ModelConfig(SMALL, List.of("ant", "bee"), 10, "bilinear", List.of(0.25), List.of(0.5));
  private static final Quantization QUANTIZATION =
      new Quantization(
          Map.of(
              "input", new Scale(0.0625f, true),
              "conv1", new Scale(0.1f, false),
              "layer1.0.conv2", new Scale(Float.MIN_VALUE, false),
              "layer1.0", new Scale(0.3f, true),
              "layer2.0.downsample.0", new Scale(3.5f, true)),
          Set.of("conv1", "fc"),
          "min-max",
          512);

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void write_a_model() throws IOException {
    file = folder.resolve("quantization.safetensors");
    ModelFolder.write(folder, CONFIG, weights(), "");
  }

  private static List<TensorEntry> weights() {
    List<TensorEntry> weights = new ArrayList<>();
    for (Parameter parameter : SMALL.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      weights.add(
          parameter.role() == Parameter.Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 1)
              : TensorEntry.ofFloats(
                  parameter.name(), shape, new float[Math.toIntExact(parameter.size())]));
    }
    return weights;
  }

  @Test
  void a_model_has_none_until_one_is_written_and_loses_it_with_its_weights() throws IOException {
    assertThat(ModelFolder.readQuantization(folder)).isEmpty();
    ModelFolder.writeQuantization(folder, QUANTIZATION);
    assertThat(ModelFolder.readQuantization(folder)).contains(QUANTIZATION);
    ModelFolder.write(folder, CONFIG, weights(), "");
    assertThat(ModelFolder.readQuantization(folder)).isEmpty();
    assertThat(file).doesNotExist();
  }

  @Test
  void every_scale_is_a_scalar_of_the_file_and_the_rest_its_metadata() throws IOException {
    ModelFolder.writeQuantization(folder, QUANTIZATION);
    Safetensors read = Safetensors.read(file);
    assertThat(read.entries().stream().map(TensorEntry::name))
        .containsExactly("conv1", "input", "layer1.0", "layer1.0.conv2", "layer2.0.downsample.0");
    TensorEntry scale = read.find("layer2.0.downsample.0").orElseThrow();
    assertThat(scale.shape()).isEmpty();
    assertThat(scale.floats()).containsExactly(3.5f);
    assertThat(read.metadata())
        .containsOnly(
            Map.entry("format", "1"),
            Map.entry("method", "min-max"),
            Map.entry("images", "512"),
            Map.entry("kept", "[\"conv1\",\"fc\"]"),
            Map.entry("signed", "[\"input\",\"layer1.0\",\"layer2.0.downsample.0\"]"));
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -1, Float.NaN, Float.POSITIVE_INFINITY})
  void a_scale_is_finite_and_above_zero(float wrong) {
    assertThatThrownBy(() -> new Scale(wrong, true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("scale = %s: must be finite and above 0".formatted(wrong));
  }

  @Test
  void a_calibration_has_a_method_and_images() {
    assertThatThrownBy(() -> new Quantization(Map.of(), Set.of(), " ", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("method: must say how the scales were found");
    assertThatThrownBy(() -> new Quantization(Map.of(), Set.of(), "entropy", 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("images = 0: must be at least 1");
  }

  @Test
  void names_of_another_network_are_not_written() {
    Quantization activations =
        new Quantization(Map.of("layer4.0.conv1", new Scale(1, true)), Set.of(), "min-max", 1);
    assertThatThrownBy(() -> ModelFolder.writeQuantization(folder, activations))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("resnet8-width2-b has no feature map \"layer4.0.conv1\"");
    Quantization kept = new Quantization(Map.of(), Set.of("input"), "min-max", 1);
    assertThatThrownBy(() -> ModelFolder.writeQuantization(folder, kept))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("resnet8-width2-b has no layer \"input\"");
    assertThat(file).doesNotExist();
  }

  @Test
  void a_folder_without_a_model_takes_none() {
    Path empty = folder.resolve("empty");
    assertThatThrownBy(() -> ModelFolder.writeQuantization(empty, QUANTIZATION))
        .isInstanceOf(WeightsException.class)
        .hasMessage(empty.resolve("config.json") + ": there is no such file");
  }

  /** An empty value takes the key away. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "format||the metadata lack format",
        "signed||the metadata lack signed",
        "format|2|format is \"2\" but this version reads 1",
        "author|me|unknown metadata \"author\"",
        "images|many|images = \"many\": must be a whole number",
        "images|0|images = 0: must be at least 1",
        "method|` `|method: must say how the scales were found",
        "signed|{}|signed: must be an array",
        "signed|[1]|signed[0]: must be a text",
        "signed|[|not valid JSON (line 1, column 2): Unexpected end-of-input",
        "signed|[] []|not valid JSON (line 1, column 4): Trailing token",
        "signed|[\"fc\"]|signed: there is no scale of \"fc\"",
        "kept|[\"fc\",\"fc\"]|kept: has \"fc\" twice",
        "kept|[\"layer9\"]|resnet8-width2-b has no layer \"layer9\"",
      })
  void refuses_metadata(String key, String value, String message) throws IOException {
    ModelFolder.writeQuantization(folder, QUANTIZATION);
    Safetensors right = Safetensors.read(file);
    Map<String, String> metadata = new HashMap<>(right.metadata());
    metadata.put(key, String.valueOf(value));
    if (value == null) {
      metadata.remove(key);
    }
    Safetensors.write(file, right.entries(), metadata);
    requireRefused(message);
  }

  private void requireRefused(String message) {
    assertThatThrownBy(() -> ModelFolder.readQuantization(folder))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(file + ": " + message);
  }

  @Test
  void refuses_tensors_that_are_no_scale_of_the_network() throws IOException {
    requireRefused(
        TensorEntry.ofFloats("layer9", List.of(), new float[] {1}),
        "resnet8-width2-b has no feature map \"layer9\"");
    requireRefused(
        TensorEntry.ofFloats("bn1", List.of(1L), new float[] {1}),
        "\"bn1\" is F32[1] but must be F32[]");
    requireRefused(TensorEntry.ofLong("bn1", 1), "\"bn1\" is I64[] but must be F32[]");
    requireRefused(
        TensorEntry.ofFloats("bn1", List.of(), new float[] {-1}),
        "\"bn1\": scale = -1.0: must be finite and above 0");
  }

  private void requireRefused(TensorEntry entry, String message) throws IOException {
    ModelFolder.writeQuantization(folder, QUANTIZATION);
    Safetensors right = Safetensors.read(file);
    List<TensorEntry> entries = new ArrayList<>(right.entries());
    entries.add(entry);
    Safetensors.write(file, entries, right.metadata());
    requireRefused(message);
  }

  @Test
  void a_file_that_is_cut_off_is_named() throws IOException {
    ModelFolder.writeQuantization(folder, QUANTIZATION);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
    requireRefused("the tensors need 20 bytes but 19 follow the header");
  }

  @Test
  void layers_units_images_and_pooled_features_have_names() {
    assertThat(Quantization.names(SMALL))
        .contains("input", "conv1", "layer1.0.conv2", "layer1.0", "layer2.0.downsample.0", "pool")
        .doesNotContain("layer4.0", "fc");
  }
}
