package org.resnet4j.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Parameter.Role;

/** Names, shapes and order of a network's tensors. */
class StateTest {
  /** The files hold PyTorch's {@code state_dict()}; {@code counts.py} beside them wrote them. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet50", "resnet18d", "seresnet18", "resnetv2_50d"})
  void is_pytorchs_state_dict_in_names_shapes_and_order(String name) throws IOException {
    assertThat(lines(Catalogue.network(name))).isEqualTo(resource(name + ".state"));
  }

  @ParameterizedTest
  @CsvFileSource(resources = "counts.csv")
  void hashes_as_pytorchs_state_dict(String name, long parameters, long multiplyAdds, String digest)
      throws Exception {
    String text = String.join("\n", lines(Catalogue.network(name))) + "\n";
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    assertThat(HexFormat.of().formatHex(hash)).isEqualTo(digest);
  }

  @Test
  void every_name_of_the_catalogue_has_a_reference() throws IOException {
    List<String> counted =
        resource("counts.csv").stream().map(row -> row.substring(0, row.indexOf(','))).toList();
    assertThat(counted)
        .containsAll(Catalogue.entries().stream().map(entry -> entry.network().name()).toList());
  }

  private static List<String> resource(String name) throws IOException {
    try (InputStream in = StateTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void a_cifar_network_without_projections_has_torchvisions_names_too() {
    List<String> state = lines(Catalogue.network("resnet20"));
    // 19 convolutions with a batch norm of five tensors each, and the linear layer.
    assertThat(state)
        .hasSize(19 * 6 + 2)
        .startsWith("conv1.weight 16x3x3x3", "bn1.weight 16", "bn1.bias 16")
        .containsSubsequence(
            "layer1.0.conv1.weight 16x16x3x3",
            "layer1.2.bn2.num_batches_tracked",
            "layer2.0.conv1.weight 32x16x3x3",
            "layer3.0.conv1.weight 64x32x3x3",
            "layer3.2.conv2.weight 64x64x3x3")
        .endsWith("fc.weight 10x64", "fc.bias 10")
        .noneMatch(line -> line.contains("downsample"));
  }

  @Test
  void a_projection_stands_after_its_branch() {
    assertThat(lines(Catalogue.network("resnet20-b")))
        .containsSequence(
            "layer2.0.bn2.num_batches_tracked",
            "layer2.0.downsample.0.weight 32x16x1x1",
            "layer2.0.downsample.1.weight 32",
            "layer2.0.downsample.1.bias 32",
            "layer2.0.downsample.1.running_mean 32",
            "layer2.0.downsample.1.running_var 32",
            "layer2.0.downsample.1.num_batches_tracked",
            "layer2.1.conv1.weight 32x32x3x3");
  }

  @Test
  void without_norms_each_convolution_has_a_bias_behind_its_weight() {
    assertThat(lines(Catalogue.network("resnet8-no-norm-b")))
        .containsExactly(
            "conv1.weight 16x3x3x3",
            "conv1.bias 16",
            "layer1.0.conv1.weight 16x16x3x3",
            "layer1.0.conv1.bias 16",
            "layer1.0.conv2.weight 16x16x3x3",
            "layer1.0.conv2.bias 16",
            "layer2.0.conv1.weight 32x16x3x3",
            "layer2.0.conv1.bias 32",
            "layer2.0.conv2.weight 32x32x3x3",
            "layer2.0.conv2.bias 32",
            "layer2.0.downsample.0.weight 32x16x1x1",
            "layer2.0.downsample.0.bias 32",
            "layer3.0.conv1.weight 64x32x3x3",
            "layer3.0.conv1.bias 64",
            "layer3.0.conv2.weight 64x64x3x3",
            "layer3.0.conv2.bias 64",
            "layer3.0.downsample.0.weight 64x32x1x1",
            "layer3.0.downsample.0.bias 64",
            "fc.weight 10x64",
            "fc.bias 10");
    assertThat(Catalogue.network("resnet8-no-norm").state())
        .filteredOn(parameter -> parameter.name().matches(".*conv\\d\\.bias"))
        .hasSize(7)
        .extracting(Parameter::role)
        .containsOnly(Role.CONVOLUTION_BIAS);
  }

  @Test
  void a_plain_network_has_the_names_of_its_residual_twin() {
    assertThat(lines(Catalogue.network("resnetv2_20-plain")))
        .isEqualTo(lines(Catalogue.network("resnetv2_20")));
    assertThat(lines(Catalogue.network("resnet20-no-norm-plain")))
        .isEqualTo(lines(Catalogue.network("resnet20-no-norm")));
  }

  @Test
  void statistics_of_batch_norm_are_not_trained() {
    assertThat(Catalogue.network("resnet20").state())
        .filteredOn(parameter -> !parameter.role().trained())
        .hasSize(19 * 3)
        .extracting(Parameter::role)
        .containsOnly(Role.RUNNING_MEAN, Role.RUNNING_VARIANCE, Role.BATCHES_TRACKED);
  }

  @Test
  void a_scalar_has_one_value() {
    assertThat(new Parameter("bn1.num_batches_tracked", Role.BATCHES_TRACKED, List.of()).size())
        .isEqualTo(1);
  }

  private static List<String> lines(Network network) {
    return network.state().stream()
        .map(
            p ->
                (p.name()
                        + " "
                        + p.shape().stream().map(String::valueOf).collect(Collectors.joining("x")))
                    .strip())
        .toList();
  }
}
