package org.resnet4j.infer;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Basic;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Shortcut.Identity;
import org.resnet4j.arch.Shortcut.PooledProjection;
import org.resnet4j.arch.Shortcut.Projection;
import org.resnet4j.arch.Shortcut.ZeroPadded;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Processor;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.onnx.MinMax;
import org.resnet4j.weights.onnx.OnnxFile;
import org.resnet4j.weights.onnx.OnnxFile.BatchNorm;
import org.resnet4j.weights.onnx.OnnxFile.Form;
import org.resnet4j.weights.onnx.OnnxFile.Quantized;

/** What ONNX Runtime makes of our files, beside our own networks. */
class OnnxExportTest {
  /** Odd sides: strides and pools meet borders that they do not fit. */
  private static final Shape INPUT = new Shape(3, 17, 14);

  private static final float[] NO_MEAN = {};

  private static int threads;

  @TempDir private Path folder;

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

  static List<Network> networks() {
    Block toTwelve = new Basic(8, 12, 2, Projection.of1x1(2));
    Block pooled = new Basic(8, 12, 2, new PooledProjection(2));
    Network basic = tiny("basic", toTwelve);
    Network deep =
        new Network(
            "deep-stem",
            INPUT,
            5,
            new Stem.Deep(3, 4, 6, 8, Stem.Pool.MAX),
            List.of(Stage.of(identity()), Stage.of(pooled)));
    Network blurred =
        new Network(
            "blur",
            INPUT,
            5,
            new Stem.Single(new Convolution(3, 8, 7, 2, 3), Stem.Pool.BLURRED_MAX),
            List.of(Stage.of(identity()), Stage.of(new Block.Blurred(toTwelve))));
    Network zeros = tiny("zeros-around", new Basic(8, 12, 2, new ZeroPadded(Side.AROUND)));
    List<Network> networks = new ArrayList<>();
    networks.addAll(List.of(basic, deep, blurred, zeros));
    networks.add(tiny("zeros-after", new Basic(8, 12, 2, new ZeroPadded(Side.AFTER))));
    networks.add(tiny("bottleneck", bottleneck(1, Strided.MIDDLE_3X3)));
    networks.add(tiny("bottleneck-v1", bottleneck(1, Strided.FIRST_1X1)));
    networks.add(tiny("resnext", bottleneck(4, Strided.MIDDLE_3X3)));
    networks.add(tiny("squeeze-excitation", new Block.SqueezeExcited(toTwelve, 3)));
    networks.add(basic.withNorm(new Norm.Group(2)).withName("group-norm"));
    networks.add(basic.withOutputStride(1).withName("dilated"));
    networks.add(deep.withOutputStride(4).withName("dilated-pooled"));
    networks.add(between("scaled", new Shortcut.Scaled(0.5, 0.25)));
    networks.add(between("gated", new Shortcut.Gated(false)));
    networks.add(between("gated-exclusive", new Shortcut.Gated(true)));
    networks.add(between("activated", new Shortcut.Activated()).withOrder(Order.PRE_ACTIVATION));
    networks.add(between("dropout-shortcut", new Shortcut.DroppedOut(0.5)));
    networks.add(basic.withoutShortcuts());
    networks.add(basic.withNorm(new Norm.None()).withName("no-norm"));
    networks.add(zeros.withNorm(new Norm.None()).withName("no-norm-zeros"));
    networks.add(zeros.withNorm(new Norm.None()).withoutShortcuts().withName("no-norm-plain"));
    networks.add(deep.withNorm(new Norm.None()).withName("no-norm-deep"));
    networks.add(
        zeros.withOrder(Order.PRE_ACTIVATION).withoutShortcuts().withName("pre-activation-plain"));
    networks.add(
        basic
            .withOrder(Order.PRE_ACTIVATION)
            .withNorm(new Norm.None())
            .withName("pre-activation-no-norm"));
    networks.add(basic.withStochasticDepth(0.5).withName("stochastic-depth"));
    Stream.of(Order.values())
        .filter(order -> order != Order.ORIGINAL)
        .forEach(order -> networks.add(basic.withOrder(order).withName(order.id())));
    networks.add(zeros.withOrder(Order.PRE_ACTIVATION).withName("pre-activation-zeros"));
    networks.add(deep.withOrder(Order.PRE_ACTIVATION).withName("pre-activation-deep"));
    networks.add(
        basic
            .withOrder(Order.PRE_ACTIVATION)
            .withBlocks(block -> new Block.DroppedOut(block, 0.3))
            .withName("pre-activation-dropout"));
    return networks;
  }

  private static Block identity() {
    return new Basic(8, 8, 1, new Identity());
  }

  private static Block bottleneck(int groups, Strided strided) {
    return new Bottleneck(8, 4, groups, 16, 2, strided, Projection.of1x1(2));
  }

  private static Network tiny(String name, Block last) {
    return new Network(
        name, INPUT, 5, Stem.cifar(3, 8), List.of(Stage.of(identity()), Stage.of(last)));
  }

  private static Network between(String name, Shortcut shortcut) {
    return tiny(name, identity().with(shortcut));
  }

  static Stream<Named<Network>> eachNetwork() {
    return networks().stream().map(network -> Named.of(network.name(), network));
  }

  @ParameterizedTest
  @MethodSource("eachNetwork")
  void onnx_runtime_gives_the_logits_of_the_network(Network network) throws IOException {
    Path file = folder.resolve("model.onnx");
    try (LiveNetwork live = live(network)) {
      for (BatchNorm batchNorm : BatchNorm.values()) {
        OnnxFile.write(file, config(network), ReproducibleValues::fill, NO_MEAN, batchNorm);
        for (int images : new int[] {1, 3}) {
          OnnxCheck check =
              OnnxCheck.of(file, OnnxCheck.of(live), config(network), NO_MEAN, 1e-4, images);
          assertThat(check.difference()).as("%s, %d", batchNorm, images).isLessThanOrEqualTo(1e-4);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("eachNetwork")
  void a_calibrated_file_gives_nearly_the_logits_of_the_plan_in_8_bits(Network network)
      throws IOException {
    assumeTrue(
        Processor.here().computesInInt8(), "this processor has no 8-bit products (avx512_vnni)");
    for (Set<String> kept : List.of(Set.<String>of(), kept(network))) {
      Quantization quantization = calibrated(network, kept);
      OnnxCheck check = checkedIn8Bits(network, ReproducibleValues::fill, quantization);
      assertThat(Files.readString(folder.resolve("model.onnx"), ISO_8859_1))
          .contains("QuantizeLinear");
      assertThat(check.passed()).as(check.toString()).isTrue();
      assertThat(check.difference()).isPositive();
    }
  }

  private static Set<String> kept(Network network) {
    return Set.of(network.stemLayers().get(0).name(), network.headName());
  }

  private Quantization calibrated(Network network, Set<String> kept) throws IOException {
    Path folded = folder.resolve("folded.onnx");
    OnnxFile.write(folded, config(network), ReproducibleValues::fill, NO_MEAN, BatchNorm.FOLDED);
    float[] images = new float[Math.toIntExact(8 * INPUT.size())];
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble(-2.1, 2.6);
    }
    return MinMax.of(folded, network, images, kept);
  }

  @Test
  void kernels_with_channels_out_of_order_are_noticed_in_8_bits() throws IOException {
    assumeTrue(
        Processor.here().computesInInt8(), "this processor has no 8-bit products (avx512_vnni)");
    Network network = networks().get(0);
    Quantization right = calibrated(network, Set.of());
    List<String> kernels =
        network.state().stream()
            .filter(p -> p.role() == Role.CONVOLUTION_WEIGHT || p.role() == Role.LINEAR_WEIGHT)
            .map(Parameter::name)
            .toList();
    assertThat(kernels).hasSize(7);
    for (String kernel : kernels) {
      for (int channels : new int[] {1, -1}) {
        OnnxCheck check = checkedIn8Bits(network, turned(kernel, channels), right);
        assertThat(check.passed()).as("%s, %s", kernel, check).isFalse();
      }
    }
  }

  private static Function<Parameter, float[]> turned(String kernel, int channels) {
    return parameter -> {
      float[] values = ReproducibleValues.fill(parameter);
      if (!parameter.name().equals(kernel)) {
        return values;
      }
      float[] turned = new float[values.length];
      int by = channels * values.length / parameter.shape().get(0);
      for (int i = 0; i < values.length; i++) {
        turned[Math.floorMod(i + by, values.length)] = values[i];
      }
      return turned;
    };
  }

  private OnnxCheck checkedIn8Bits(
      Network network, Function<Parameter, float[]> weights, Quantization quantization)
      throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxFile.write(file, config(network), weights, NO_MEAN, new Quantized(quantization));
    Map<String, float[]> right = new HashMap<>();
    network.state().forEach(p -> right.put(p.name(), ReproducibleValues.fill(p)));
    try (Compiler compiler = new Compiler(network, right::get, Precision.FP32, quantization);
        Plan plan = compiler.plan(1)) {
      return OnnxCheck.of(
          file,
          OnnxCheck.of(plan, network.input()),
          config(network),
          NO_MEAN,
          OnnxCheck.TOLERANCE_IN_8_BITS,
          3);
    }
  }

  private static LiveNetwork live(Network network) {
    return LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32);
  }

  /** Writes with one set of weights and one mean, and checks against the right ones. */
  private OnnxCheck check(
      Network network, Function<Parameter, float[]> written, float[] writtenMean, float[] mean)
      throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxFile.write(file, config(network), written, writtenMean, BatchNorm.FOLDED);
    try (LiveNetwork live = live(network)) {
      return OnnxCheck.of(file, OnnxCheck.of(live), config(network), mean, 1e-4, 2);
    }
  }

  private static ModelConfig config(Network network) {
    return new ModelConfig(
        network,
        IntStream.range(0, network.classes()).mapToObj(Integer::toString).toList(),
        32,
        "bicubic",
        List.of(0.485, 0.456, 0.406),
        List.of(0.229, 0.224, 0.225));
  }

  @Test
  void one_weight_in_a_thousand_that_is_wrong_is_noticed() throws IOException {
    Function<Parameter, float[]> wrong =
        parameter -> {
          float[] values = ReproducibleValues.fill(parameter);
          if (parameter.name().equals("layer1.0.conv1.weight")) {
            values[100] += 0.5f;
          }
          return values;
        };
    OnnxCheck check = check(networks().get(0), wrong, NO_MEAN, NO_MEAN);
    assertThat(check.passed()).isFalse();
    assertThat(check.difference()).isBetween(1e-3, 1.0);
    assertThat(check.runtime()).matches("\\d+\\.\\d+\\.\\d+");
  }

  @Test
  void logits_that_are_no_numbers_do_not_pass() {
    assertThat(new OnnxCheck("1", Double.NaN, 1).passed()).isFalse();
    assertThat(new OnnxCheck("1", 1e-4, 1e-4).passed()).isTrue();
  }

  @Test
  void a_mean_for_each_pixel_is_part_of_the_file() throws IOException {
    Network network = networks().get(0);
    float[] mean = new float[(int) INPUT.size()];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = i / (float) mean.length;
    }
    Function<Parameter, float[]> right = ReproducibleValues::fill;
    assertThat(check(network, right, mean, mean).passed()).isTrue();
    assertThat(check(network, right, NO_MEAN, mean).passed()).isFalse();
  }

  @Test
  void a_model_folder_becomes_a_file_that_was_checked() throws IOException {
    Network network = networks().get(0);
    Path model = folder.resolve("run/model");
    ModelFolder.write(model, config(network), entries(network), "", new float[(int) INPUT.size()]);
    Path file = folder.resolve("model.onnx");
    Optional<OnnxCheck> check = OnnxExport.write(folder.resolve("run"), file, BatchNorm.KEPT);
    assertThat(check.orElseThrow().passed()).isTrue();
    assertThat(file).isRegularFile();
  }

  @Test
  void a_calibrated_folder_becomes_a_file_in_8_bits_unless_fp32_is_asked_for() throws IOException {
    Network network = networks().get(0);
    ModelFolder.write(folder, config(network), entries(network), "");
    assertThat(OnnxExport.form(folder, "auto")).isEqualTo(BatchNorm.FOLDED);
    assertThatThrownBy(() -> OnnxExport.form(folder, "int8"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "precision = int8: %s is not quantised; do that with resnet4j quantize MODEL --data D, or export fp32"
                .formatted(folder));
    Quantization quantization = calibrated(network, Set.of("fc"));
    ModelFolder.writeQuantization(folder, quantization);
    assertThat(OnnxExport.form(folder, "fp32")).isEqualTo(BatchNorm.FOLDED);
    assertThat(OnnxExport.form(folder, "int8")).isEqualTo(new Quantized(quantization));
    Form form = OnnxExport.form(folder, "auto");
    Path file = folder.resolve("model.onnx");
    OnnxCheck check = OnnxExport.write(folder, file, form).orElseThrow();
    assertThat(check.passed()).as(check.toString()).isTrue();
    assertThat(check.difference()).isPositive();
    assertThatThrownBy(() -> OnnxExport.form(folder, "bf16"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("precision = bf16: an ONNX file is in int8 or fp32; auto is int8 if it can be");
  }

  private static List<TensorEntry> entries(Network network) {
    List<TensorEntry> entries = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      entries.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 7)
              : TensorEntry.ofFloats(parameter.name(), shape, ReproducibleValues.fill(parameter)));
    }
    return entries;
  }

  @Test
  void what_onnx_runtime_refuses_is_named() throws IOException {
    Path file = Files.writeString(folder.resolve("model.onnx"), "no model");
    assertThatThrownBy(() -> new OnnxRuntime(file))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(file + ": ONNX Runtime refuses it: ");
  }
}
