package org.resnet4j.weights.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.model.Quantization.Scale;
import org.resnet4j.weights.onnx.OnnxFile.BatchNorm;
import org.resnet4j.weights.onnx.OnnxFile.Quantized;

class QuantizedFileTest {
  private static final Network SMALL =
      Catalogue.cifar(1, 4, ShortcutOption.B).withInput(new Shape(3, 9, 7)).withClasses(2);
  private static final ModelConfig CONFIG =
      new ModelConfig(
          SMALL,
          List.of("ant", "bee"),
          10,
          "bilinear",
          List.of(0.0, 0.0, 0.0),
          List.of(1.0, 1.0, 1.0));
  private static final float[] NO_MEAN = {};

  /** A power of two, so that products with it are exact. */
  private static final float STEP = 1 / 1024f;

  @TempDir private Path folder;

  /** Every feature map has the scale {@link #STEP}, signed where no ReLU made it. */
  private static Quantization everywhere(Network network, String... kept) {
    Map<String, Scale> scales = new HashMap<>();
    for (String name : Quantization.names(network)) {
      boolean signed = name.matches("input|.*downsample.*|layer.*conv2");
      scales.put(name, new Scale(STEP, signed));
    }
    return new Quantization(scales, Set.of(kept), "entropy", 64);
  }

  private static Quantization without(Quantization all, String name) {
    Map<String, Scale> scales = new HashMap<>(all.activations());
    scales.remove(name);
    return new Quantization(scales, all.kept(), all.method(), all.images());
  }

  private static float[] ones(Parameter parameter) {
    float[] values = new float[Math.toIntExact(parameter.size())];
    Arrays.fill(values, 1);
    return values;
  }

  private Fields written(Function<Parameter, float[]> weights, Quantization quantization)
      throws IOException {
    Path file = folder.resolve("model.onnx");
    OnnxFile.write(file, CONFIG, weights, NO_MEAN, new Quantized(quantization));
    return Fields.of(Files.readAllBytes(file));
  }

  private static List<String> nodes(Fields model) {
    return model.part(7).parts(1).stream()
        .map(node -> node.text(4) + " " + node.text(3))
        .filter(node -> !node.startsWith("DequantizeLinear"))
        .toList();
  }

  private static Fields node(Fields model, String name) {
    return named(model, 1, 3, name);
  }

  private static Fields constant(Fields model, String name) {
    return named(model, 5, 8, name);
  }

  private static Fields named(Fields model, int field, int nameField, String name) {
    return model.part(7).parts(field).stream()
        .filter(part -> part.text(nameField).equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name));
  }

  @Test
  void every_result_is_rounded_once_and_unsigned_ones_need_no_relu() throws IOException {
    Fields model = written(QuantizedFileTest::ones, everywhere(SMALL));
    assertThat(nodes(model))
        .startsWith(
            "QuantizeLinear input.quantize",
            "Conv conv1",
            "QuantizeLinear conv1.quantize",
            "Conv layer1.0.conv1",
            "QuantizeLinear layer1.0.conv1.quantize",
            "Conv layer1.0.conv2",
            "QuantizeLinear layer1.0.conv2.quantize",
            "Add layer1.0.add",
            "QuantizeLinear layer1.0.quantize")
        .endsWith(
            "GlobalAveragePool pool",
            "QuantizeLinear pool.quantize",
            "Flatten flatten",
            "QuantizeLinear flatten.quantize",
            "Gemm fc");
    assertThat(node(model, "conv1").texts(1))
        .containsExactly("input.dequantize", "conv1.weight.dequantize", "conv1.bias.dequantize");
    assertThat(node(model, "layer1.0.add").texts(1))
        .containsExactly("layer1.0.conv2.dequantize", "conv1.dequantize");
    assertThat(node(model, "conv1.dequantize").texts(1))
        .containsExactly("conv1.quantize", "conv1.quantize.scale", "conv1.quantize.zero");
  }

  @Test
  void signed_results_keep_their_relu() throws IOException {
    Quantization all = everywhere(SMALL);
    Map<String, Scale> scales = new HashMap<>(all.activations());
    scales.put("layer1.0.conv1", new Scale(STEP, true));
    scales.put("layer1.0", new Scale(STEP, true));
    assertThat(nodes(written(QuantizedFileTest::ones, new Quantization(scales, Set.of(), "a", 1))))
        .containsSequence(
            "Conv layer1.0.conv1",
            "Relu layer1.0.relu1",
            "QuantizeLinear layer1.0.conv1.quantize",
            "Conv layer1.0.conv2",
            "QuantizeLinear layer1.0.conv2.quantize",
            "Add layer1.0.add",
            "Relu layer1.0.relu2",
            "QuantizeLinear layer1.0.quantize");
  }

  /** Types are 1 for floats, 2 for uint8, 3 for int8. */
  @Test
  void the_type_of_a_zero_says_whether_steps_are_signed() throws IOException {
    Fields model = written(QuantizedFileTest::ones, everywhere(SMALL));
    assertThat(constant(model, "conv1.quantize.zero").integer(2)).isEqualTo(2);
    Fields signed = constant(model, "layer1.0.conv2.quantize.zero");
    assertThat(signed.integer(2)).isEqualTo(3);
    assertThat(signed.integers(1)).isEmpty();
    assertThat(signed.bytes(9)).isEqualTo(ByteBuffer.wrap(new byte[] {0}));
    Fields scale = constant(model, "conv1.quantize.scale");
    assertThat(scale.integer(2)).isEqualTo(1);
    assertThat(scale.bytes(9).getFloat()).isEqualTo(STEP);
  }

  /**
   * Folded kernels of ones are of 0.999995 and their bias is 4.9999626e-6, see OnnxFileTest; a step
   * of the products is 0.999995 / 127 / 1024, and the bias 0.65 of it.
   */
  @Test
  void kernels_are_bytes_and_biases_integers_in_steps_of_the_products() throws IOException {
    Fields model = written(QuantizedFileTest::ones, everywhere(SMALL));
    Fields kernel = constant(model, "conv1.weight");
    assertThat(kernel.integer(2)).isEqualTo(3);
    assertThat(kernel.integers(1)).containsExactly(4L, 3L, 3L, 3L);
    byte[] full = new byte[4 * 27];
    Arrays.fill(full, (byte) 127);
    assertThat(kernel.bytes(9)).isEqualTo(ByteBuffer.wrap(full));
    float step = 0.999995f / 127;
    assertThat(constant(model, "conv1.weight.scale").bytes(9).getFloat()).isEqualTo(step);
    assertThat(constant(model, "conv1.weight.zero").bytes(9).remaining()).isEqualTo(4);
    Fields bias = constant(model, "conv1.bias");
    assertThat(bias.integer(2)).isEqualTo(6);
    assertThat(bias.bytes(9).remaining()).isEqualTo(16);
    assertThat(bias.bytes(9).getInt()).isEqualTo(1);
    assertThat(constant(model, "conv1.bias.scale").bytes(9).getFloat()).isEqualTo(step / 1024);
    assertThat(node(model, "conv1.weight.dequantize").part(5).text(1)).isEqualTo("axis");
    assertThat(constant(model, "fc.weight").integers(1)).containsExactly(2L, 16L);
  }

  /** Biases are 2 - 1 / sqrt(1 + 1e-5); the step grows to 2^-20, in which the kernel is nothing. */
  @Test
  void a_bias_beyond_all_products_still_fits() throws IOException {
    Function<Parameter, float[]> tiny =
        parameter -> {
          float[] values = ones(parameter);
          if (parameter.name().equals("conv1.weight")) {
            Arrays.fill(values, 1e-9f);
          } else if (parameter.name().equals("bn1.bias")) {
            Arrays.fill(values, 2);
          }
          return values;
        };
    Fields model = written(tiny, everywhere(SMALL));
    assertThat(constant(model, "conv1.bias").bytes(9).getInt()).isCloseTo(1 << 30, within(64));
    assertThat(constant(model, "conv1.weight.scale").bytes(9).getFloat())
        .isCloseTo(0x1.00005p-20f, within(1e-12f));
    assertThat(constant(model, "conv1.weight").bytes(9).get()).isZero();
  }

  @Test
  void kept_layers_are_those_of_fp32() throws IOException {
    Fields model = written(QuantizedFileTest::ones, everywhere(SMALL, "conv1", "fc"));
    assertThat(nodes(model))
        .startsWith("Conv conv1", "QuantizeLinear conv1.quantize", "Conv layer1.0.conv1")
        .endsWith("GlobalAveragePool pool", "Flatten flatten", "Gemm fc");
    assertThat(node(model, "conv1").texts(1))
        .containsExactly("input", "conv1.weight", "conv1.bias");
    assertThat(constant(model, "conv1.weight").integer(2)).isEqualTo(1);
    assertThat(constant(model, "fc.weight").integer(2)).isEqualTo(1);
    Fields inner = written(QuantizedFileTest::ones, everywhere(SMALL, "layer1.0.conv2"));
    assertThat(node(inner, "layer1.0.add").texts(1))
        .containsExactly("layer1.0.conv2", "conv1.dequantize");
    assertThat(nodes(inner)).contains("QuantizeLinear layer1.0.quantize");
  }

  @Test
  void what_has_no_scale_is_computed_in_floats() throws IOException {
    Quantization quantization = without(everywhere(SMALL), "layer1.0.conv2");
    Fields model = written(QuantizedFileTest::ones, quantization);
    assertThat(constant(model, "layer1.0.conv2.weight").integer(2)).isEqualTo(1);
    assertThat(node(model, "layer1.0.add").texts(1))
        .containsExactly("layer1.0.conv2", "conv1.dequantize");
    Fields start = written(QuantizedFileTest::ones, without(everywhere(SMALL), "input"));
    assertThat(node(start, "conv1").texts(1))
        .containsExactly("input", "conv1.weight", "conv1.bias");
    Fields end = written(QuantizedFileTest::ones, without(everywhere(SMALL), "pool"));
    assertThat(node(end, "fc").texts(1)).containsExactly("flatten", "fc.weight", "fc.bias");
  }

  @Test
  void nothing_that_stays_in_its_range_needs_a_scale_of_its_own() {
    Quantization all = everywhere(Catalogue.network("resnet50"), "conv1");
    Graph graph =
        NetworkGraph.of(
            Catalogue.network("resnet50"),
            QuantizedFileTest::ones,
            new Quantized(without(all, "maxpool")),
            NO_MEAN);
    List<String> operators = graph.nodes().stream().map(Graph.Node::operator).toList();
    assertThat(operators.subList(0, 5))
        .containsExactly("Conv", "MaxPool", "Relu", "QuantizeLinear", "DequantizeLinear");
    Quantization pooled = everywhere(Catalogue.network("resnet50d"));
    Graph averaged =
        NetworkGraph.of(
            Catalogue.network("resnet50d"),
            QuantizedFileTest::ones,
            new Quantized(without(pooled, "layer2.0.downsample.0")),
            NO_MEAN);
    Graph.Node rounding =
        averaged.nodes().stream()
            .filter(node -> node.name().equals("layer2.0.downsample.0.quantize"))
            .findFirst()
            .orElseThrow();
    assertThat(rounding.inputs().get(0)).isEqualTo("layer2.0.downsample.0");
  }

  @Test
  void every_network_of_the_catalogue_has_names_of_its_own() {
    for (Catalogue.Entry entry : Catalogue.entries()) {
      OnnxFileTest.requireNames(
          NetworkGraph.of(
              entry.network(),
              QuantizedFileTest::ones,
              new Quantized(everywhere(entry.network())),
              NO_MEAN));
    }
  }

  @Test
  void says_that_it_is_in_8_bits_and_how_it_was_calibrated() throws IOException {
    Map<String, String> metadata =
        OnnxFileTest.metadata(written(QuantizedFileTest::ones, everywhere(SMALL)));
    assertThat(metadata)
        .containsEntry("precision", "int8")
        .containsEntry("batch_norm", "folded")
        .containsEntry("calibration_method", "entropy")
        .containsEntry("calibration_images", "64");
  }

  @Test
  void scales_of_another_network_leave_no_file() {
    Quantization other = everywhere(Catalogue.network("resnet50"));
    assertThatThrownBy(() -> written(QuantizedFileTest::ones, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("resnet8-width4-b has no feature map \"");
    assertThat(folder).isEmptyDirectory();
  }

  /** Integers times integers, then one rounding, as the paper arXiv 1712.05877 has it. */
  @Test
  void onnx_runtime_computes_what_integer_arithmetic_gives() throws IOException {
    float[] images = new float[Math.toIntExact(2 * SMALL.input().size())];
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) random.nextDouble(-2, 2);
    }
    Path folded = folder.resolve("folded.onnx");
    OnnxFile.write(folded, CONFIG, ReproducibleValues::fill, NO_MEAN, BatchNorm.FOLDED);
    Quantization quantization = MinMax.of(folded, SMALL, images, Set.of());
    Fields model = written(ReproducibleValues::fill, quantization);
    Map<String, int[]> maps = maps(quantization, images);
    for (String name : List.of("layer1.0.conv1", "layer2.0.conv1", "layer2.0.downsample.0")) {
      String from = name.startsWith("layer1") ? "conv1" : "layer1.0";
      requireClose(name, maps.get(name), convolved(model, quantization, name, from, name, maps));
    }
    String last = "layer2.0.conv2";
    requireClose(
        last, maps.get(last), convolved(model, quantization, last, "layer2.0.conv1", last, maps));
    requireClose("layer2.0", maps.get("layer2.0"), added(quantization, maps, "layer2.0"));
  }

  /** Every feature map in 8 bits, as ONNX Runtime computes it. */
  private Map<String, int[]> maps(Quantization quantization, float[] images) throws IOException {
    Map<String, int[]> maps = new HashMap<>();
    List<String> names =
        quantization.activations().keySet().stream()
            .filter(name -> name.matches("conv1|layer[12].*"))
            .filter(name -> !name.matches(".*bn.*"))
            .toList();
    Set<String> values = Set.copyOf(names.stream().map(name -> name + ".quantize").toList());
    MinMax.run(
        folder.resolve("model.onnx"),
        SMALL.input(),
        images,
        values,
        result -> {
          for (String name : names) {
            OnnxTensor tensor = (OnnxTensor) result.get(name + ".quantize").orElseThrow();
            ByteBuffer bytes = tensor.getByteBuffer();
            boolean signed = quantization.activations().get(name).signed();
            int[] map = new int[bytes.remaining()];
            Arrays.setAll(map, i -> signed ? bytes.get(i) : bytes.get(i) & 255);
            maps.put(name, map);
          }
        });
    return maps;
  }

  private static int[] convolved(
      Fields model,
      Quantization quantization,
      String layer,
      String from,
      String to,
      Map<String, int[]> maps) {
    Map<String, Shape> shapes = new HashMap<>();
    Map<String, Convolution> convolutions = new HashMap<>();
    SMALL.units().stream()
        .flatMap(unit -> unit.layers().stream())
        .filter(place -> place.operation() instanceof Convolution)
        .forEach(
            place -> {
              shapes.put(place.name(), place.in());
              convolutions.put(place.name(), (Convolution) place.operation());
            });
    Shape in = shapes.get(layer);
    Convolution c = convolutions.get(layer);
    Shape out = c.output(in);
    ByteBuffer kernel = constant(model, layer + ".weight").bytes(9);
    ByteBuffer bias = constant(model, layer + ".bias").bytes(9);
    ByteBuffer steps = constant(model, layer + ".bias.scale").bytes(9);
    Scale scale = quantization.activations().get(to);
    int[] x = maps.get(from);
    int[] y = new int[2 * Math.toIntExact(out.size())];
    for (int i = 0; i < y.length; i++) {
      int column = i % out.width();
      int row = i / out.width() % out.height();
      int channel = i / (out.width() * out.height()) % out.channels();
      int image = i / Math.toIntExact(out.size());
      int sum = bias.getInt(Integer.BYTES * channel);
      for (int k = 0; k < c.in() * c.kernel() * c.kernel(); k++) {
        int r = row * c.stride() - c.padding() + k / c.kernel() % c.kernel();
        int s = column * c.stride() - c.padding() + k % c.kernel();
        if (r >= 0 && r < in.height() && s >= 0 && s < in.width()) {
          int plane = image * in.channels() + k / (c.kernel() * c.kernel());
          int weight = kernel.get(channel * c.in() * c.kernel() * c.kernel() + k);
          sum += weight * x[(plane * in.height() + r) * in.width() + s];
        }
      }
      double real = (double) sum * steps.getFloat(Float.BYTES * channel);
      y[i] = rounded(real, scale);
    }
    return y;
  }

  private static int[] added(Quantization quantization, Map<String, int[]> maps, String sum) {
    Map<String, Scale> scales = quantization.activations();
    double branch = scales.get("layer2.0.conv2").scale();
    double shortcut = scales.get("layer2.0.downsample.0").scale();
    int[] a = maps.get("layer2.0.conv2");
    int[] b = maps.get("layer2.0.downsample.0");
    return IntStream.range(0, a.length)
        .map(i -> rounded(branch * a[i] + shortcut * b[i], scales.get(sum)))
        .toArray();
  }

  private static int rounded(double real, Scale scale) {
    int low = scale.signed() ? -128 : 0;
    return (int) Math.max(low, Math.min(Math.rint(real / scale.scale()), low + 255));
  }

  /** One step apart where a sum lies half way between two, which is rare. */
  private static void requireClose(String name, int[] actual, int[] expected) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    int[] apart =
        IntStream.range(0, actual.length).map(i -> Math.abs(actual[i] - expected[i])).toArray();
    assertThat(IntStream.of(apart).max().orElseThrow()).as(name).isLessThanOrEqualTo(1);
    assertThat(IntStream.of(apart).filter(each -> each == 0).count())
        .as(name)
        .isGreaterThan(actual.length * 99L / 100);
    assertThat(IntStream.of(expected).distinct().count()).as(name).isGreaterThan(50);
  }
}
