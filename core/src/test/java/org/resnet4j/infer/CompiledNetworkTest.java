package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.nn.ReproducibleValues;

class CompiledNetworkTest {
  private static final Network NETWORK = Catalogue.network("resnet8");
  private static final Map<String, Parameter> PARAMETERS =
      NETWORK.state().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));

  private static float[] weights(String name) {
    return ReproducibleValues.fill(PARAMETERS.get(name));
  }

  @Test
  void every_convolution_is_a_step_under_its_name() {
    try (CompiledNetwork network =
        CompiledNetwork.compile(
            NETWORK, CompiledNetworkTest::weights, "fp32", Optional.empty(), 2, 1)) {
      assertThat(network.steps())
          .extracting(CompiledNetwork.Step::name)
          .contains("conv1", "layer1.0.conv1", "layer3.0.conv2", "pool", "fc");
      assertThat(network.steps()).noneMatch(CompiledNetwork.Step::reorder);
    }
  }

  @Test
  void runs_step_by_step_to_the_same_logits() {
    try (CompiledNetwork network =
        CompiledNetwork.compile(
            NETWORK, CompiledNetworkTest::weights, "fp32", Optional.empty(), 1, 1)) {
      for (int i = 0; network.pixels().capacity() > i; i++) {
        network.pixels().put(i, i % 7 - 3);
      }
      float[] logits = network.run();
      assertThat(network.times()).hasSameSizeAs(network.steps());
      assertThat(network.run()).isEqualTo(logits).hasSize(10);
    }
  }

  @Test
  void is_of_no_use_once_closed() {
    CompiledNetwork network =
        CompiledNetwork.compile(
            NETWORK, CompiledNetworkTest::weights, "fp32", Optional.empty(), 1, 1);
    network.close();
    network.close();
    assertThatThrownBy(network::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the network is closed; compile it again");
    assertThatThrownBy(network::pixels).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(network::times).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refuses_a_precision_that_plans_do_not_have() {
    assertThatThrownBy(
            () ->
                CompiledNetwork.compile(
                    NETWORK, CompiledNetworkTest::weights, "fp16", Optional.empty(), 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("precision = fp16: must be one of fp32, bf16, int8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp32", "bf16", "int8"})
  void the_product_of_the_peak_runs_in_every_precision(String precision) {
    try (ProcessorPeak peak = new ProcessorPeak(precision)) {
      peak.run();
      assertThat(ProcessorPeak.operations()).isEqualTo(2L << 33);
    }
  }
}
