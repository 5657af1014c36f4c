package org.resnet4j.weights.onnx;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.resnet4j.weights.QuantizedKernel;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.model.Quantization.Scale;
import org.resnet4j.weights.onnx.Graph.Attribute;

/**
 * Writes into a graph what is to be computed in 8 bits, as ONNX Runtime's own tool does: operators
 * stay those of floats, and between them a {@code QuantizeLinear} and a {@code DequantizeLinear}
 * round to 8 bits. A runtime that knows the pattern replaces all three by one 8-bit operator; any
 * other computes the same but for the order of roundings.
 */
final class EightBits {
  /** Half of what 32 bits hold; the other half is for the products. */
  private static final float LARGEST_BIAS = 1 << 30;

  private final Graph graph;
  private final Quantization quantization;
  private final Map<String, Scale> rounded = new HashMap<>();

  EightBits(Graph graph, Quantization quantization) {
    this.graph = graph;
    this.quantization = quantization;
  }

  /** The value as 8 bits hold it, if that feature map has a scale. */
  String round(String map, String value) {
    Scale scale = quantization.activations().get(map);
    return scale == null ? value : round(map, value, scale);
  }

  /**
   * The same for what an operator that never leaves the range of its input makes of that: without a
   * scale of its own it has the input's.
   */
  String roundAlike(String input, String map, String value) {
    Scale scale = quantization.activations().getOrDefault(map, rounded.get(input));
    return scale == null ? value : round(map, value, scale);
  }

  private String round(String map, String value, Scale scale) {
    String quantize = map + ".quantize";
    String step = graph.add(Constant.scalar(quantize + ".scale", scale.scale()));
    String zero = graph.add(Constant.zeros(quantize + ".zero", List.of(), scale.signed()));
    String bits = graph.add("QuantizeLinear", quantize, List.of(value, step, zero));
    String real = graph.add("DequantizeLinear", map + ".dequantize", List.of(bits, step, zero));
    rounded.put(real, scale);
    return real;
  }

  /** Whether 8 bits hold that feature map from zero, so that rounding it does what ReLU does. */
  boolean clips(String map) {
    Scale scale = quantization.activations().get(map);
    return scale != null && !scale.signed();
  }

  /** Whether a layer computes in 8 bits what it makes of a value. */
  boolean computes(String layer, String value) {
    return rounded.containsKey(value) && !keeps(layer);
  }

  /** Whether a layer is to be computed in floats. */
  boolean keeps(String layer) {
    return quantization.kept().contains(layer);
  }

  /** Whether a layer computes in 8 bits what it makes of a value, and gives that in 8 bits. */
  boolean computes(String layer, String value, String map) {
    return computes(layer, value) && quantization.activations().containsKey(map);
  }

  /**
   * A layer's kernel and bias in fp32, with its norm in them.
   *
   * @param layer its name
   * @param shape of the kernel, output channels first
   * @param kernel called each time that the graph is written
   * @param bias one value for each output channel
   */
  record Filter(
      String layer, List<Integer> shape, Supplier<float[]> kernel, Supplier<float[]> bias) {
    private QuantizedKernel quantized(float step) {
      float[] least = bias.get();
      for (int c = 0; c < least.length; c++) {
        least[c] = Math.abs(least[c]) / (step * LARGEST_BIAS);
      }
      return QuantizedKernel.of(kernel.get(), least);
    }

    /** What one step of the sum of products is worth. */
    private float[] steps(float step) {
      float[] steps = quantized(step).scales();
      for (int c = 0; c < steps.length; c++) {
        steps[c] *= step;
      }
      return steps;
    }

    private int[] quantizedBias(float step) {
      float[] steps = steps(step);
      float[] values = bias.get();
      int[] quantized = new int[values.length];
      for (int c = 0; c < quantized.length; c++) {
        quantized[c] = (int) Math.rint((double) values[c] / steps[c]);
      }
      return quantized;
    }
  }

  /** Adds the tensors of a layer that {@link #computes}, and gives the names of the two. */
  List<String> tensors(Filter filter, String value) {
    float step = Objects.requireNonNull(rounded.get(value), value).scale();
    List<Integer> shape = filter.shape();
    List<Integer> channels = List.of(shape.get(0));
    String weight = filter.layer() + ".weight";
    String kernel =
        dequantized(
            weight,
            Constant.bytes(weight, shape, () -> filter.quantized(step).values()),
            Constant.floats(weight + ".scale", channels, () -> filter.quantized(step).scales()),
            Constant.zeros(weight + ".zero", channels, true));
    String bias = filter.layer() + ".bias";
    return List.of(
        kernel,
        dequantized(
            bias,
            Constant.integers(bias, channels, () -> filter.quantizedBias(step)),
            Constant.floats(bias + ".scale", channels, () -> filter.steps(step))));
  }

  private String dequantized(String name, Constant... tensors) {
    List<String> inputs = Stream.of(tensors).map(graph::add).toList();
    return graph.add("DequantizeLinear", name + ".dequantize", inputs, Attribute.of("axis", 0));
  }
}
