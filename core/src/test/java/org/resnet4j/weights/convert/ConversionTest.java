package org.resnet4j.weights.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.weights.DType;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.convert.Conversion.Options;

/** Somebody's tensors as those of one of our networks. */
class ConversionTest {
  private static final Path FILE = Path.of("some.pth");
  private static final Network RESNET8 = Catalogue.network("resnet8");

  /** The names are those that each library's own state dict has. */
  @ParameterizedTest
  @CsvSource({
    "resnet.embedder.embedder.convolution.weight, conv1.weight",
    "resnet.embedder.embedder.normalization.running_var, bn1.running_var",
    "resnet.encoder.stages.0.layers.1.layer.0.convolution.weight, layer1.1.conv1.weight",
    "resnet.encoder.stages.3.layers.0.layer.2.normalization.bias, layer4.0.bn3.bias",
    "resnet.encoder.stages.1.layers.0.shortcut.convolution.weight, layer2.0.downsample.0.weight",
    "encoder.stages.1.layers.0.shortcut.normalization.weight, layer2.0.downsample.1.weight",
    "classifier.1.bias, fc.bias"
  })
  void knows_the_names_of_transformers(String theirs, String ours) {
    Convention convention =
        Convention.of(List.of("resnet.embedder.embedder.convolution.weight", theirs));
    assertThat(convention).isEqualTo(Convention.TRANSFORMERS);
    assertThat(convention.renamed(theirs)).isEqualTo(ours);
  }

  @ParameterizedTest
  @CsvSource({
    "linear.weight, linear.bias, fc.bias",
    "linear.weight, layer2.0.shortcut.0.weight, layer2.0.downsample.0.weight",
    "linear.weight, layer1.0.conv1.weight, layer1.0.conv1.weight",
    "backbone.conv1.weight, backbone.layer1.0.bn1.weight, layer1.0.bn1.weight",
    "backbone.conv1.weight, head.fc.weight, fc.weight",
    "backbone.stem.0.weight, backbone.stem.3.weight, conv1.3.weight",
    "backbone.stem.0.weight, backbone.stem.4.running_mean, conv1.4.running_mean",
    "backbone.stem.0.weight, backbone.stem.7.bias, bn1.bias",
    "conv1.weight, head.fc.weight, head.fc.weight"
  })
  void knows_the_names_of_others(String mark, String theirs, String ours) {
    assertThat(Convention.of(List.of(mark, theirs)).renamed(theirs)).isEqualTo(ours);
  }

  @Test
  void says_whose_names_they_are() {
    List<TensorEntry> tensors = new ArrayList<>();
    for (TensorEntry tensor : tensors(RESNET8)) {
      tensors.add(tensor.withName(tensor.name().replace("fc.", "linear.")));
    }
    Conversion conversion = Conversion.of(FILE, tensors, Options.NONE);
    assertThat(conversion.network()).isEqualTo(RESNET8);
    assertThat(conversion.entries()).containsExactlyElementsOf(tensors(RESNET8));
    assertThat(conversion.decided())
        .contains("names are those of the CIFAR networks of akamaster and kuangliu");
  }

  @Test
  void lists_every_fault_with_what_it_should_be() {
    List<TensorEntry> tensors = new ArrayList<>(tensors(RESNET8));
    tensors.removeIf(tensor -> tensor.name().matches("bn1\\.(bias|weight)|layer2.0.conv1.weight"));
    tensors.add(TensorEntry.ofFloats("bn1.weight", List.of(8L), new float[8]));
    tensors.add(
        new TensorEntry(
            "layer2.0.conv1.weight",
            DType.I64,
            List.of(32L, 16L, 3L, 3L),
            ByteBuffer.allocate(8 * 32 * 16 * 9)));
    tensors.add(TensorEntry.ofFloats("layer1.0.extra.weight", List.of(1L), new float[1]));
    assertThatThrownBy(() -> Conversion.of(FILE, tensors, as(RESNET8)))
        .isInstanceOf(WeightsException.class)
        .hasMessage(
            """
            some.pth: not the weights of resnet8 with 10 classes:
              bn1.weight is [8] but must be [16]
              bn1.bias [16] is missing
              layer2.0.conv1.weight is of type I64 but must be a float type
              layer1.0.extra.weight [1] is not expected: resnet8 has nothing of that name"""
                .replace("\n", System.lineSeparator()));
  }

  @Test
  void leaves_out_what_stands_beside_the_network_and_says_so() {
    List<TensorEntry> tensors = new ArrayList<>(tensors(RESNET8));
    tensors.add(TensorEntry.ofFloats("total_ops", List.of(1L), new float[1]));
    assertThat(Conversion.of(FILE, tensors, Options.NONE).unused()).containsExactly("total_ops");
    assertThatThrownBy(() -> Conversion.exact(FILE, tensors, RESNET8))
        .hasMessage("some.pth: not the weights of resnet8: \"total_ops\" [1] is not expected");
  }

  @Test
  void refuses_blocks_and_stages_that_the_network_does_not_have() {
    assertThatThrownBy(
            () -> Conversion.of(FILE, tensors(Catalogue.network("resnet14")), as(RESNET8)))
        .hasMessageContaining(
            "layer1.1.conv1.weight [16, 16, 3, 3] is not expected: resnet8 has nothing of that name");
    List<TensorEntry> tensors = new ArrayList<>(tensors(RESNET8));
    tensors.add(TensorEntry.ofFloats("layer4.0.conv1.weight", List.of(1L), new float[1]));
    assertThatThrownBy(() -> Conversion.of(FILE, tensors, as(RESNET8)))
        .hasMessageContaining("layer4.0.conv1.weight [1] is not expected");
  }

  /** conv + b, less the mean m, is conv less (m - b). */
  @Test
  void folds_the_bias_of_a_convolution_into_the_mean_behind_it() {
    List<TensorEntry> tensors = new ArrayList<>(tensors(RESNET8));
    tensors.removeIf(tensor -> tensor.name().equals("layer1.0.bn2.running_mean"));
    float[] means = filled(16, 0.75f);
    tensors.add(TensorEntry.ofFloats("layer1.0.bn2.running_mean", List.of(16L), means));
    tensors.add(TensorEntry.ofFloats("layer1.0.conv2.bias", List.of(16L), filled(16, 0.25f)));
    Conversion conversion = Conversion.of(FILE, tensors, Options.NONE);
    assertThat(find(conversion, "layer1.0.bn2.running_mean").floats())
        .containsExactly(filled(16, 0.5f));
    assertThat(conversion.unused()).isEmpty();
    assertThat(conversion.decided())
        .contains("the biases of 1 convolutions are folded into the batch norms behind them");
  }

  @Test
  void gives_the_trunk_a_new_head_of_zeros() {
    Conversion conversion =
        Conversion.of(FILE, tensors(RESNET8), new Options(Optional.empty(), Optional.of(3)));
    assertThat(conversion.network()).isEqualTo(RESNET8.withClasses(3));
    assertThat(find(conversion, "fc.weight").shape()).containsExactly(3L, 64L);
    assertThat(find(conversion, "fc.weight").floats()).containsOnly(0);
    assertThat(find(conversion, "conv1.weight")).isEqualTo(tensors(RESNET8).get(0));
  }

  @Test
  void counts_no_batches_where_the_file_does_not() {
    List<TensorEntry> tensors = new ArrayList<>(tensors(RESNET8));
    tensors.removeIf(tensor -> tensor.name().endsWith("num_batches_tracked"));
    Conversion conversion = Conversion.of(FILE, tensors, Options.NONE);
    assertThat(find(conversion, "bn1.num_batches_tracked").data().getLong()).isZero();
    assertThat(conversion.decided())
        .contains("the file does not count its batches; num_batches_tracked starts at 0");
  }

  /** 0x3e00 is 1.5 in half precision. */
  @Test
  void widens_half_precision() {
    List<TensorEntry> tensors = new ArrayList<>(tensors(RESNET8));
    tensors.removeIf(tensor -> tensor.name().equals("fc.bias"));
    ByteBuffer halves = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 10; i++) {
      halves.putShort((short) 0x3e00);
    }
    tensors.add(new TensorEntry("fc.bias", DType.F16, List.of(10L), halves.flip()));
    TensorEntry bias = find(Conversion.of(FILE, tensors, Options.NONE), "fc.bias");
    assertThat(bias.dtype()).isEqualTo(DType.F32);
    assertThat(bias.floats()).containsExactly(filled(10, 1.5f));
  }

  @Test
  void takes_classes_and_channels_from_the_tensors() {
    Network grey = RESNET8.withInput(new org.resnet4j.arch.Shape(1, 32, 32)).withClasses(4);
    assertThat(Conversion.of(FILE, tensors(grey), as(RESNET8)).network()).isEqualTo(grey);
  }

  @Test
  void a_linear_layer_may_be_a_1x1_convolution() {
    List<TensorEntry> tensors = new ArrayList<>(tensors(RESNET8));
    tensors.removeIf(tensor -> tensor.name().equals("fc.weight"));
    tensors.add(TensorEntry.ofFloats("fc.weight", List.of(10L, 64L, 1L, 1L), filled(640, 1)));
    assertThat(find(Conversion.of(FILE, tensors, Options.NONE), "fc.weight").shape())
        .containsExactly(10L, 64L);
  }

  private static Options as(Network network) {
    return new Options(Optional.of(network), Optional.empty());
  }

  private static TensorEntry find(Conversion conversion, String name) {
    return conversion.entries().stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static float[] filled(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  private static List<TensorEntry> tensors(Network network) {
    List<TensorEntry> tensors = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      tensors.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 7)
              : TensorEntry.ofFloats(
                  parameter.name(), shape, filled((int) parameter.size(), 0.5f)));
    }
    return tensors;
  }
}
