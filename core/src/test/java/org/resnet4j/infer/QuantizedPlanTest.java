package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Processor;
import org.resnet4j.weights.Folding;
import org.resnet4j.weights.QuantizedKernel;
import org.resnet4j.weights.model.Quantization;

/** A network in 8 bits computes in integers what it computes in floats, up to rounding. */
class QuantizedPlanTest {
  @BeforeEach
  void needsTheProcessor() {
    assumeTrue(
        Processor.here().computesInInt8(), "this processor has no 8-bit products (avx512_vnni)");
  }

  static Stream<Network> networks() {
    return PlanTest.networks();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void stays_near_the_network_in_floats(Network network) {
    float[] image = image(network);
    try (Compiler floats = compiler(network, null)) {
      float[] expected = logits(floats, image);
      Quantization quantization =
          calibrated(network, floats, image).quantization(Calibration.Method.MIN_MAX, Set.of());
      try (Compiler integers = compiler(network, quantization)) {
        assertThat(PlanTest.difference(logits(integers, image), expected)).isBetween(1e-5, 0.06);
      }
    }
  }

  @Test
  void computes_every_layer_of_resnet50_in_8_bits_without_a_conversion_between() {
    Network network = PlanTest.small(Catalogue.network("resnet50"));
    try (Compiler floats = compiler(network, null);
        Compiler integers = compiler(network, quantization(network, floats, Set.of()));
        Plan plan = integers.plan(1)) {
      Map<String, Long> results =
          plan.steps().stream()
              .collect(
                  Collectors.groupingBy(
                      step -> step.result().format().type().name(), Collectors.counting()));
      // 49 convolutions that end in a ReLU, the maximum pool and the rounded features.
      assertThat(results.get("u8")).isEqualTo(51);
      // Four projections and the rounded images.
      assertThat(results.get("s8")).isEqualTo(5);
      // The last maps before they are averaged, the average, the logits.
      assertThat(results.get("f32")).isEqualTo(3);
    }
  }

  @Test
  void a_layer_that_is_kept_reads_and_writes_floats() {
    Network network = PlanTest.small(Catalogue.network("resnet18"));
    float[] image = image(network);
    try (Compiler floats = compiler(network, null)) {
      float[] expected = logits(floats, image);
      Set<String> all = Quantization.names(network);
      all.add("fc");
      try (Compiler first = compiler(network, quantization(network, floats, Set.of("conv1")));
          Compiler everything = compiler(network, quantization(network, floats, all));
          Plan plan = first.plan(1)) {
        assertThat(plan.steps().get(0).name()).isEqualTo("conv1");
        assertThat(plan.steps().get(0).result().format()).isEqualTo(Format.FP32);
        assertThat(PlanTest.difference(logits(everything, image), expected)).isLessThan(1e-6);
      }
    }
  }

  /** conv1 of resnet8, 3x3 over padded images, in the integers that the definition says. */
  @Test
  void gives_the_integers_of_arithmetic() {
    Network network = PlanTest.small(Catalogue.network("resnet8"));
    float[] image = image(network);
    try (Compiler floats = compiler(network, null)) {
      Quantization quantization = quantization(network, floats, Set.of());
      int[] expected = conv1ByHand(network, quantization, image);
      try (Compiler integers = compiler(network, quantization);
          Plan plan = integers.plan(1)) {
        plan.pixels().put(image);
        List<float[]> seen = new ArrayList<>();
        plan.run(
            step -> {
              if (step.name().equals("conv1")) {
                float[] values = new float[expected.length];
                plan.values(step.result()).get(values);
                seen.add(values);
              }
            });
        float scale = quantization.activations().get("conv1").scale();
        int away = 0;
        for (int i = 0; i < expected.length; i++) {
          int actual = Math.round(seen.get(0)[i] / scale);
          assertThat(actual).isBetween(expected[i] - 1, expected[i] + 1);
          away += actual == expected[i] ? 0 : 1;
        }
        // Halves may fall to either side, as floats are rounded.
        assertThat(away).isLessThan(expected.length / 200);
        assertThat(seen).hasSize(1);
      }
    }
  }

  private static int[] conv1ByHand(Network network, Quantization quantization, float[] image) {
    Map<String, float[]> weights = weights(network);
    Folding folding =
        new Folding(
            weights.get("bn1.weight"),
            weights.get("bn1.bias"),
            weights.get("bn1.running_mean"),
            weights.get("bn1.running_var"));
    Convolution c = (Convolution) network.stemLayers().get(0).operation();
    QuantizedKernel kernel =
        QuantizedKernel.of(folding.kernel(weights.get("conv1.weight")), c.out());
    double in = quantization.activations().get("input").scale();
    double out = quantization.activations().get("conv1").scale();
    int side = network.input().height();
    int[] result = new int[side * side * c.out()];
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        for (int o = 0; o < c.out(); o++) {
          long sum = 0;
          for (int k = 0; k < 27; k++) {
            int row = y + k % 9 / 3 - 1;
            int column = x + k % 3 - 1;
            if (row >= 0 && row < side && column >= 0 && column < side) {
              long pixel = Math.round(Math.rint(image[(row * side + column) * 3 + k / 9] / in));
              sum += Math.max(-128, Math.min(pixel, 127)) * kernel.values()[o * 27 + k];
            }
          }
          double value = sum * in * kernel.scales()[o] + folding.bias()[o];
          result[(y * side + x) * c.out() + o] =
              (int) Math.max(0, Math.min(Math.rint(value / out), 255));
        }
      }
    }
    return result;
  }

  @Test
  void gives_all_native_memory_back() {
    Network network = PlanTest.small(Catalogue.network("resnet18"));
    try (Compiler floats = compiler(network, null)) {
      Quantization quantization = quantization(network, floats, Set.of());
      long before = Pointer.totalCount();
      try (Compiler integers = compiler(network, quantization);
          Plan plan = integers.plan(1)) {
        plan.run();
        long running = Pointer.totalCount();
        plan.run();
        assertThat(Pointer.totalCount()).isEqualTo(running);
      }
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  @Test
  void calibration_sees_the_images_every_layer_and_every_sum() {
    Network network = PlanTest.small(Catalogue.network("resnet8-b"));
    float[] image = image(network);
    try (Compiler floats = compiler(network, null)) {
      Quantization quantization =
          calibrated(network, floats, image).quantization(Calibration.Method.MIN_MAX, Set.of());
      assertThat(new TreeSet<>(quantization.activations().keySet()))
          .containsExactly(
              "conv1",
              "input",
              "layer1.0",
              "layer1.0.conv1",
              "layer1.0.conv2",
              "layer2.0",
              "layer2.0.conv1",
              "layer2.0.conv2",
              "layer2.0.downsample.0",
              "layer3.0",
              "layer3.0.conv1",
              "layer3.0.conv2",
              "layer3.0.downsample.0",
              "pool");
      assertThat(quantization.images()).isEqualTo(1);
      float largest = 0;
      for (float value : image) {
        largest = Math.max(largest, Math.abs(value));
      }
      assertThat(quantization.activations().get("input"))
          .isEqualTo(new Quantization.Scale(largest / 127, true));
      assertThat(quantization.activations().get("layer1.0").signed()).isFalse();
      assertThat(quantization.activations().get("layer1.0.conv2").signed()).isTrue();
    }
  }

  /** A norm that stands alone and works in place has a name and a scale all the same. */
  @Test
  void calibration_sees_norms_that_stand_alone() {
    for (String name : List.of("resnet8-norm-after-addition", "resnetv2_8")) {
      Network network = PlanTest.small(Catalogue.network(name));
      try (Compiler floats = compiler(network, null)) {
        Quantization quantization = quantization(network, floats, Set.of());
        assertThat(quantization.activations().keySet())
            .as(name)
            .contains(
                name.startsWith("resnetv2")
                    ? List.of("stages.0.blocks.0.norm1", "norm").toArray(String[]::new)
                    : List.of("layer1.0.bn2", "layer3.0.bn2").toArray(String[]::new));
      }
    }
  }

  private static Calibration calibrated(Network network, Compiler floats, float[] image) {
    return new Calibration(network, floats, List.of(image));
  }

  private static Quantization quantization(Network network, Compiler floats, Set<String> kept) {
    return calibrated(network, floats, image(network))
        .quantization(Calibration.Method.MIN_MAX, kept);
  }

  private static Map<String, float[]> weights(Network network) {
    Map<String, float[]> weights = new HashMap<>();
    for (Parameter parameter : network.state()) {
      if (parameter.role() != Parameter.Role.BATCHES_TRACKED) {
        weights.put(parameter.name(), ReproducibleValues.fill(parameter));
      }
    }
    return weights;
  }

  private static Compiler compiler(Network network, Quantization quantization) {
    Map<String, Parameter> parameters =
        network.state().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
    return new Compiler(
        network,
        name -> ReproducibleValues.fill(parameters.get(name)),
        Precision.FP32,
        quantization);
  }

  private static float[] logits(Compiler compiler, float[] image) {
    try (Plan plan = compiler.plan(1)) {
      return PlanTest.logits(plan, image);
    }
  }

  private static float[] image(Network network) {
    Shape shape = network.input();
    float[] image = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < image.length; i++) {
      image[i] = (i * 7919 % 251) / 125f - 1;
    }
    return image;
  }
}
