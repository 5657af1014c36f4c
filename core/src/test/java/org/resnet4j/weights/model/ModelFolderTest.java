package org.resnet4j.weights.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.weights.DType;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.SafetensorsFile;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;

class ModelFolderTest {
  private static final Network SMALL =
      Catalogue.cifar(1, 2, ShortcutOption.B).withInput(new Shape(1, 8, 8)).withClasses(2);
  private static final ModelConfig CONFIG =
      new ModelConfig(SMALL, List.of("ant", "bee"), 10, "bilinear", List.of(0.25), List.of(0.5));

  /** What timm 1.0 writes, less what it does not read. */
  private static final String TIMM =
      """
      {"architecture": "resnet18", "num_classes": 3, "num_features": 512, "global_pool": "avg",
       "model_args": {"num_classes": 3, "in_chans": 3, "global_pool": "avg"},
       "pretrained_cfg": {"tag": "a1_in1k", "input_size": [3, 224, 224], "fixed_input_size": false,
         "pool_size": [7, 7], "crop_pct": 0.95, "crop_mode": "center", "interpolation": "bicubic",
         "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
         "first_conv": "conv1", "classifier": "fc", "num_classes": 3}}
      """;

  @TempDir private Path temporary;

  @Test
  void returns_the_model_that_was_written() throws IOException {
    Path folder = temporary.resolve("new/model");
    List<TensorEntry> weights = weights(SMALL);
    ModelFolder.write(folder, CONFIG, weights, "# A model\n");
    assertThat(ModelFolder.readConfig(folder)).isEqualTo(CONFIG);
    assertThat(ModelFolder.readWeights(folder, SMALL)).containsExactlyElementsOf(weights);
    assertThat(Safetensors.read(folder.resolve("model.safetensors")).metadata())
        .containsExactly(Map.entry("format", "pt"));
    assertThat(ModelFolder.readPixelMean(folder)).isEmpty();
    assertThat(folder.resolve("README.md")).hasContent("# A model");
  }

  @Test
  void writes_the_fields_of_timm() throws IOException {
    ModelFolder.write(temporary, CONFIG, weights(SMALL), "");
    assertThat(Files.readString(temporary.resolve("config.json")).replaceAll("\\s+", ""))
        .startsWith(
            """
            {"architecture":"resnet8-width2-b","num_classes":2,"num_features":8,\
            "label_names":["ant","bee"],\
            "pretrained_cfg":{"input_size":[1,8,8],"interpolation":"bilinear","crop_pct":0.8,\
            "crop_mode":"center","mean":[0.25],"std":[0.5],"first_conv":"conv1",\
            "classifier":"fc","num_classes":2,"pool_size":[2,2]},\
            "resnet4j":{"format":1,"network":{"name":"resnet8-width2-b","input":[1,8,8],""");
  }

  @Test
  void returns_the_image_to_subtract_until_a_model_without_one_replaces_it() throws IOException {
    float[] image = new float[64];
    image[63] = 0.5f;
    ModelFolder.write(temporary, CONFIG, weights(SMALL), "", image);
    Optional<float[]> read = ModelFolder.readPixelMean(temporary);
    assertThat(read.orElseThrow()).containsExactly(image);
    ModelFolder.write(temporary, CONFIG, weights(SMALL), "");
    assertThat(ModelFolder.readPixelMean(temporary)).isEmpty();
    assertThat(temporary.resolve("pixel_mean.safetensors")).doesNotExist();
  }

  @Test
  void refuses_an_image_to_subtract_that_is_gone_or_of_another_shape() throws IOException {
    ModelFolder.write(temporary, CONFIG, weights(SMALL), "", new float[64]);
    Path file = temporary.resolve("pixel_mean.safetensors");
    TensorEntry other = TensorEntry.ofFloats("pixel_mean", List.of(64L), new float[64]);
    Safetensors.write(file, List.of(other), Map.of());
    assertThatThrownBy(() -> ModelFolder.readPixelMean(temporary))
        .isInstanceOf(WeightsException.class)
        .hasMessage(file + ": must hold pixel_mean, F32[1, 8, 8]");
    Files.delete(file);
    assertThatThrownBy(() -> ModelFolder.readPixelMean(temporary))
        .isInstanceOf(WeightsException.class)
        .hasMessage(file + ": there is no such file");
  }

  @Test
  void opens_a_folder_of_timms() throws IOException {
    config(TIMM);
    ModelConfig read = ModelFolder.readConfig(temporary);
    assertThat(read.network()).isEqualTo(Catalogue.network("resnet18").withClasses(3));
    assertThat(read.labels()).containsExactly("0", "1", "2");
    assertThat(read.resize()).isEqualTo(235);
    assertThat(read.interpolation()).isEqualTo("bicubic");
    assertThat(read.mean()).containsExactly(0.485, 0.456, 0.406);
    assertThat(read.std()).containsExactly(0.229, 0.224, 0.225);
    assertThat(ModelFolder.readPixelMean(temporary)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "resnet18|resnext50|$.architecture: no network is called \"resnext50\"",
        "\"num_classes\": 3|\"num_classes\": 0|$.architecture: resnet18: classes must be at least 1",
        "\"num_features\"|\"label_names\": [\"a\"], \"x\"|1 label names for 3 classes; each class",
        "bicubic|lanczos|interpolation = \"lanczos\": must be bilinear or bicubic",
        "\"global_pool\": \"avg\",|\"global_pool\": \"max\",|$.global_pool: must be avg",
        "center|squash|$.pretrained_cfg.crop_mode: must be center",
        "\"in_chans\"|\"output_stride\"|$.model_args: ",
        "0.95|1.5|$.pretrained_cfg.crop_pct: 1.5: must be above 0 and at most 1",
        "0.95|0|$.pretrained_cfg.crop_pct: 0.0: must be above 0 and at most 1",
        "0.95|\"1\"|$.pretrained_cfg.crop_pct: must be a number",
        "0.485, ||mean has 2 values and std 3; both need one for each of the 3 channels",
        "0.229|0.0|must be finite, and std above 0",
        "\"pretrained_cfg\"|\"cfg\"|$: pretrained_cfg is missing",
        "\"num_classes\": 3|\"num_classes\": 3, \"num_classes\": 3|not valid JSON (line 1, column ",
        "}}|}}}|not valid JSON (line 6, column ",
        "}}|}|not valid JSON (line 7, column ",
        "{\"arch|[{\"arch|not valid JSON (line ",
      })
  void refuses_a_config(String right, String wrong, String message) throws IOException {
    config(TIMM.replace(right, wrong == null ? "" : wrong));
    assertThatThrownBy(() -> ModelFolder.readConfig(temporary))
        .isInstanceOf(WeightsException.class)
        .hasMessageStartingWith(temporary.resolve("config.json") + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"format\" : 1|\"format\" : 2|$.resnet4j.format: is 2 but this version reads 1",
        "\"resize\" : 10|\"resize\" : 7|resize = 7: must be at least 8 to crop 1x8x8 from it",
        "\"resize\" : 10|\"scale\" : 10|$.resnet4j: unknown field \"scale\"",
        "\"num_classes\" : 2|\"num_classes\" : 3|$.num_classes: is 3 but the network has 2 classes",
        "\"input_size\" : [ 1, 8, 8 ]|\"input_size\" : [ 1, 9, 9 ]|size: is 1x9x9 but the network's",
      })
  void refuses_a_config_of_its_own_that_was_changed(String right, String wrong, String message)
      throws IOException {
    ModelFolder.write(temporary, CONFIG, weights(SMALL), "");
    String text = Files.readString(temporary.resolve("config.json"));
    assertThat(text).contains(right);
    config(text.replace(right, wrong));
    assertThatThrownBy(() -> ModelFolder.readConfig(temporary))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(message);
  }

  @Test
  void gives_the_open_file_only_if_its_tensors_need_no_conversion() throws IOException {
    List<TensorEntry> weights = weights(SMALL);
    Path file = temporary.resolve("model.safetensors");
    Safetensors.write(file, weights, Map.of());
    try (SafetensorsFile open = ModelFolder.openWeights(temporary, SMALL).orElseThrow()) {
      FloatBuffer kernel = FloatBuffer.allocate(18);
      open.read("conv1.weight", kernel);
      assertThat(kernel.array()).containsExactly(weights.get(0).floats());
      assertThat(open.scalar("bn1.num_batches_tracked")).isEqualTo(391);
    }
    assertThat(ModelFolder.openWeights(temporary, SMALL.withClasses(3))).isEmpty();
    List<TensorEntry> more = new ArrayList<>(weights);
    more.add(TensorEntry.ofLong("more", 1));
    Safetensors.write(file, more, Map.of());
    assertThat(ModelFolder.openWeights(temporary, SMALL)).isEmpty();
    List<TensorEntry> half = new ArrayList<>(weights);
    half.set(
        0,
        new TensorEntry(
            "conv1.weight", DType.F16, List.of(2L, 1L, 3L, 3L), ByteBuffer.allocate(36)));
    Safetensors.write(file, half, Map.of());
    assertThat(ModelFolder.openWeights(temporary, SMALL)).isEmpty();
  }

  @Test
  void says_which_file_is_missing() {
    assertThatThrownBy(() -> ModelFolder.readConfig(temporary))
        .isInstanceOf(WeightsException.class)
        .hasMessage(temporary.resolve("config.json") + ": there is no such file");
    assertThatThrownBy(() -> ModelFolder.readWeights(temporary, SMALL))
        .isInstanceOf(WeightsException.class)
        .hasMessage(temporary.resolve("model.safetensors") + ": there is no such file");
  }

  @Test
  void refuses_a_config_above_16_megabytes() throws IOException {
    config(" ".repeat((16 << 20) + 1));
    assertThatThrownBy(() -> ModelFolder.readConfig(temporary))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith("16777217 bytes of JSON; at most 16777216 are allowed");
  }

  @Test
  void lists_what_is_wrong_with_weights() throws IOException {
    List<TensorEntry> weights = new ArrayList<>(weights(SMALL));
    weights.removeIf(entry -> entry.name().matches("bn1\\.bias|fc\\.bias|bn1\\.num.*|conv1.*"));
    weights.add(TensorEntry.ofFloats("fc.bias", List.of(1000L), new float[1000]));
    weights.add(TensorEntry.ofFloats("bn1.num_batches_tracked", List.of(), new float[1]));
    weights.add(
        new TensorEntry(
            "conv1.weight", DType.U8, List.of(2L, 1L, 3L, 3L), ByteBuffer.allocate(18)));
    weights.add(TensorEntry.ofLong("head", 1));
    Path file = temporary.resolve("model.safetensors");
    Safetensors.write(file, weights, Map.of());
    assertThatThrownBy(() -> ModelFolder.readWeights(temporary, SMALL))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            file
                + ": not the weights of resnet8-width2-b: conv1.weight is of type U8 but must be a float"
                + " type; bn1.bias [2] is missing; bn1.num_batches_tracked is of type F32[] but"
                + " must be I64[]; fc.bias is [1000] but must be [2]; \"head\" [] is not expected");
    assertThatThrownBy(() -> ModelFolder.write(temporary.resolve("b"), CONFIG, weights, ""))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining("bn1.bias [2] is missing");
    assertThat(temporary.resolve("b")).doesNotExist();
  }

  @Test
  void lists_no_more_than_ten_faults() throws IOException {
    Safetensors.write(temporary.resolve("model.safetensors"), List.of(), Map.of());
    long needed =
        SMALL.state().stream().filter(p -> p.role() != Parameter.Role.BATCHES_TRACKED).count();
    long others = needed - 10;
    assertThatThrownBy(() -> ModelFolder.readWeights(temporary, SMALL))
        .hasMessageContaining("conv1.weight [2, 1, 3, 3] is missing; bn1.weight [2] is missing")
        .hasMessageEndingWith("; and " + others + " more");
  }

  @Test
  void keeps_the_old_config_when_weights_cannot_be_written() throws IOException {
    ModelFolder.write(temporary, CONFIG, weights(SMALL), "");
    Files.delete(temporary.resolve("model.safetensors"));
    Files.createDirectories(temporary.resolve("model.safetensors/in-the-way"));
    ModelConfig other =
        new ModelConfig(SMALL, List.of("cat", "dog"), 8, "bicubic", List.of(0.0), List.of(1.0));
    assertThatThrownBy(() -> ModelFolder.write(temporary, other, weights(SMALL), ""))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(temporary.resolve("model.safetensors") + ": cannot be written");
    assertThat(ModelFolder.readConfig(temporary)).isEqualTo(CONFIG);
  }

  private void config(String text) throws IOException {
    Files.writeString(temporary.resolve("config.json"), text);
  }

  private static List<TensorEntry> weights(Network network) {
    List<TensorEntry> weights = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      float[] values = new float[(int) parameter.size()];
      IntStream.range(0, values.length).forEach(i -> values[i] = i);
      weights.add(
          parameter.role() == Parameter.Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 391)
              : TensorEntry.ofFloats(parameter.name(), shape, values));
    }
    return weights;
  }
}
