package org.resnet4j.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Optimization;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Four steps beside PyTorch's, whose numbers optimizers.py wrote. */
class OptimizerTest {
  private static final String SGD = "optimizer=sgd, weight-decay=0";

  private static Optimization optimization(String keys) {
    Map<String, String> overrides = new HashMap<>();
    for (String key : keys.split(", ")) {
      overrides.put(key.substring(0, key.indexOf('=')), key.substring(key.indexOf('=') + 1));
    }
    return RecipeFile.load("cifar-paper", overrides).optimization();
  }

  private static float[] published(String name) {
    try (InputStream in = OptimizerTest.class.getResourceAsStream("optimizers.json")) {
      JsonNode values = JsonMapper.shared().readTree(Objects.requireNonNull(in)).get(name);
      float[] floats = new float[values.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values.get(i).floatValue();
      }
      return floats;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** After four steps, each with its gradients. */
  private static float[] afterFour(Optimization optimization) {
    return afterFour(optimization, Precision.FP32);
  }

  private static float[] afterFour(Optimization optimization, Precision precision) {
    try (LiveNetwork network = TinyNetwork.live(precision);
        Optimizer optimizer = new Optimizer(optimization, network);
        PointerScope scope = new PointerScope()) {
      for (int t = 0; t < 4; t++) {
        TinyNetwork.learn(network, t);
        if (optimization.clip() > 0) {
          optimizer.clip(optimizer.gradientNorm(), optimization.clip());
        }
        optimizer.step(0.1 / (t + 1), t);
      }
      return TinyNetwork.values(network);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sgd                     | optimizer=sgd, momentum=0, weight-decay=0",
        "sgd, momentum and decay | optimizer=sgd, weight-decay=0.01",
        "sgd, nesterov and decay | optimizer=sgd, weight-decay=0.01, nesterov=true",
        "adamw                   | optimizer=adamw, weight-decay=0.01",
        "sgd, clipped            | optimizer=sgd, weight-decay=0, clip=1.5",
        "lamb                    | optimizer=lamb, weight-decay=0.02, decayed=convolutions",
        "muon | optimizer=muon, momentum=0.6, nesterov=true, weight-decay=0.01, decayed=convolutions"
      })
  void changes_weights_as_pytorch_does(String name, String keys) {
    float[] ours = afterFour(optimization(keys));
    assertThat(ours).usingComparatorWithPrecision(5e-7f).containsExactly(published(name));
  }

  @Test
  void muon_in_bf16_is_as_near_to_pytorchs_as_that_allows() {
    Optimization muon =
        optimization(
            "optimizer=muon, momentum=0.6, nesterov=true, weight-decay=0.01,"
                + " decayed=convolutions");
    assertThat(afterFour(muon, Precision.BF16))
        .isNotEqualTo(afterFour(muon))
        .usingComparatorWithPrecision(0.02f)
        .containsExactly(published("muon, bfloat16"));
  }

  @Test
  void a_parameter_without_a_gradient_stays_as_it_is_with_its_momentum() {
    try (LiveNetwork network = TinyNetwork.live();
        Optimizer optimizer = new Optimizer(optimization(SGD), network);
        PointerScope scope = new PointerScope()) {
      for (int t = 0; t < 4; t++) {
        TinyNetwork.gradient(network.tensor(TinyNetwork.KERNEL), 0, t);
        if (t != 1) {
          TinyNetwork.gradient(network.tensor(TinyNetwork.BIAS), 1, t);
        }
        optimizer.step(0.1 / (t + 1), t);
      }
      assertThat(TinyNetwork.values(network))
          .usingComparatorWithPrecision(5e-7f)
          .containsExactly(published("sgd, a gradient missing"));
    }
  }

  @Test
  void gradients_may_lie_in_memory_in_another_order_than_their_kernel() {
    try (LiveNetwork network = TinyNetwork.live();
        Optimizer optimizer = new Optimizer(optimization(SGD), network);
        PointerScope scope = new PointerScope()) {
      Tensor kernel = network.tensor(TinyNetwork.KERNEL);
      assertThat(kernel.is_contiguous()).as("channels-last").isFalse();
      for (int t = 0; t < 4; t++) {
        TinyNetwork.learn(network, t);
        kernel.mutable_grad().put(kernel.grad().contiguous(torch.MemoryFormat.Contiguous));
        optimizer.step(0.1 / (t + 1), t);
      }
      assertThat(TinyNetwork.values(network)).isEqualTo(afterFour(optimization(SGD)));
    }
  }

  @Test
  void forgets_gradients_after_a_step_and_when_told_to() {
    try (LiveNetwork network = TinyNetwork.live();
        Optimizer optimizer = new Optimizer(optimization(SGD), network)) {
      TinyNetwork.learn(network, 0);
      optimizer.step(0.1, 0);
      assertThat(network.tensor(TinyNetwork.KERNEL).grad().defined()).isFalse();
      TinyNetwork.learn(network, 1);
      float[] before = TinyNetwork.values(network);
      optimizer.forget();
      assertThat(network.tensor(TinyNetwork.BIAS).grad().defined()).isFalse();
      optimizer.step(0.1, 1);
      assertThat(TinyNetwork.values(network)).isEqualTo(before);
    }
  }

  @Test
  void a_factor_scales_the_rate_of_a_parameter_and_zero_freezes_it() {
    Optimization optimization = optimization("optimizer=sgd, momentum=0, weight-decay=0");
    try (LiveNetwork network = TinyNetwork.live();
        Optimizer optimizer =
            new Optimizer(
                optimization,
                network,
                parameter -> parameter.name().equals(TinyNetwork.BIAS) ? 0.5 : 0)) {
      float[] before = TinyNetwork.values(network);
      TinyNetwork.learn(network, 0);
      // The bias has gradients cos(1), cos(2.3), cos(3.6).
      double norm = Math.hypot(Math.hypot(Math.cos(1), Math.cos(2.3)), Math.cos(3.6));
      assertThat(optimizer.gradientNorm()).isCloseTo(norm, within(1e-6));
      optimizer.step(0.1, 0);
      float[] after = TinyNetwork.values(network);
      assertThat(Arrays.copyOf(after, 54)).isEqualTo(Arrays.copyOf(before, 54));
      assertThat(after[54]).isCloseTo((float) (before[54] - 0.05 * Math.cos(1)), within(1e-7f));
      assertThat(network.tensor(TinyNetwork.KERNEL).grad().defined()).as("forgotten").isFalse();
    }
    try (LiveNetwork network = TinyNetwork.live()) {
      assertThatThrownBy(() -> new Optimizer(optimization, network, parameter -> -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("rate factor of conv1.weight = -1.0: must be at least 0");
    }
  }

  @Test
  void other_parameters_than_kernels_have_a_rate_of_their_own() {
    Optimization optimization =
        optimization("optimizer=sgd, momentum=0, weight-decay=0, other-rate=0.5");
    try (LiveNetwork network = TinyNetwork.live();
        Optimizer optimizer = new Optimizer(optimization, network)) {
      for (String[] nameAndRate :
          new String[][] {
            {TinyNetwork.KERNEL, "0.1"},
            {TinyNetwork.BIAS, "0.05"},
            {"bn1.weight", "0.05"},
            {"bn1.bias", "0.05"}
          }) {
        Tensor parameter = network.tensor(nameAndRate[0]);
        float before = Tensors.floats(parameter)[0];
        TinyNetwork.gradient(parameter, 0, 0); // Its first value is cos(0) = 1.
        optimizer.step(0.1, 0);
        assertThat(before - Tensors.floats(parameter)[0])
            .as(nameAndRate[0])
            .isCloseTo(Float.parseFloat(nameAndRate[1]), within(1e-6f));
      }
    }
  }

  @Test
  void state_carries_an_optimizer_over_to_another() {
    for (String keys :
        List.of(
            "optimizer=sgd, nesterov=true",
            "optimizer=adamw",
            "optimizer=lamb",
            "optimizer=muon, lookahead=3",
            "optimizer=sgd, lookahead=3")) {
      Optimization optimization = optimization(keys);
      float[] whole = afterFour(optimization);
      try (LiveNetwork network = TinyNetwork.live();
          Optimizer first = new Optimizer(optimization, network);
          Optimizer second = new Optimizer(optimization, network)) {
        for (int t = 0; t < 4; t++) {
          Optimizer at = t < 2 ? first : second;
          if (t == 2) {
            assertThat(second.state().keySet()).isEqualTo(first.state().keySet());
            first.state().forEach((name, tensor) -> second.state().get(name).copy_(tensor));
          }
          TinyNetwork.learn(network, t);
          at.step(0.1 / (t + 1), t);
        }
        assertThat(TinyNetwork.values(network)).as(keys).isEqualTo(whole);
      }
    }
  }

  @Test
  void slow_weights_go_half_of_the_way_and_fast_ones_start_again_from_them() {
    Optimization optimization =
        optimization("optimizer=sgd, momentum=0, weight-decay=0, lookahead=2");
    try (LiveNetwork network = TinyNetwork.live();
        Optimizer optimizer = new Optimizer(optimization, network)) {
      double start = Math.sin(1); // The bias begins with sin(1); its gradients begin with cos(...).
      double fast = start;
      for (int t = 0; t < 4; t++) {
        TinyNetwork.learn(network, t);
        optimizer.step(0.1, t);
        fast -= 0.1 * Math.cos(0.5 * t + 1);
        if (t % 2 == 1) {
          fast = (start + fast) / 2;
          start = fast;
        }
        assertThat(TinyNetwork.values(network)[54]).isCloseTo((float) fast, within(1e-6f));
      }
      assertThat(optimizer.state()).containsKey("fc.bias.slow");
    }
  }

  @Test
  void orthogonal_matrices_have_singular_values_near_one() {
    try (PointerScope scope = new PointerScope()) {
      torch.manual_seed(1);
      Tensor wide = torch.randn(2, 16, 144);
      Tensor tall = torch.randn(2, 144, 16);
      for (Tensor matrices : List.of(wide, tall)) {
        Tensor changes = Muon.orthogonal(matrices);
        assertThat(changes.sizes().vec().get()).isEqualTo(matrices.sizes().vec().get());
        for (float value : Tensors.floats(torch.linalg_svdvals(changes))) {
          assertThat(value).isBetween(0.65f, 1.25f);
        }
      }
    }
  }

  @Test
  void decays_what_the_policy_says() {
    assertThat(decayed(Optimization.Decayed.ALL))
        .containsExactly(
            Role.CONVOLUTION_WEIGHT,
            Role.CONVOLUTION_BIAS,
            Role.GATE_BIAS,
            Role.NORM_WEIGHT,
            Role.NORM_BIAS,
            Role.LINEAR_WEIGHT,
            Role.LINEAR_BIAS);
    assertThat(decayed(Optimization.Decayed.NO_NORM))
        .containsExactly(Role.CONVOLUTION_WEIGHT, Role.LINEAR_WEIGHT);
    assertThat(decayed(Optimization.Decayed.CONVOLUTIONS)).containsExactly(Role.CONVOLUTION_WEIGHT);
  }

  private static List<Role> decayed(Optimization.Decayed policy) {
    return Arrays.stream(Role.values())
        .filter(Role::trained)
        .filter(role -> Optimizer.decays(policy, role))
        .toList();
  }
}
