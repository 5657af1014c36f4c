package org.resnet4j.weights.onnx;

import static org.resnet4j.weights.onnx.Graph.Attribute.repeated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.weights.Folding;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.onnx.EightBits.Filter;
import org.resnet4j.weights.onnx.Graph.Attribute;
import org.resnet4j.weights.onnx.OnnxFile.BatchNorm;
import org.resnet4j.weights.onnx.OnnxFile.Form;
import org.resnet4j.weights.onnx.OnnxFile.Quantized;

/**
 * Writes a network's operations as operators of ONNX's opset 17, in evaluation.
 *
 * <p>Operators have the names of the layers, results the names of their operators, and tensors
 * those of the state dict. What is in 8 bits is written by {@link EightBits}.
 */
final class NetworkGraph {
  private static final String NO_SUM = "";
  private static final Quantization NONE = new Quantization(Map.of(), Set.of(), "none", 1);
  private static final float[] BINOMIAL = {1, 2, 1, 2, 4, 2, 1, 2, 1};

  private final Graph graph;
  private final boolean folding;
  private final EightBits bits;
  private final Function<Parameter, float[]> weights;
  private final Map<String, Parameter> state = new HashMap<>();

  private NetworkGraph(Network network, Function<Parameter, float[]> weights, Form form) {
    this.graph = new Graph(network.name(), network.input(), network.classes());
    this.folding = form != BatchNorm.KEPT;
    this.bits = new EightBits(graph, form instanceof Quantized q ? q.quantization() : NONE);
    this.weights = weights;
    network.state().forEach(parameter -> state.put(parameter.name(), parameter));
  }

  /**
   * The graph of a network.
   *
   * @param weights called only when the graph is written
   * @param shift what is taken from each normalised image, C x H x W values; may be empty
   */
  static Graph of(Network network, Function<Parameter, float[]> weights, Form form, float[] shift) {
    NetworkGraph made = new NetworkGraph(network, weights, form);
    String x = made.shifted(network.input(), shift);
    List<Layer> stem = network.stemLayers();
    if (!made.bits.keeps(stem.get(0).name())) {
      x = made.bits.round(Quantization.INPUT, x);
    }
    x = made.path(stem, x, NO_SUM);
    for (Unit unit : network.units()) {
      x = made.unit(unit, x);
    }
    x = made.path(network.tailLayers(), x, NO_SUM);
    made.head(network, x);
    return made.graph;
  }

  private String shifted(Shape input, float[] shift) {
    if (shift.length == 0) {
      return Graph.INPUT;
    }
    List<Integer> shape = List.of(input.channels(), input.height(), input.width());
    String image = graph.add(Constant.floats("pixel_mean.image", shape, () -> shift));
    return graph.add("Sub", "pixel_mean", List.of(Graph.INPUT, image));
  }

  private void head(Network network, String x) {
    String name = network.headName();
    String pooled = graph.add("GlobalAveragePool", "pool", List.of(x));
    if (!bits.keeps(name)) {
      pooled = bits.round(Quantization.POOL, pooled);
    }
    String flat = graph.add("Flatten", "flatten", List.of(pooled));
    flat = bits.roundAlike(pooled, "flatten", flat);
    List<String> inputs = new ArrayList<>(List.of(flat));
    List<Integer> shape = List.of(network.classes(), network.features());
    String weight = name + ".weight";
    String bias = name + ".bias";
    if (bits.computes(name, flat)) {
      inputs.addAll(
          bits.tensors(new Filter(name, shape, () -> values(weight), () -> values(bias)), flat));
    } else {
      inputs.add(graph.add(Constant.floats(weight, shape, () -> values(weight))));
      inputs.add(tensor(bias));
    }
    graph.end("Gemm", name, inputs, Attribute.of("transB", 1));
  }

  private String unit(Unit unit, String input) {
    String activated = path(unit.before(), input, NO_SUM);
    List<Layer> after = unit.after();
    if (unit.plain()) {
      List<Layer> layers = new ArrayList<>(unit.branch());
      layers.addAll(after);
      return path(layers, activated, NO_SUM);
    }
    String map = unit.name();
    String branch = path(unit.branch(), activated, lastConvolution(unit));
    String shortcut;
    if (!unit.shortcut().isEmpty()
        && unit.shortcut().get(0).operation() instanceof Operation.Gate gate) {
      String name = unit.shortcut().get(0).name();
      String open = gate(name, input);
      String one = graph.add(Constant.scalar(name + ".one", 1));
      String rest = graph.add("Sub", name + ".rest", List.of(one, open));
      shortcut = graph.add("Mul", name, List.of(input, rest));
      if (gate.exclusive()) {
        branch = graph.add("Mul", name + ".branch", List.of(branch, open));
      }
    } else {
      shortcut = path(unit.shortcut(), unit.sharesActivation() ? activated : input, NO_SUM);
    }
    String sum = graph.add("Add", unit.name() + ".add", List.of(branch, shortcut));
    boolean relu = is(after, 0, Operation.Relu.class);
    int acted = relu ? 1 : 0;
    sum = bits.round(map, activated(after.subList(0, acted), sum, map));
    return path(after.subList(acted, after.size()), sum, NO_SUM);
  }

  /** The branch's last layer but its norm, where that is a convolution. */
  private static String lastConvolution(Unit unit) {
    List<Layer> branch = unit.branch().stream().filter(NetworkGraph::acts).toList();
    int last = branch.size() - 1;
    last -= branch.get(last).operation() instanceof Operation.BatchNorm ? 1 : 0;
    Layer layer = branch.get(last);
    return layer.operation() instanceof Convolution ? layer.name() : NO_SUM;
  }

  /**
   * What follows in a {@link #step}: nothing, a ReLU unless rounding to 8 bits does it, or a ReLU
   * and a max pool.
   *
   * <p>The pool comes first, which changes no number. ONNX Runtime rounds before a pool that is not
   * followed by another operator, and pools bytes ten times slower than floats unless the
   * convolution gave bytes.
   */
  private String activated(List<Layer> layers, String x, String map) {
    if (layers.size() > 1) {
      return layer(layers.get(0), layer(layers.get(1), x));
    }
    return layers.isEmpty() || bits.clips(map) ? x : layer(layers.get(0), x);
  }

  private String gate(String name, String x) {
    String convolved =
        graph.add(
            "Conv", name + ".conv", List.of(x, tensor(name + ".weight"), tensor(name + ".bias")));
    return graph.add("Sigmoid", name + ".sigmoid", List.of(convolved));
  }

  /**
   * Layers one after another.
   *
   * @param added the name of the convolution whose result the shortcut is added to, if the path is
   *     a branch
   */
  private String path(List<Layer> layers, String input, String added) {
    List<Layer> acting = layers.stream().filter(NetworkGraph::acts).toList();
    String x = input;
    for (int i = 0; i < acting.size(); ) {
      List<Layer> step = step(acting, i);
      x = step(step, x, added);
      i += step.size();
    }
    return x;
  }

  /**
   * What has one result: a convolution with the norm that becomes part of it and a ReLU, a norm
   * with a ReLU, or one layer. And a stem in floats with its max pool.
   */
  private List<Layer> step(List<Layer> layers, int from) {
    Layer first = layers.get(from);
    boolean convolution = first.operation() instanceof Convolution;
    int to = from + 1;
    to += convolution && folding && is(layers, to, Operation.BatchNorm.class) ? 1 : 0;
    boolean linear = convolution || first.operation() instanceof Operation.BatchNorm;
    boolean relu = linear && is(layers, to, Operation.Relu.class);
    to += relu ? 1 : 0;
    to += relu && bits.keeps(first.name()) && is(layers, to, Operation.MaxPool.class) ? 1 : 0;
    return layers.subList(from, to);
  }

  private static boolean is(List<Layer> layers, int i, Class<? extends Operation> kind) {
    return i < layers.size() && kind.isInstance(layers.get(i).operation());
  }

  private String step(List<Layer> step, String x, String added) {
    Layer first = step.get(0);
    String name = first.name();
    boolean narrow = first.operation() instanceof Convolution && bits.computes(name, x, name);
    boolean normed = folding && is(step, 1, Operation.BatchNorm.class);
    String y;
    if (narrow || normed) {
      Convolution convolution = (Convolution) first.operation();
      Filter filter = normed ? folded(name, step.get(1).name()) : unnormed(name, convolution);
      List<String> tensors = narrow ? bits.tensors(filter, x) : tensors(filter);
      y = convolved(name, convolution, tensors, x);
    } else {
      y = layer(first, x);
    }
    y = activated(step.subList(normed ? 2 : 1, step.size()), y, name);
    if (stays(first.operation())) {
      return bits.roundAlike(x, name, y);
    }
    // What was computed in floats is added in floats.
    return narrow || !name.equals(added) ? bits.round(name, y) : y;
  }

  /** Whether results lie in the range of what the operation takes. */
  private static boolean stays(Operation operation) {
    return operation instanceof Operation.MaxPool
        || operation instanceof Operation.AveragePool
        || operation instanceof Operation.Blur
        || operation instanceof Operation.ZeroPad
        || operation instanceof Operation.Relu;
  }

  /** Whether the layer does anything in evaluation. */
  private static boolean acts(Layer layer) {
    Operation operation = layer.operation();
    boolean idle = operation instanceof Operation.AveragePool pool && pool.window() == 1;
    return !idle
        && !(operation instanceof Operation.Dropout)
        && !(operation instanceof Operation.DropPath);
  }

  private String layer(Layer layer, String x) {
    String name = layer.name();
    Operation operation = layer.operation();
    if (operation instanceof Convolution convolution) {
      List<String> tensors = new ArrayList<>(List.of(tensor(name + ".weight")));
      if (convolution.bias()) {
        tensors.add(tensor(name + ".bias"));
      }
      return convolved(name, convolution, tensors, x);
    }
    if (operation instanceof Operation.BatchNorm) {
      return batchNormed(name, x);
    }
    if (operation instanceof Operation.GroupNorm norm) {
      return groupNormed(name, norm, layer.in(), x);
    }
    if (operation instanceof Operation.Relu) {
      return graph.add("Relu", name, List.of(x));
    }
    if (operation instanceof Operation.MaxPool pool) {
      return maxPooled(name, pool, x);
    }
    if (operation instanceof Operation.AveragePool pool) {
      return averagePooled(name, pool, x);
    }
    if (operation instanceof Operation.Blur blur) {
      return blurred(name, blur, x);
    }
    if (operation instanceof Operation.ZeroPad pad) {
      return zeroPadded(name, pad, x);
    }
    if (operation instanceof Operation.SqueezeExcitation) {
      return squeezeExcited(name, x);
    }
    if (operation instanceof Operation.Scale scale) {
      float[] factor = {(float) scale.factor()};
      String constant = graph.add(Constant.floats(name + ".factor", List.of(), () -> factor));
      return graph.add("Mul", name, List.of(x, constant));
    }
    throw new IllegalStateException("no operator for " + operation);
  }

  private String convolved(String name, Convolution convolution, List<String> tensors, String x) {
    List<String> inputs = new ArrayList<>(List.of(x));
    inputs.addAll(tensors);
    return graph.add(
        "Conv",
        name,
        inputs,
        repeated("kernel_shape", convolution.kernel(), 2),
        repeated("strides", convolution.stride(), 2),
        repeated("pads", convolution.padding(), 4),
        repeated("dilations", convolution.dilation(), 2),
        Attribute.of("group", convolution.groups()));
  }

  /** A convolution with the norm after it. */
  private Filter folded(String convolution, String norm) {
    String weight = convolution + ".weight";
    return new Filter(
        convolution,
        parameter(weight).shape(),
        () -> folding(norm).kernel(values(weight)),
        () -> folding(norm).bias());
  }

  private Filter unnormed(String name, Convolution convolution) {
    String weight = name + ".weight";
    return new Filter(
        name,
        parameter(weight).shape(),
        () -> values(weight),
        () -> convolution.bias() ? values(name + ".bias") : new float[convolution.out()]);
  }

  private List<String> tensors(Filter filter) {
    String name = filter.layer();
    List<Integer> channels = List.of(filter.shape().get(0));
    return List.of(
        graph.add(Constant.floats(name + ".weight", filter.shape(), filter.kernel())),
        graph.add(Constant.floats(name + ".bias", channels, filter.bias())));
  }

  private Folding folding(String norm) {
    return new Folding(
        values(norm + ".weight"),
        values(norm + ".bias"),
        values(norm + ".running_mean"),
        values(norm + ".running_var"));
  }

  private String batchNormed(String name, String x) {
    return graph.add(
        "BatchNormalization",
        name,
        List.of(
            x,
            tensor(name + ".weight"),
            tensor(name + ".bias"),
            tensor(name + ".running_mean"),
            tensor(name + ".running_var")),
        Attribute.of("epsilon", Folding.EPSILON));
  }

  /** Opset 17 has no group norm: each group becomes a channel, which is normalised by itself. */
  private String groupNormed(String name, Operation.GroupNorm norm, Shape in, String x) {
    int groups = norm.groups();
    String grouping = graph.add(Constant.integers(name + ".groups", 0, groups, -1));
    String grouped = graph.add("Reshape", name + ".group", List.of(x, grouping));
    float[] ones = new float[groups];
    Arrays.fill(ones, 1);
    String one = graph.add(Constant.floats(name + ".one", List.of(groups), () -> ones));
    String zero =
        graph.add(Constant.floats(name + ".zero", List.of(groups), () -> new float[groups]));
    String normalised =
        graph.add(
            "InstanceNormalization",
            name + ".normalise",
            List.of(grouped, one, zero),
            Attribute.of("epsilon", Folding.EPSILON));
    String shape =
        graph.add(Constant.integers(name + ".shape", 0, in.channels(), in.height(), in.width()));
    String restored = graph.add("Reshape", name + ".ungroup", List.of(normalised, shape));
    String scaled =
        graph.add("Mul", name + ".scale", List.of(restored, perChannel(name + ".weight")));
    return graph.add("Add", name, List.of(scaled, perChannel(name + ".bias")));
  }

  private String perChannel(String name) {
    List<Integer> shape = List.of(parameter(name).shape().get(0), 1, 1);
    return graph.add(Constant.floats(name, shape, () -> values(name)));
  }

  private String maxPooled(String name, Operation.MaxPool pool, String x) {
    return graph.add(
        "MaxPool",
        name,
        List.of(x),
        repeated("kernel_shape", pool.kernel(), 2),
        repeated("strides", pool.stride(), 2),
        repeated("pads", pool.padding(), 4));
  }

  private String averagePooled(String name, Operation.AveragePool pool, String x) {
    String padded = x;
    if (pool.stride() == 1) {
      String pads = graph.add(Constant.integers(name + ".pads", 0, 0, 0, 0, 0, 0, 1, 1));
      padded = graph.add("Pad", name + ".pad", List.of(x, pads));
    }
    return graph.add(
        "AveragePool",
        name,
        List.of(padded),
        repeated("kernel_shape", pool.window(), 2),
        repeated("strides", pool.stride(), 2),
        Attribute.of("ceil_mode", 1),
        Attribute.of("count_include_pad", 0));
  }

  private String blurred(String name, Operation.Blur blur, String x) {
    String pads = graph.add(Constant.integers(name + ".pads", 0, 0, 1, 1, 0, 0, 1, 1));
    String padded =
        graph.add("Pad", name + ".pad", List.of(x, pads), Attribute.of("mode", "reflect"));
    float[] kernels = new float[9 * blur.channels()];
    for (int i = 0; i < kernels.length; i++) {
      kernels[i] = BINOMIAL[i % 9] / 16;
    }
    List<Integer> shape = List.of(blur.channels(), 1, 3, 3);
    String kernel = graph.add(Constant.floats(name + ".kernel", shape, () -> kernels));
    return graph.add(
        "Conv",
        name,
        List.of(padded, kernel),
        repeated("kernel_shape", 3, 2),
        repeated("strides", blur.stride(), 2),
        Attribute.of("group", blur.channels()));
  }

  private String zeroPadded(String name, Operation.ZeroPad pad, String x) {
    String starts = graph.add(Constant.integers(name + ".starts", 0, 0));
    String ends = graph.add(Constant.integers(name + ".ends", Long.MAX_VALUE, Long.MAX_VALUE));
    String axes = graph.add(Constant.integers(name + ".axes", 2, 3));
    String steps = graph.add(Constant.integers(name + ".steps", pad.stride(), pad.stride()));
    String thinned = graph.add("Slice", name + ".slice", List.of(x, starts, ends, axes, steps));
    String pads =
        graph.add(Constant.integers(name + ".pads", 0, pad.before(), 0, 0, 0, pad.after(), 0, 0));
    return graph.add("Pad", name, List.of(thinned, pads));
  }

  private String squeezeExcited(String name, String x) {
    String pooled = graph.add("GlobalAveragePool", name + ".pool", List.of(x));
    String squeezed = graph.add("Relu", name + ".relu", List.of(biased(name + ".fc1", pooled)));
    String weighed =
        graph.add("Sigmoid", name + ".sigmoid", List.of(biased(name + ".fc2", squeezed)));
    return graph.add("Mul", name, List.of(x, weighed));
  }

  /** A 1x1 convolution with a bias of its own. */
  private String biased(String name, String x) {
    return graph.add("Conv", name, List.of(x, tensor(name + ".weight"), tensor(name + ".bias")));
  }

  /** Adds a tensor of the state dict as it is. */
  private String tensor(String name) {
    return graph.add(Constant.floats(name, parameter(name).shape(), () -> values(name)));
  }

  private float[] values(String name) {
    return weights.apply(parameter(name));
  }

  private Parameter parameter(String name) {
    return Objects.requireNonNull(state.get(name), name);
  }
}
