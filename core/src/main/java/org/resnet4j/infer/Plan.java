package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory.data_type;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.infer.Primitives.Maps;
import org.resnet4j.infer.Primitives.Then;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.Folding;

/**
 * A network compiled for one batch size: batch norms folded into convolutions, ReLU and the
 * addition of the shortcut fused into the convolution before them, weights packed, memory planned.
 *
 * <p>Not for two threads at once.
 */
final class Plan implements AutoCloseable {
  private static final long[] NO_PADDING = {0, 0};
  private static final float[] BINOMIAL = {1, 2, 1, 2, 4, 2, 1, 2, 1};

  private final Network network;
  private final Function<String, float[]> weights;
  private final Primitives primitives;
  private final Maps input;
  private final FloatBuffer pixels;
  private final FloatBuffer logits;

  /**
   * Compiles a network.
   *
   * @param weights the values of each tensor by its name in {@link Network#state}
   * @param batch images that run together
   */
  Plan(Network network, Function<String, float[]> weights, int batch, Precision precision) {
    this.network = network;
    this.weights = weights;
    boolean wide = precision == Precision.FP32;
    primitives = new Primitives(wide ? data_type.f32 : data_type.bf16);
    try {
      Shape shape = network.input();
      input =
          primitives.maps(data_type.f32, batch, shape.channels(), shape.height(), shape.width());
      pixels = primitives.buffer(input).asFloatBuffer();
      Maps x = wide ? input : primitives.converted("input", input, data_type.bf16);
      x = path(network.stemLayers(), x, !wide);
      for (Unit unit : network.units()) {
        x = unit(unit, x);
      }
      x = path(network.tailLayers(), x, true);
      Maps pooled = primitives.globalPool("pool", x);
      Maps features = wide ? pooled : primitives.converted("pool", pooled, data_type.f32);
      String head = network.headName();
      Maps out =
          primitives.linear(
              head,
              features,
              network.classes(),
              weights.apply(head + ".weight"),
              weights.apply(head + ".bias"));
      logits = primitives.buffer(out).asFloatBuffer();
    } catch (RuntimeException e) {
      primitives.close();
      throw e;
    }
  }

  /** Where the images go: (N, H, W, C), normalised. */
  FloatBuffer pixels() {
    return pixels.duplicate();
  }

  /** Runs what is in {@link #pixels}; (N, classes). */
  float[] run() {
    primitives.run();
    float[] values = new float[Math.toIntExact(input.dims()[0] * network.classes())];
    logits.duplicate().get(values);
    return values;
  }

  /** The steps in order, for people. */
  List<Primitives.Step> steps() {
    return primitives.steps();
  }

  /** Runs step by step; the nanoseconds of each. */
  long[] times() {
    return primitives.times();
  }

  private Maps unit(Unit unit, Maps x) {
    Maps activated = path(unit.before(), x, false);
    Maps from = unit.sharesActivation() ? activated : x;
    List<Layer> branch = inference(unit.branch());
    boolean relu = endsInRelu(unit);
    Maps y;
    if (unit.plain()) {
      y = path(branch, activated, false);
      y = path(unit.after(), y, true);
      releaseAll(y, x, activated);
      return y;
    }
    Operation first = unit.shortcut().isEmpty() ? null : unit.shortcut().get(0).operation();
    if (first instanceof Operation.ZeroPad pad) {
      y = path(branch, activated, false);
      primitives.addThinned(unit.name() + ".add", y, from, pad.before(), pad.stride());
      y = path(unit.after(), y, true);
      releaseAll(y, x, activated);
      return y;
    }
    Maps other;
    Maps gate = null;
    if (first instanceof Operation.Gate operation) {
      gate = gate(unit.shortcut().get(0), operation, x);
      other =
          primitives.elementwise(
              unit.name() + ".rest", gate, false, algorithm.eltwise_linear, -1, 1);
      primitives.combine(unit.name() + ".gated", algorithm.binary_mul, other, x, Then.NOTHING);
      if (!operation.exclusive()) {
        primitives.release(gate);
        gate = null;
      }
    } else {
      other = path(inference(unit.shortcut()), from, false);
    }
    if (gate == null && summable(branch)) {
      // The last convolution adds to the shortcut in its place: nobody reads that afterwards.
      y = branch(branch, activated, other, relu ? Then.RELU : Then.NOTHING);
      y = relu ? y : path(unit.after(), y, true);
    } else {
      y = path(branch, activated, false);
      if (gate != null) {
        primitives.combine(unit.name() + ".gated", algorithm.binary_mul, y, gate, Then.NOTHING);
        primitives.release(gate);
      }
      Then then = relu ? Then.RELU : Then.NOTHING;
      primitives.combine(unit.name() + ".add", algorithm.binary_add, y, other, then);
      y = relu ? y : path(unit.after(), y, true);
    }
    releaseAll(y, x, activated, other);
    return y;
  }

  private void releaseAll(Maps but, Maps... maps) {
    for (Maps released : maps) {
      if (released.slot() != but.slot() && released.slot() != input.slot()) {
        primitives.release(released);
      }
    }
  }

  private Maps gate(Layer layer, Operation.Gate gate, Maps x) {
    return primitives.convolution(
        layer.name(),
        x,
        Convolution.of1x1(gate.channels(), gate.channels(), 1),
        NO_PADDING,
        weight(layer, "weight"),
        weight(layer, "bias"),
        null,
        Then.SIGMOID);
  }

  private static boolean endsInRelu(Unit unit) {
    return unit.after().size() == 1 && unit.after().get(0).operation() instanceof Operation.Relu;
  }

  /** What is left at inference: dropout does nothing. */
  private static List<Layer> inference(List<Layer> layers) {
    return layers.stream()
        .filter(
            layer ->
                !(layer.operation() instanceof Operation.Dropout)
                    && !(layer.operation() instanceof Operation.DropPath))
        .toList();
  }

  /** Whether the branch ends in a convolution, perhaps with its batch norm, and has two. */
  private static boolean summable(List<Layer> branch) {
    int last = branch.size() - 1;
    boolean folded =
        last > 0
            && branch.get(last).operation() instanceof Operation.BatchNorm
            && branch.get(last - 1).operation() instanceof Convolution;
    return (folded || branch.get(last).operation() instanceof Convolution)
        && branch.stream().filter(layer -> layer.operation() instanceof Convolution).count() > 1;
  }

  private Maps branch(List<Layer> branch, Maps in, Maps other, Then then) {
    int last = branch.size() - 1;
    while (!(branch.get(last).operation() instanceof Convolution)) {
      last--;
    }
    Maps y = path(branch.subList(0, last), in, false);
    Maps sum = convolution(branch, last, y, other, then);
    primitives.release(y);
    return sum;
  }

  /** The layers one after another; what comes between is released, and the input if it may be. */
  private Maps path(List<Layer> layers, Maps in, boolean mayOverwrite) {
    Maps x = in;
    boolean mine = mayOverwrite;
    for (int i = 0; i < layers.size(); i++) {
      Operation operation = layers.get(i).operation();
      boolean relu =
          i + 1 < layers.size() && layers.get(i + 1).operation() instanceof Operation.Relu;
      Maps y;
      if (operation instanceof Convolution) {
        boolean norm =
            i + 1 < layers.size() && layers.get(i + 1).operation() instanceof Operation.BatchNorm;
        int next = i + (norm ? 2 : 1);
        boolean activated =
            next < layers.size() && layers.get(next).operation() instanceof Operation.Relu;
        y = convolution(layers, i, x, null, activated ? Then.RELU : Then.NOTHING);
        i = next - (activated ? 0 : 1);
      } else if (operation instanceof Operation.BatchNorm) {
        y = batchNorm(layers.get(i), x, mine, relu ? Then.RELU : Then.NOTHING);
        i += relu ? 1 : 0;
      } else {
        y = other(layers.get(i), x, mine);
      }
      if (y.slot() != x.slot() && mine) {
        primitives.release(x);
      }
      mine = true;
      x = y;
    }
    return x;
  }

  private Maps convolution(List<Layer> layers, int i, Maps in, @Nullable Maps into, Then then) {
    Layer layer = layers.get(i);
    Convolution c = (Convolution) layer.operation();
    float[] kernel = weight(layer, "weight");
    float[] bias = new float[c.out()];
    if (i + 1 < layers.size() && layers.get(i + 1).operation() instanceof Operation.BatchNorm) {
      Folding folding = folding(layers.get(i + 1));
      kernel = folding.kernel(kernel);
      bias = folding.bias();
    }
    long[] padding = {c.padding(), c.padding()};
    return primitives.convolution(layer.name(), in, c, padding, kernel, bias, into, then);
  }

  private Maps batchNorm(Layer layer, Maps in, boolean inPlace, Then then) {
    Folding folding = folding(layer);
    float[] ones = new float[Math.toIntExact(in.channels())];
    Arrays.fill(ones, 1);
    float[] scale = folding.kernel(ones); // A 1x1 kernel of ones becomes the scale itself.
    return primitives.affine(layer.name(), in, inPlace, scale, folding.bias(), then);
  }

  private Folding folding(Layer norm) {
    return new Folding(
        weight(norm, "weight"),
        weight(norm, "bias"),
        weight(norm, "running_mean"),
        weight(norm, "running_var"));
  }

  private Maps other(Layer layer, Maps in, boolean mayOverwrite) {
    Operation operation = layer.operation();
    String name = layer.name();
    Shape out = layer.out();
    if (operation instanceof Operation.Relu) {
      return primitives.elementwise(name, in, mayOverwrite, algorithm.eltwise_relu, 0, 0);
    }
    if (operation instanceof Operation.Scale scale) {
      float factor = (float) scale.factor();
      return primitives.elementwise(name, in, mayOverwrite, algorithm.eltwise_linear, factor, 0);
    }
    if (operation instanceof Operation.MaxPool pool) {
      return primitives.pool(
          name,
          in,
          algorithm.pooling_max,
          pool.kernel(),
          pool.stride(),
          pool.padding(),
          out.height(),
          out.width());
    }
    if (operation instanceof Operation.AveragePool pool) {
      // At stride 1 the zeros beyond the border count, as in timm.
      algorithm how =
          pool.stride() == 1
              ? algorithm.pooling_avg_include_padding
              : algorithm.pooling_avg_exclude_padding;
      return pool.window() == 1
          ? in
          : primitives.pool(
              name, in, how, pool.window(), pool.stride(), 0, out.height(), out.width());
    }
    if (operation instanceof Operation.GroupNorm norm) {
      return primitives.groupNorm(
          name,
          in,
          norm.groups(),
          (float) Folding.EPSILON,
          weight(layer, "weight"),
          weight(layer, "bias"));
    }
    if (operation instanceof Operation.SqueezeExcitation se) {
      return squeezeExcitation(layer, se, in);
    }
    if (operation instanceof Operation.Blur blur) {
      return blur(layer, blur, in);
    }
    throw new IllegalStateException("no step for " + operation);
  }

  /** In place: it follows a convolution, whose result nobody else reads. */
  private Maps squeezeExcitation(Layer layer, Operation.SqueezeExcitation se, Maps in) {
    String name = layer.name();
    Maps pooled = primitives.globalPool(name + ".pool", in);
    Maps squeezed =
        primitives.convolution(
            name + ".fc1",
            pooled,
            Convolution.of1x1(se.channels(), se.squeezed(), 1),
            NO_PADDING,
            weight(layer, "fc1.weight"),
            weight(layer, "fc1.bias"),
            null,
            Then.RELU);
    Maps weights =
        primitives.convolution(
            name + ".fc2",
            squeezed,
            Convolution.of1x1(se.squeezed(), se.channels(), 1),
            NO_PADDING,
            weight(layer, "fc2.weight"),
            weight(layer, "fc2.bias"),
            null,
            Then.SIGMOID);
    primitives.combine(name, algorithm.binary_mul, in, weights, Then.NOTHING);
    primitives.release(pooled);
    primitives.release(squeezed);
    primitives.release(weights);
    return in;
  }

  private Maps blur(Layer layer, Operation.Blur blur, Maps in) {
    int channels = blur.channels();
    float[] kernel = new float[9 * channels];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = BINOMIAL[i % 9] / 16;
    }
    Maps reflected = primitives.reflected(layer.name() + ".border", in);
    Maps blurred =
        primitives.convolution(
            layer.name(),
            reflected,
            new Convolution(channels, channels, 3, blur.stride(), 0, 1, channels),
            NO_PADDING,
            kernel,
            new float[channels],
            null,
            Then.NOTHING);
    primitives.release(reflected);
    return blurred;
  }

  private float[] weight(Layer layer, String tensor) {
    return weights.apply(layer.name() + "." + tensor);
  }

  @Override
  public void close() {
    primitives.close();
  }
}
