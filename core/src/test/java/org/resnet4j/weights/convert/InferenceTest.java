package org.resnet4j.weights.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;

/** What names and shapes alone tell of a network. */
class InferenceTest {
  /** Tensors do not tell these from others: the zeros' side, gates, blurs, orders and dropout. */
  private static final Pattern UNTELLABLE =
      Pattern.compile(".*(plain|scaled|gated|shortcut|addition|relu|blur|dropout).*");

  static Stream<Network> tellable() {
    return Catalogue.entries().stream()
        .map(Catalogue.Entry::network)
        .filter(network -> !UNTELLABLE.matcher(network.name()).matches());
  }

  @ParameterizedTest
  @MethodSource("tellable")
  void finds_every_network_that_its_tensors_can_tell(Network network) {
    assertThat(Inference.infer(shapes(network.withClasses(7)), 0).network())
        .isEqualTo(network.withClasses(7));
  }

  @ParameterizedTest
  @CsvSource({
    "resnet14, resnet14",
    "resnet20-c, resnet20-c",
    "resnet26-b, resnet26-b",
    "resnet20-width8, resnet20-width8",
    "resnet29-bottleneck, resnet29-bottleneck",
    "resnet50-cifar, resnet50-cifar",
    "resnetv2_20-width8, resnetv2_20-width8",
    "resnet20-no-norm, resnet20-no-norm",
    "resnet29-bottleneck-no-norm, resnet29-bottleneck-no-norm",
    "resnetv2_20-no-norm, resnetv2_20-no-norm"
  })
  void finds_networks_that_are_in_no_list(String name, String found) {
    assertThat(Inference.infer(shapes(Catalogue.network(name)), 0).network().name())
        .isEqualTo(found);
  }

  @Test
  void takes_the_common_form_where_the_tensors_cannot_tell_and_names_the_other() {
    assertThat(Inference.infer(shapes(Catalogue.network("resnet50-v1")), 0))
        .satisfies(
            inferred -> {
              assertThat(inferred.network()).isEqualTo(Catalogue.network("resnet50"));
              assertThat(inferred.decided()).anyMatch(line -> line.contains("--as resnet50-v1"));
            });
    assertThat(Inference.infer(shapes(Catalogue.network("resnet20-a-after")), 0))
        .satisfies(
            inferred -> {
              assertThat(inferred.network()).isEqualTo(Catalogue.network("resnet20"));
              assertThat(inferred.decided())
                  .anyMatch(
                      line ->
                          line.contains("--as resnet20-a-after")
                              && line.contains("--as resnet20-plain"));
            });
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20-width8-no-norm-plain",
    "resnet29-bottleneck-plain",
    "resnetv2_20-plain",
    "resnet18-plain"
  })
  void names_the_plain_form_where_zeros_are_assumed(String plain) {
    assertThat(Inference.infer(shapes(Catalogue.network(plain)), 0).decided())
        .anyMatch(line -> line.contains("no shortcuts: --as " + plain));
  }

  @Test
  void says_that_there_is_no_norm() {
    assertThat(Inference.infer(shapes(Catalogue.network("resnetv2_20-no-norm")), 0).decided())
        .contains(
            "pre-activation: each block starts with a ReLU",
            "no norm: convolutions have biases instead");
  }

  @Test
  void names_the_form_that_blurs() {
    assertThat(Inference.infer(shapes(Catalogue.network("resnetblur50")), 0).decided())
        .anyMatch(line -> line.contains("--as resnetblur50"));
  }

  @Test
  void refuses_networks_that_standardise_their_weights() {
    Network likeBit = Catalogue.network("resnetv2_50").withNorm(new Norm.Group(32));
    assertThatThrownBy(() -> Inference.infer(shapes(likeBit), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("BiT");
    Network deep = Catalogue.network("resnetv2_50d").withNorm(new Norm.Group(32));
    assertThat(Inference.infer(shapes(deep), 0).network().norm()).isEqualTo(new Norm.Group(32));
  }

  @Test
  void names_no_other_form_that_the_catalogue_does_not_have() {
    assertThat(Inference.infer(shapes(Catalogue.network("seresnet50")), 0).decided())
        .noneMatch(line -> line.contains("--as"));
  }

  @Test
  void finds_a_network_that_has_no_name() {
    Network mine = Catalogue.network("resnet18").withInput(new Shape(1, 224, 224)).withClasses(3);
    Map<String, List<Long>> shapes = shapes(mine);
    shapes.put("conv1.weight", List.of(64L, 1L, 3L, 3L)); // The stem that CIFAR scripts give it.
    Network found = Inference.infer(shapes, 0).network();
    assertThat(found.name()).isEqualTo("resnet18-custom");
    assertThat(found.input()).isEqualTo(new Shape(1, 32, 32));
    assertThat(found.stages()).isEqualTo(mine.stages());
  }

  @Test
  void says_what_is_missing_where_there_is_no_residual_network() {
    assertThatThrownBy(() -> Inference.infer(Map.of("features.0.weight", List.of(64L, 3L)), 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "there is neither conv1.weight nor conv1.0.weight, so this is no residual network that"
                + " we know; say which with --as");
  }

  @Test
  void says_how_to_do_without_a_head() {
    Map<String, List<Long>> shapes = shapes(Catalogue.network("resnet18"));
    shapes.remove("fc.weight");
    assertThatThrownBy(() -> Inference.infer(shapes, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is no fc.weight; give the trunk a head with --head new --classes N");
    assertThat(Inference.infer(shapes, 5).network().classes()).isEqualTo(5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "conv1.weight|64,3,7|conv1.weight is [64, 3, 7]; a network needs it with at least 4 axes",
        "conv1.weight|64,3,7,5|conv1.weight is [64, 3, 7, 5]: kernels must be square",
        "conv1.weight|0,3,7,7|conv1.weight is [0, 3, 7, 7]: each axis must be from 1 to 1048576",
        "layer1.0.conv2.weight|9223372036854775807,64,3,3|each axis must be from 1 to 1048576",
        "layer2.0.downsample.0.weight|128,64,3,3|resnet18-custom",
      })
  void survives_shapes_that_no_network_has(String name, String shape, String said) {
    Map<String, List<Long>> shapes = shapes(Catalogue.network("resnet18"));
    shapes.put(name, Stream.of(shape.split(",")).map(Long::parseLong).toList());
    if (said.endsWith("custom")) {
      assertThat(Inference.infer(shapes, 0).network().name()).isEqualTo(said);
    } else {
      assertThatThrownBy(() -> Inference.infer(shapes, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(said);
    }
  }

  private static Map<String, List<Long>> shapes(Network network) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (Parameter parameter : network.state()) {
      shapes.put(parameter.name(), parameter.shape().stream().map(Integer::longValue).toList());
    }
    return shapes;
  }
}
