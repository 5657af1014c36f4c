package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** Our networks against PyTorch's numbers, computed in double precision by parity.py. */
class ParityTest {
  private static final double TOLERANCE = 1e-5;

  static List<Goldens.Case> cases() {
    return Goldens.cases();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void evaluates_to_pytorchs_logits(Goldens.Case golden) {
    try (LiveNetwork network = network(golden);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      network.train(false);
      float[] logits = Tensors.floats(network.forward(images(golden)));
      assertClose("logits", logits, golden.evalLogits(), tolerance(golden.forwardDeviation()));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void learns_with_pytorchs_loss_gradients_and_statistics(Goldens.Case golden) {
    try (LiveNetwork network = network(golden);
        PointerScope scope = new PointerScope()) {
      network.train(true);
      Tensor logits = network.forward(images(golden));
      Tensor labels = Tensors.of(golden.labels());
      Tensor loss =
          torch.cross_entropy_loss(
              logits, labels, new TensorOptional(), 1, -100, golden.labelSmoothing());
      loss.backward();
      double forward = tolerance(golden.forwardDeviation());
      assertClose("logits", Tensors.floats(logits), golden.trainLogits(), forward);
      assertClose("loss", new float[] {loss.item_float()}, new float[] {golden.loss()}, forward);
      double backward = tolerance(golden.backwardDeviation());
      if (golden.complete()) {
        golden
            .statistics()
            .forEach((name, values) -> assertClose(name, floats(network, name), values, forward));
        golden
            .gradients()
            .forEach(
                (name, values) -> assertClose(name, gradient(network, name), values, backward));
      } else {
        golden.gradientNorms().forEach((name, norm) -> assertNorm(network, name, norm, backward));
      }
    }
  }

  /**
   * Deep networks amplify rounding: PyTorch's own float32 says by how much, and we may do as well.
   */
  private static double tolerance(double pytorchsOwnDeviation) {
    return Math.max(TOLERANCE, 2 * pytorchsOwnDeviation);
  }

  private static LiveNetwork network(Goldens.Case golden) {
    return LiveNetwork.of(golden.network(), ReproducibleValues::put, Device.CPU, Precision.FP32);
  }

  private static Tensor images(Goldens.Case golden) {
    Shape shape = golden.network().input();
    return Tensors.of(golden.images(), 2, shape.channels(), shape.height(), shape.width());
  }

  private static float[] floats(LiveNetwork network, String name) {
    return Tensors.floats(network.tensor(name));
  }

  private static float[] gradient(LiveNetwork network, String name) {
    return Tensors.floats(network.tensor(name).grad());
  }

  private static void assertNorm(LiveNetwork network, String name, float norm, double tolerance) {
    double sum = 0;
    for (float value : gradient(network, name)) {
      sum += (double) value * value;
    }
    assertThat(Math.abs(Math.sqrt(sum) - norm) / norm).as(name).isLessThanOrEqualTo(tolerance);
  }

  /** The largest difference, relative to the largest value. */
  private static void assertClose(String name, float[] actual, float[] expected, double tolerance) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    double scale = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      scale = Math.max(scale, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
    }
    assertThat(difference / scale).as(name).isLessThanOrEqualTo(tolerance);
  }
}
