package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.onnx.OnnxFile;
import org.resnet4j.weights.onnx.OnnxFile.BatchNorm;

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
          OnnxCheck check = OnnxCheck.of(file, live, config(network), NO_MEAN, images);
          assertThat(check.difference()).as("%s, %d", batchNorm, images).isLessThanOrEqualTo(1e-4);
        }
      }
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
      return OnnxCheck.of(file, live, config(network), mean, 2);
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
