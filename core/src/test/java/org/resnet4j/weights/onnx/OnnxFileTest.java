package org.resnet4j.weights.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.onnx.OnnxFile.BatchNorm;

/** The fields of the format are numbered in onnx.proto. */
class OnnxFileTest {
  private static final Network SMALL =
      Catalogue.cifar(1, 2, ShortcutOption.B).withInput(new Shape(1, 8, 12)).withClasses(2);
  private static final ModelConfig CONFIG =
      new ModelConfig(
          SMALL, List.of("ant, red", "b\u00eb\"e"), 10, "bilinear", List.of(0.25), List.of(0.5));
  private static final float[] NO_MEAN = {};

  @TempDir private Path folder;

  private Fields written(float[] pixelMean, BatchNorm batchNorm) throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxFile.write(file, CONFIG, OnnxFileTest::ones, pixelMean, batchNorm);
    return Fields.of(Files.readAllBytes(file));
  }

  private static float[] ones(Parameter parameter) {
    float[] values = new float[Math.toIntExact(parameter.size())];
    Arrays.fill(values, 1);
    return values;
  }

  @Test
  void says_which_format_opset_and_program() throws IOException {
    Fields model = written(NO_MEAN, BatchNorm.FOLDED);
    assertThat(model.integer(1)).isEqualTo(8);
    assertThat(model.text(2)).isEqualTo("resnet4j");
    assertThat(model.text(3)).isNotEmpty();
    assertThat(model.text(6)).isEqualTo("resnet8-width2-b, written by resnet4j");
    assertThat(model.parts(8)).hasSize(1);
    assertThat(model.part(8).text(1)).isEmpty();
    assertThat(model.part(8).integer(2)).isEqualTo(17);
    assertThat(model.part(7).text(2)).isEqualTo("resnet8-width2-b");
  }

  @Test
  void takes_batches_of_any_size() throws IOException {
    Fields graph = written(NO_MEAN, BatchNorm.FOLDED).part(7);
    assertThat(described(graph.part(11))).isEqualTo("input 1 N 1 8 12");
    assertThat(described(graph.part(12))).isEqualTo("logits 1 N 2");
  }

  /** Name, type (1 is float) and axes. */
  private static String described(Fields value) {
    Fields tensor = value.part(2).part(1);
    return value.text(1)
        + " "
        + tensor.integer(1)
        + " "
        + tensor.part(2).parts(1).stream()
            .map(axis -> axis.texts(2).isEmpty() ? "" + axis.integer(1) : axis.text(2))
            .collect(Collectors.joining(" "));
  }

  @Test
  void says_how_an_image_becomes_an_input_and_what_the_logits_mean() throws IOException {
    assertThat(metadata(written(NO_MEAN, BatchNorm.KEPT)))
        .containsEntry("architecture", "resnet8-width2-b")
        .containsEntry("labels", "[\"ant, red\",\"b\u00eb\\\"e\"]")
        .containsEntry("resize", "10")
        .containsEntry("interpolation", "bilinear")
        .containsEntry("crop_size", "[8, 12]")
        .containsEntry("mean", "[0.25]")
        .containsEntry("std", "[0.5]")
        .containsEntry("batch_norm", "kept")
        .containsKey("library_version");
  }

  static Map<String, String> metadata(Fields model) {
    return model.parts(14).stream()
        .collect(Collectors.toMap(entry -> entry.text(1), entry -> entry.text(2)));
  }

  @Test
  void a_mean_for_each_pixel_is_taken_in_the_graph() throws IOException {
    float[] image = new float[96];
    image[95] = 0.75f;
    Fields model = written(image, BatchNorm.FOLDED);
    assertThat(metadata(model)).containsEntry("mean", "[0.0]").containsEntry("std", "[0.5]");
    Fields first = model.part(7).part(1);
    assertThat(first.text(4)).isEqualTo("Sub");
    assertThat(first.texts(1)).containsExactly("input", "pixel_mean.image");
    Fields constant = constant(model, "pixel_mean.image");
    assertThat(constant.integers(1)).containsExactly(1L, 8L, 12L);
    assertThat(constant.bytes(9).getFloat(95 * Float.BYTES)).isEqualTo(1.5f);
  }

  private static Fields constant(Fields model, String name) {
    return model.part(7).parts(5).stream()
        .filter(constant -> constant.text(8).equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void operators_have_the_names_of_the_layers() throws IOException {
    Fields graph = written(NO_MEAN, BatchNorm.FOLDED).part(7);
    assertThat(graph.parts(1).stream().map(node -> node.text(3) + " " + node.text(4)).limit(11))
        .containsExactly(
            "conv1 Conv",
            "bn1.relu Relu",
            "layer1.0.conv1 Conv",
            "layer1.0.relu1 Relu",
            "layer1.0.conv2 Conv",
            "layer1.0.add Add",
            "layer1.0.relu2 Relu",
            "layer2.0.conv1 Conv",
            "layer2.0.relu1 Relu",
            "layer2.0.conv2 Conv",
            "layer2.0.downsample.0 Conv");
    List<Fields> nodes = graph.parts(1);
    assertThat(nodes.get(nodes.size() - 1).texts(2)).containsExactly("logits");
    assertThat(nodes.get(5).texts(1)).containsExactly("layer1.0.conv2", "bn1.relu");
  }

  @Test
  void kept_batch_norms_have_the_tensors_of_the_state_dict_but_the_counters() throws IOException {
    Fields graph = written(NO_MEAN, BatchNorm.KEPT).part(7);
    Set<String> expected =
        SMALL.state().stream()
            .map(Parameter::name)
            .filter(name -> !name.endsWith("num_batches_tracked"))
            .collect(Collectors.toSet());
    assertThat(graph.parts(5).stream().map(constant -> constant.text(8)))
        .containsExactlyInAnyOrderElementsOf(expected);
    Fields norm = graph.parts(1).get(1);
    assertThat(norm.text(4)).isEqualTo("BatchNormalization");
    assertThat(norm.texts(1))
        .containsExactly("conv1", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var");
    assertThat(norm.part(5).text(1)).isEqualTo("epsilon");
    assertThat(norm.part(5).real(2)).isEqualTo(1e-5f);
  }

  /** 1 / sqrt(1 + 1e-5), and 1 less that; in numpy. */
  @Test
  void folded_batch_norms_are_kernels_and_biases() throws IOException {
    Fields model = written(NO_MEAN, BatchNorm.FOLDED);
    ByteBuffer kernel = constant(model, "conv1.weight").bytes(9);
    assertThat(kernel.remaining()).isEqualTo(2 * 9 * Float.BYTES);
    assertThat(kernel.getFloat()).isEqualTo(0.999995f);
    assertThat(constant(model, "conv1.bias").bytes(9).getFloat()).isEqualTo(4.9999626e-6f);
    assertThat(model.part(7).parts(1)).noneMatch(node -> node.text(4).equals("BatchNormalization"));
  }

  @Test
  void large_tensors_are_whole() throws IOException {
    Network wide =
        Catalogue.cifar(1, 64, ShortcutOption.A).withInput(new Shape(1, 8, 8)).withClasses(1);
    ModelConfig config =
        new ModelConfig(wide, List.of("a"), 8, "bilinear", List.of(0.0), List.of(1.0));
    Function<Parameter, float[]> counting =
        parameter -> {
          float[] values = ones(parameter);
          for (int i = 0; i < values.length; i++) {
            values[i] = i;
          }
          return values;
        };
    Path file = folder.resolve("wide.onnx");
    OnnxFile.write(file, config, counting, NO_MEAN, BatchNorm.KEPT);
    ByteBuffer values =
        constant(Fields.of(Files.readAllBytes(file)), "layer3.0.conv2.weight").bytes(9);
    assertThat(values.remaining()).isEqualTo(256 * 256 * 9 * Float.BYTES);
    for (int i = 0; i < 256 * 256 * 9; i++) {
      if (values.getFloat() != i) {
        throw new AssertionError("value " + i);
      }
    }
  }

  @Test
  void every_network_of_the_catalogue_has_names_of_its_own() {
    for (Catalogue.Entry entry : Catalogue.entries()) {
      for (BatchNorm batchNorm : BatchNorm.values()) {
        requireNames(NetworkGraph.of(entry.network(), OnnxFileTest::ones, batchNorm, NO_MEAN));
      }
    }
  }

  /** Each name is given once, before it is used, and no tensor lies there unused. */
  static void requireNames(Graph graph) {
    Set<String> known = new HashSet<>(Set.of("input"));
    Set<String> used = new HashSet<>(Set.of("logits"));
    for (Constant constant : graph.constants()) {
      assertThat(known.add(constant.name())).as(constant.name()).isTrue();
    }
    for (Graph.Node node : graph.nodes()) {
      assertThat(known.containsAll(node.inputs())).as(node.name()).isTrue();
      assertThat(known.add(node.output())).as(node.output()).isTrue();
      used.addAll(node.inputs());
    }
    assertThat(used).isEqualTo(known);
  }

  @Test
  void a_tensor_of_the_wrong_length_leaves_no_file() {
    Path file = folder.resolve("model.onnx");
    Function<Parameter, float[]> shortened =
        parameter -> parameter.name().equals("fc.bias") ? new float[1] : ones(parameter);
    assertThatThrownBy(() -> OnnxFile.write(file, CONFIG, shortened, NO_MEAN, BatchNorm.FOLDED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fc.bias: 1 values where its shape needs 2");
    assertThat(folder).isEmptyDirectory();
  }

  /** 9 x 2400^2 x (2 + 6 + 24) weights of 4 bytes, and a few. */
  @Test
  void a_model_too_large_for_the_format_is_refused_before_any_weight_is_read() {
    Network huge =
        Catalogue.cifar(1, 2400, ShortcutOption.A).withInput(new Shape(1, 8, 8)).withClasses(1);
    ModelConfig config =
        new ModelConfig(huge, List.of("a"), 8, "bilinear", List.of(0.0), List.of(1.0));
    List<Parameter> asked = new ArrayList<>();
    Function<Parameter, float[]> weights =
        parameter -> {
          asked.add(parameter);
          return NO_MEAN;
        };
    Path file = folder.resolve("huge.onnx");
    assertThatThrownBy(() -> OnnxFile.write(file, config, weights, NO_MEAN, BatchNorm.FOLDED))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("resnet8-width2400: 6,63")
        .hasMessageContaining("its format ends at 2,147,483,647; export it as safetensors");
    assertThat(asked).isEmpty();
    assertThat(folder).isEmptyDirectory();
  }
}
