package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** One network of every family against torchvision's, timm's and the papers': see family.py. */
class FamilyParityTest {
  private static final int IMAGES = 4;
  private static final double TOLERANCE = 1e-4;
  private static final Map<String, Map<String, float[]>> GOLDENS =
      GoldenFile.read("family.safetensors.gz");

  private static int threads;

  /** Threads that wait for each other in tiny layers are slow where the cores are busy. */
  @BeforeAll
  static void compute_on_one_thread() {
    Engine.start();
    threads = torch.get_num_threads();
    torch.set_num_threads(1);
  }

  @AfterAll
  static void compute_on_all_threads() {
    torch.set_num_threads(threads);
  }

  static List<String> cases() {
    return GOLDENS.entrySet().stream()
        .filter(entry -> entry.getValue().containsKey("logits"))
        .map(Map.Entry::getKey)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void has_the_logits_of_the_reference(String name) {
    assertClose(logits(network(name)), golden(name));
  }

  /** Both are for training alone. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet20-b", "seresnet18", "resnetv2_18", "wrn-10-2"})
  void dropout_and_stochastic_depth_change_no_prediction(String name) {
    Network dropping =
        network(name)
            .withBlocks(block -> new Block.DroppedOut(block, 0.5))
            .withStochasticDepth(0.5);
    assertClose(logits(dropping), golden(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet50", "resnetv2_50"})
  void has_the_feature_maps_of_the_reference(String name) {
    Network network = network(name);
    List<Network.FeatureMap> described = network.featureMaps();
    assertThat(described).hasSize(4);
    try (LiveNetwork live = live(network);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      List<Tensor> maps = live.featureMaps(images(network.input()));
      assertThat(maps).hasSize(4);
      for (int k = 0; k < 4; k++) {
        Shape shape = described.get(k).shape();
        float[] expected = golden(name, "features.%d.shape".formatted(k));
        assertThat(new float[] {shape.channels(), shape.height(), shape.width()})
            .containsExactly(expected[0], expected[1], expected[2]);
        assertThat((float) described.get(k).stride()).isEqualTo(expected[3]);
        assertThat(maps.get(k).sizes().vec().get())
            .containsExactly(IMAGES, shape.channels(), shape.height(), shape.width());
        assertClose(
            spread(Tensors.floats(maps.get(k))), golden(name, "features.%d.values".formatted(k)));
      }
    }
  }

  private static float[] spread(float[] values) {
    float[] chosen = new float[32];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = values[(int) ((long) i * (values.length - 1) / 31)];
    }
    return chosen;
  }

  /** {@code NAME} or {@code NAME@OUTPUT_STRIDE}. */
  private static Network network(String name) {
    String[] parts = name.split("@");
    Network network = Catalogue.network(parts[0]).withClasses(10);
    if (network.input().height() > 64) {
      network = network.withInput(new Shape(3, 64, 64));
    }
    return parts.length == 1 ? network : network.withOutputStride(Integer.parseInt(parts[1]));
  }

  private static LiveNetwork live(Network network) {
    return LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32);
  }

  private static float[] logits(Network network) {
    try (LiveNetwork live = live(network);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      return Tensors.floats(live.forward(images(network.input())));
    }
  }

  private static Tensor images(Shape shape) {
    float[] values = ReproducibleValues.fill("images", Math.toIntExact(IMAGES * shape.size()));
    return Tensors.of(values, IMAGES, shape.channels(), shape.height(), shape.width());
  }

  private static float[] golden(String name) {
    return golden(name, "logits");
  }

  private static float[] golden(String name, String key) {
    return Objects.requireNonNull(GOLDENS.getOrDefault(name, Map.of()).get(key), name + "/" + key);
  }

  /** The largest difference, relative to the range. */
  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      least = Math.min(least, expected[i]);
      most = Math.max(most, expected[i]);
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
    }
    assertThat(difference / (most - least)).isLessThanOrEqualTo(TOLERANCE);
  }
}
