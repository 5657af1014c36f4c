package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Unit;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** Networks without batch norm, and plain ones whose gradient has one way to go. */
class NoNormTest {
  private static final int IMAGES = 3;

  /** The equations of arXiv 1512.03385, section 3.2, written out in PyTorch's operators. */
  private record ByHand(Map<String, Tensor> tensors, boolean plain) {
    static ByHand of(Network network, boolean plain) {
      return new ByHand(
          network.state().stream().collect(Collectors.toMap(Parameter::name, ByHand::tensor)),
          plain);
    }

    private static Tensor tensor(Parameter parameter) {
      long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
      return Tensors.of(ReproducibleValues.fill(parameter), shape);
    }

    private Tensor named(String name) {
      return tensors.getOrDefault(name, new Tensor());
    }

    private Tensor convolved(String name, Tensor x, int stride) {
      return torch.conv2d(
          x,
          named(name + ".weight"),
          new TensorOptional(named(name + ".bias")),
          new long[] {stride, stride},
          new long[] {1, 1},
          new long[] {1, 1},
          1);
    }

    Tensor logits(Tensor images) {
      Tensor x = torch.relu(convolved("conv1", images, 1));
      for (int s = 1; s <= 3; s++) {
        int stride = s == 1 ? 1 : 2;
        Tensor inner = torch.relu(convolved("layer" + s + ".0.conv1", x, stride));
        Tensor branch = convolved("layer" + s + ".0.conv2", inner, 1);
        x = torch.relu(plain ? branch : branch.add(shortcut(x, stride)));
      }
      Tensor features = x.mean(2, 3);
      return torch.linear(features, named("fc.weight"), new TensorOptional(named("fc.bias")));
    }

    /** Every second pixel, and as many channels again as zeros, half before and half after. */
    private static Tensor shortcut(Tensor x, int stride) {
      if (stride == 1) {
        return x;
      }
      LongOptional all = new LongOptional();
      Tensor thinned = x.slice(2, all, all, 2).slice(3, all, all, 2);
      long half = x.size(1) / 2;
      return torch.constant_pad_nd(thinned, 0, 0, 0, 0, half, half);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet8-width4-no-norm", "resnet8-width4-no-norm-plain"})
  void gives_what_its_equations_give(String name) {
    Network network = Catalogue.network(name);
    try (LiveNetwork live = live(network, Precision.FP32);
        PointerScope scope = new PointerScope()) {
      float[] expected =
          Tensors.floats(ByHand.of(network, name.endsWith("plain")).logits(images(network)));
      assertThat(difference(Tensors.floats(live.forward(images(network))), expected))
          .isLessThan(1e-5);
      live.train(true);
      assertThat(difference(Tensors.floats(live.forward(images(network))), expected))
          .as("training is no different without norms")
          .isLessThan(1e-5);
    }
  }

  /** bf16 keeps eight bits. */
  @Test
  void runs_in_bf16() {
    Network network = Catalogue.network("resnet8-width4-no-norm");
    try (LiveNetwork wide = live(network, Precision.FP32);
        LiveNetwork narrow = live(network, Precision.BF16);
        PointerScope scope = new PointerScope()) {
      assertThat(
              difference(
                  Tensors.floats(narrow.forward(images(network))),
                  Tensors.floats(wide.forward(images(network)))))
          .isLessThan(0.03);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet8-no-norm",
        "resnet8-width4-no-norm-plain",
        "resnet11-bottleneck-plain",
        "resnetv2_8-plain",
        "resnetv2_20-width8-plain",
        "resnetv2_8-no-norm"
      })
  void every_parameter_has_a_gradient(String name) {
    Network network = Catalogue.network(name);
    try (LiveNetwork live = initialised(network, false);
        PointerScope scope = new PointerScope()) {
      live.forward(images(network)).square().sum().backward();
      for (Parameter parameter : network.state()) {
        if (parameter.role().trained()) {
          Tensor gradient = live.tensor(parameter.name()).grad();
          assertThat(gradient.defined()).as(parameter.name()).isTrue();
          double largest = gradient.abs().max().item_double();
          assertThat(largest).as(parameter.name()).isFinite().isPositive();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet8-no-norm", "resnet11-bottleneck-no-norm", "resnetv2_8-no-norm"})
  void starts_as_its_shortcuts_where_branches_start_at_zero(String name) {
    Network network = Catalogue.network(name);
    try (LiveNetwork live = initialised(network, true);
        PointerScope scope = new PointerScope()) {
      List<Double> branches = new ArrayList<>();
      List<Double> shortcuts = new ArrayList<>();
      live.forward(
          images(network),
          new Probe() {
            @Override
            public void observe(Unit unit, Pass pass) {
              branches.add(pass.branch().abs().max().item_double());
              shortcuts.add(pass.shortcut().abs().max().item_double());
            }
          });
      assertThat(branches).hasSize(3).containsOnly(0.0);
      assertThat(shortcuts).hasSize(3).allMatch(value -> value > 0);
    }
  }

  @Test
  void starts_with_the_kernels_of_its_twin_with_norms_and_biases_of_zero() {
    Network network = Catalogue.network("resnet8-no-norm");
    try (LiveNetwork live = initialised(network, false);
        LiveNetwork normed = initialised(Catalogue.network("resnet8"), false)) {
      for (Parameter parameter : network.state()) {
        float[] values = Tensors.floats(live.tensor(parameter.name()));
        if (parameter.role() == Role.CONVOLUTION_BIAS) {
          assertThat(values).as(parameter.name()).containsOnly(0);
        } else {
          assertThat(values)
              .as(parameter.name())
              .isEqualTo(Tensors.floats(normed.tensor(parameter.name())));
        }
      }
    }
  }

  private static LiveNetwork live(Network network, Precision precision) {
    return LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, precision);
  }

  private static LiveNetwork initialised(Network network, boolean zeroBranch) {
    return LiveNetwork.initialised(network, 1, zeroBranch, Device.CPU, Precision.FP32);
  }

  private static Tensor images(Network network) {
    Engine.start();
    int size = Math.toIntExact(network.input().size());
    return Tensors.of(ReproducibleValues.fill("images", IMAGES * size), IMAGES, 3, 32, 32);
  }

  /** The largest, as a part of the largest value. */
  private static double difference(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double range = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      range = Math.max(range, Math.abs(expected[i]));
      largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
    }
    return largest / range;
  }
}
