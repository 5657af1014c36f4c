package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.Promise;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** A7: NaN and infinity are found in the step in which they appear, wherever they appear. */
@Promise(
    id = "A7",
    fault =
        "NaN or infinity in a pixel, the loss, a gradient, a weight, the statistics of a batch norm",
    holds =
        "found in the same step; weights, statistics and optimizer stay as before it; the step is left out and told")
class GuardTest {
  @TempDir Path folder;

  private static Batch batch(float first) {
    float[] pixels = new float[4 * 3 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(i);
    }
    pixels[0] = first;
    int[] labels = {0, 1, 2, 3};
    return new Batch(4, pixels, labels, labels);
  }

  private static Map<String, List<Float>> values(LiveNetwork network, Optimizer optimizer) {
    Map<String, List<Float>> values = new LinkedHashMap<>();
    network.state().forEach((name, tensor) -> values.put(name, boxed(Tensors.floats(tensor))));
    optimizer.state().forEach((name, tensor) -> values.put(name, boxed(Tensors.floats(tensor))));
    return values;
  }

  private static List<Float> boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < boxed.length; i++) {
      boxed[i] = values[i];
    }
    return List.of(boxed);
  }

  private static void fill(LiveNetwork network, String name, double value) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      network.tensor(name).fill_(new Scalar(value));
    }
  }

  /** Takes a good step, then one with what is broken, then another good one. */
  private void holds(String trouble, float pixel, Fault breaks) {
    Setup setup = new TinyRuns(folder).setup("batch", "4");
    try (LiveNetwork network = setup.beginning().live(Device.CPU, Precision.FP32);
        Optimizer optimizer = new Optimizer(setup.recipe().optimization(), network);
        Objective objective = new Objective(setup.recipe().targets(), Device.CPU);
        Learner learner = new Learner(setup.recipe(), network, optimizer, objective)) {
      network.train(true);
      assertThat(learner.learn(one(batch(0)), 1, 0, 0.1).trouble()).isEmpty();
      breaks.run(network);
      Map<String, List<Float>> before = values(network, optimizer);
      Learner.Learned learned = learner.learn(one(batch(pixel)), 1, 1, 0.1);
      assertThat(learned.trouble()).hasValueSatisfying(text -> assertThat(text).contains(trouble));
      assertThat(values(network, optimizer)).isEqualTo(before);
      try (PointerScope scope = new PointerScope()) {
        assertThat(network.tensor("fc.weight").grad().defined()).isFalse();
      }
    }
  }

  @FunctionalInterface
  private interface Fault {
    void run(LiveNetwork network);
  }

  private static Iterator<Batch> one(Batch batch) {
    return List.of(batch).iterator();
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void in_a_pixel(float pixel) {
    holds("an image of the batch holds values that are no numbers", pixel, network -> {});
  }

  @Test
  void in_the_loss() {
    holds("loss became", 0, network -> fill(network, "fc.bias", Double.NaN));
  }

  @Test
  void in_one_weight() {
    holds(
        "layer1.0.conv1.weight holds values that are no numbers",
        0,
        network -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard constant = new NoGradGuard()) {
            network.tensor("layer1.0.conv1.weight").select(0, 3).fill_(new Scalar(Double.NaN));
          }
        });
  }

  @Test
  void in_one_gradient() {
    holds(
        "a gradient became",
        0,
        network -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard constant = new NoGradGuard()) {
            Tensor weight = network.tensor("layer1.0.conv1.weight");
            Tensor gradient = torch.zeros_like(weight);
            gradient.select(0, 3).fill_(new Scalar(Double.NaN));
            weight.mutable_grad().put(gradient); // Gradients are added to what lies there.
          }
        });
  }

  @Test
  void in_the_statistics_of_a_batch_norm() {
    holds(
        "layer2.0.bn1.running_var holds values that are no numbers",
        0,
        network -> fill(network, "layer2.0.bn1.running_var", Double.POSITIVE_INFINITY));
  }
}
