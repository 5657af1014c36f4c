package org.resnet4j.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Optimization;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** Four steps beside PyTorch's, whose numbers optimizers.py prints. */
class OptimizerTest {
  private static final Network THREE_CLASSES =
      new Network(
          "tiny",
          new Shape(1, 4, 4),
          3,
          Stem.cifar(1, 1),
          List.of(Stage.of(new Block.Basic(1, 1, 1, new Shortcut.Identity()))));

  @ParameterizedTest
  @CsvSource({
    "sgd,   0.0, false, 0.0,  0.96,       -2.08,       3.12",
    "sgd,   0.9, false, 0.01, 0.93050172, -2.12415545, 3.18623317",
    "sgd,   0.9, true,  0.01, 0.89543658, -2.18745629, 3.28118443",
    "adamw, 0.9, false, 0.01, 0.79385983, -2.19989455, 3.19781267"
  })
  void changes_weights_as_pytorch_does(
      String kind, String momentum, String nesterov, String decay, double a, double b, double c) {
    Map<String, String> overrides = new HashMap<>();
    overrides.put("optimizer", kind);
    overrides.put("momentum", momentum);
    overrides.put("nesterov", nesterov);
    overrides.put("weight-decay", decay);
    Recipe recipe = RecipeFile.load("cifar-paper", overrides);
    try (LiveNetwork network =
            LiveNetwork.of(
                THREE_CLASSES,
                (parameter, values) ->
                    values.put(
                        parameter.name().equals("fc.bias")
                            ? new float[] {1, -2, 3}
                            : new float[values.remaining()]),
                Device.CPU,
                Precision.FP32);
        Optimizer optimizer = new Optimizer(recipe.optimization(), network);
        PointerScope scope = new PointerScope()) {
      Tensor parameter = network.tensor("fc.bias");
      for (int t = 0; t < 4; t++) {
        float k = t + 1;
        parameter.mul(Tensors.of(new float[] {0.1f * k, 0.2f * k, -0.3f * k}, 3)).sum().backward();
        optimizer.step(0.1 / k, t);
      }
      assertThat(Tensors.floats(parameter))
          .usingComparatorWithPrecision(1e-6f)
          .containsExactly((float) a, (float) b, (float) c);
      assertThat(parameter.grad().defined()).as("gradients are forgotten").isFalse();
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
