package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** A compiled network gives what the network itself gives. */
class PlanTest {
  private static final int IMAGES = 2;

  static Stream<Network> networks() {
    Stream<String> names =
        Stream.of(
            "resnet8",
            "resnet8-a-after",
            "resnet8-b",
            "resnet8-c",
            "resnet8-plain",
            "resnet8-scaled",
            "resnet8-gated",
            "resnet8-exclusive-gated",
            "resnet8-dropout-shortcut",
            "resnet8-norm-after-addition",
            "resnet8-relu-before-addition",
            "resnet8-relu-only-pre-activation",
            "resnetv2_8",
            "resnetv2_8-width4-plain",
            "resnet11-bottleneck-plain",
            "resnet8-no-norm",
            "resnet8-no-norm-b",
            "resnet8-width4-no-norm-plain",
            "resnet8-no-norm-relu-before-addition",
            "resnetv2_8-no-norm",
            "wrn-10-1-dropout",
            "resnet18",
            "resnet18d",
            "resnet50-v1",
            "resnet50t",
            "seresnet18",
            "resnext50_32x4d",
            "resnet50_gn",
            "resnetblur18",
            "resnetv2_18",
            "resnetv2_50d");
    Network dilated = small(Catalogue.network("resnet50d").withOutputStride(8));
    return Stream.concat(
        names.map(name -> small(Catalogue.network(name))),
        Stream.of(
            dilated.withName("resnet50d, output stride 8"),
            small(Catalogue.network("resnet18").withStochasticDepth(0.5)).withName("stochastic")));
  }

  static Network small(Network network) {
    int side = network.input().height() == 32 ? 16 : 64;
    return network.withClasses(7).withInput(new Shape(3, side, side));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gives_the_logits_of_the_network(Network network) {
    assertThat(difference(network, Precision.FP32)).isLessThanOrEqualTo(2e-5);
  }

  /** bf16 keeps eight bits: a two-hundredth of a value, and deep networks add them up. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet20", "resnet18", "resnetv2_18", "seresnet18"})
  void stays_near_them_in_bf16(String name) {
    assertThat(difference(small(Catalogue.network(name)), Precision.BF16))
        .isLessThanOrEqualTo(0.05);
  }

  @Test
  void gives_the_same_bits_again_and_for_each_image_alone() {
    Network network = small(Catalogue.network("resnet18"));
    float[] images = images(network);
    int size = images.length / IMAGES;
    try (Compiler compiler = compiler(network, Precision.FP32);
        Plan pair = compiler.plan(IMAGES);
        Plan single = compiler.plan(1)) {
      float[] logits = logits(pair, images);
      assertThat(logits(pair, images)).containsExactly(logits);
      float[] second = logits(single, Arrays.copyOfRange(images, size, 2 * size));
      for (int i = 0; i < 7; i++) {
        assertThat(second[i]).isCloseTo(logits[7 + i], org.assertj.core.data.Offset.offset(1e-4f));
      }
    }
  }

  @Test
  void folds_every_batch_norm_and_fuses_every_addition_of_resnet50() {
    Network network = small(Catalogue.network("resnet50"));
    try (Compiler compiler = compiler(network, Precision.FP32);
        Plan plan = compiler.plan(1)) {
      // 53 convolutions, the maximum pool, the average pool and the linear layer.
      assertThat(plan.steps()).hasSize(56);
    }
  }

  /** While a convolution reads maps, nobody may have their memory to write into. */
  @ParameterizedTest
  @MethodSource("networks")
  void no_convolution_writes_into_what_it_reads(Network network) {
    try (Compiler compiler = compiler(network, Precision.FP32);
        Plan plan = compiler.plan(IMAGES)) {
      for (Primitives.Step step : plan.steps()) {
        if (step.work() instanceof convolution_forward) {
          Pointer source = step.arguments().get(dnnl.DNNL_ARG_SRC).get_data_handle();
          Pointer target = step.arguments().get(dnnl.DNNL_ARG_DST).get_data_handle();
          assertThat(source.address()).as(step.name()).isNotEqualTo(target.address());
        }
      }
    }
  }

  /** 16 images of 160x160: 26 MB after the first stage and 13 MB after the second. */
  @Test
  void runs_large_feature_maps_in_slices_of_the_batch_to_the_same_logits() {
    Network network =
        Catalogue.network("resnet50").withClasses(7).withInput(new Shape(3, 160, 160));
    float[] image = images(network);
    float[] sixteen = new float[16 * image.length / IMAGES];
    for (int i = 0; i < sixteen.length; i++) {
      sixteen[i] = image[i % image.length] + i / image.length;
    }
    try (Compiler compiler = compiler(network, Precision.FP32);
        Plan sliced = compiler.plan(16);
        Plan single = compiler.plan(1)) {
      assertThat(Slices.Size.of(network, 16, Float.BYTES))
          .contains(new Slices.Size(7, 4)); // Units of two stages.
      float[] logits = logits(sliced, sixteen);
      assertThat(logits(sliced, sixteen)).containsExactly(logits);
      int size = sixteen.length / 16;
      for (int i : new int[] {0, 3, 4, 15}) {
        float[] alone = logits(single, Arrays.copyOfRange(sixteen, i * size, (i + 1) * size));
        float[] together = Arrays.copyOfRange(logits, 7 * i, 7 * i + 7);
        assertThat(difference(together, alone)).isLessThanOrEqualTo(2e-5);
      }
    }
  }

  @Test
  void a_batch_that_fits_the_cache_runs_in_one_piece() {
    Network network = Catalogue.network("resnet50");
    assertThat(Slices.Size.of(network, 1, Float.BYTES)).isEmpty();
    assertThat(Slices.Size.of(network, 16, Float.BYTES)).contains(new Slices.Size(13, 2));
    assertThat(Slices.Size.of(network, 16, Short.BYTES)).contains(new Slices.Size(7, 4));
    assertThat(Slices.Size.of(network, 16, Byte.BYTES)).contains(new Slices.Size(3, 8));
    assertThat(Slices.Size.of(Catalogue.network("resnet20"), 32, Float.BYTES)).isEmpty();
  }

  @Test
  void allocates_nothing_while_it_runs_and_gives_everything_back() {
    Network network = small(Catalogue.network("resnet18"));
    compile(network); // What is made once a process is made.
    long before = Pointer.totalCount();
    try (Compiler compiler = compiler(network, Precision.FP32);
        Plan plan = compiler.plan(1)) {
      plan.run();
      long running = Pointer.totalCount();
      for (int i = 0; i < 20; i++) {
        plan.run();
      }
      assertThat(Pointer.totalCount()).isEqualTo(running);
    }
    assertThat(Pointer.totalCount()).isEqualTo(before);
  }

  private static double difference(Network network, Precision precision) {
    float[] images = images(network);
    float[] expected;
    try (LiveNetwork live =
            LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Shape shape = network.input();
      Tensor pixels =
          Tensors.of(images, IMAGES, shape.height(), shape.width(), shape.channels())
              .permute(0, 3, 1, 2);
      expected = Tensors.floats(live.forward(pixels));
    }
    float[] actual;
    try (Compiler compiler = compiler(network, precision);
        Plan plan = compiler.plan(IMAGES)) {
      actual = logits(plan, images);
    }
    return difference(actual, expected);
  }

  /** The largest, as a part of the largest logit. */
  static double difference(float[] actual, float[] expected) {
    double range = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      range = Math.max(range, Math.abs(expected[i]));
      largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
    }
    return largest / range;
  }

  private static Compiler compiler(Network network, Precision precision) {
    Map<String, Parameter> parameters =
        network.state().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
    return new Compiler(
        network, name -> ReproducibleValues.fill(parameters.get(name)), precision, null);
  }

  private static void compile(Network network) {
    try (Compiler compiler = compiler(network, Precision.FP32)) {
      compiler.plan(1).close();
    }
  }

  static float[] logits(Plan plan, float[] images) {
    plan.pixels().put(images);
    plan.run();
    float[] logits = new float[plan.logits().remaining()];
    plan.logits().get(logits);
    return logits;
  }

  private static float[] images(Network network) {
    float[] images = new float[Math.toIntExact(IMAGES * network.input().size())];
    for (int i = 0; i < images.length; i++) {
      images[i] = (i * 7919 % 251) / 125f - 1;
    }
    return images;
  }
}
