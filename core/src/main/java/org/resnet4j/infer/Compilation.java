package org.resnet4j.infer;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.infer.Primitives.Then;
import org.resnet4j.weights.Folding;
import org.resnet4j.weights.model.Quantization;

/**
 * One network on its way into primitives: batch norms folded into convolutions, ReLU and the
 * addition of the shortcut fused into the convolution before them.
 *
 * <p>With a {@link Quantization}, maps are of 8 bits where it has their scale and whoever reads
 * them computes in 8 bits; elsewhere they are wide, and steps between convert. The stream of a
 * pre-activation network, which is only ever added to, stays wide.
 */
final class Compilation {
  private static final float[] BINOMIAL = {1, 2, 1, 2, 4, 2, 1, 2, 1};

  private final Network network;
  private final Function<String, float[]> weights;
  private final Format wide;
  private final @Nullable Quantization quantization;
  private final Primitives primitives;
  private final Arena arena;
  private final boolean fusing;

  Compilation(
      Network network,
      Function<String, float[]> weights,
      Format wide,
      @Nullable Quantization quantization,
      Primitives primitives,
      boolean fusing) {
    this.network = network;
    this.weights = weights;
    this.wide = wide;
    this.quantization = quantization;
    this.primitives = primitives;
    this.arena = primitives.arena();
    this.fusing = fusing;
  }

  /** From images to logits. */
  Plan whole(int batch) {
    try {
      Maps input = input(batch);
      return end(Optional.empty(), input, units(0, network.units().size(), start(input)));
    } catch (RuntimeException | Error e) {
      primitives.close();
      throw e;
    }
  }

  /**
   * From images to logits, the first units for a slice of the batch at a time.
   *
   * @param first a compilation of the same network, for those units
   */
  Plan sliced(int batch, Slices.Size size, Compilation first) {
    try {
      Maps input = input(batch);
      Slices slices = first.slices(input, size, batch, arena);
      return end(
          Optional.of(slices), input, units(size.units(), network.units().size(), slices.whole()));
    } catch (RuntimeException | Error e) {
      primitives.close();
      first.primitives.close();
      throw e;
    }
  }

  private Slices slices(Maps images, Slices.Size size, int batch, Arena whole) {
    Maps input = input(size.images());
    Maps last = primitives.copied(units(0, size.units(), start(input)));
    primitives.complete();
    long[] dims = last.dims().clone();
    dims[0] = batch;
    Maps all = whole.maps(last.name(), last.format(), dims);
    return new Slices(primitives, input, images, last, all, whole);
  }

  private Maps start(Maps input) {
    return path(network.stemLayers(), input, false, !preActivation());
  }

  private Maps units(int from, int to, Maps in) {
    Maps x = in;
    for (Unit unit : network.units().subList(from, to)) {
      x = unit(unit, x);
    }
    return x;
  }

  private Plan end(Optional<Slices> slices, Maps input, Maps in) {
    Maps x = path(network.tailLayers(), in, true, false);
    Maps features = pooled(x);
    Maps logits = head(features);
    primitives.complete();
    return new Plan(slices, primitives, input, features, logits);
  }

  /** From images to what a stage makes of them. */
  Plan stage(int stage, int batch) {
    int units = network.stages().stream().limit(stage).mapToInt(s -> s.blocks().size()).sum();
    try {
      Maps input = input(batch);
      Maps x = units(0, units, start(input));
      Maps maps =
          x.format().equals(Format.FP32) ? x : primitives.converted("output", x, Format.FP32);
      primitives.complete();
      return new Plan(Optional.empty(), primitives, input, maps, null);
    } catch (RuntimeException | Error e) {
      primitives.close();
      throw e;
    }
  }

  /** Not to be written over: callers may run the same images again. */
  private Maps input(int batch) {
    Shape shape = network.input();
    return arena.maps(
        Quantization.INPUT, Format.FP32, batch, shape.channels(), shape.height(), shape.width());
  }

  /** The mean of each channel in 32-bit floats. */
  private Maps pooled(Maps x) {
    if (x.format().quantized()) {
      Maps exact = primitives.converted(x.name(), x, Format.FP32);
      arena.release(x);
      return primitives.globalPool(Quantization.POOL, exact);
    }
    Maps pooled = primitives.globalPool(Quantization.POOL, x);
    return wide.equals(Format.FP32)
        ? pooled
        : primitives.converted(Quantization.POOL, pooled, Format.FP32);
  }

  private Maps head(Maps features) {
    String name = network.headName();
    Kernel kernel =
        new Kernel(
            () ->
                new Kernel.Folded(weights.apply(name + ".weight"), weights.apply(name + ".bias")));
    Maps in = features;
    if (narrow(name, features)) {
      in = primitives.converted(Quantization.POOL, features, narrowFormat(features.name()));
    }
    return primitives.linear(name, in, kernel, network.classes());
  }

  // Formats.

  /** The format of 8 bits of what has that name, or nothing if its scale is not known. */
  private @Nullable Format scaled(String maps) {
    Quantization.Scale scale = quantization == null ? null : quantization.activations().get(maps);
    return scale == null ? null : Format.of(scale);
  }

  private Format narrowFormat(String maps) {
    Format format = scaled(maps);
    return format == null ? wide : format;
  }

  /** Whether a layer computes in 8 bits, given that input. */
  private boolean narrow(String layer, Maps in) {
    return quantization != null
        && !quantization.kept().contains(layer)
        && (in.format().quantized() || scaled(in.name()) != null);
  }

  /** The maps in that format; they themselves if they are. */
  private Maps as(Format format, Maps maps) {
    return maps.format().equals(format) ? maps : primitives.converted(maps.name(), maps, format);
  }

  private Maps widened(Maps maps) {
    return as(wide, maps);
  }

  // Units.

  private Maps unit(Unit unit, Maps in) {
    Maps x = in;
    if (preActivation()) {
      x = widened(in);
    } else if (!in.format().quantized() && scaled(in.name()) != null && startsNarrow(unit, in)) {
      x = as(narrowFormat(in.name()), in); // Once for both paths.
    }
    if (x.slot() != in.slot() && !in.name().equals(Quantization.INPUT)) {
      arena.release(in);
    }
    Maps activated = path(unit.before(), x, false, true);
    Maps from = unit.sharesActivation() ? activated : x;
    List<Layer> branch = inference(unit.branch());
    Maps y =
        unit.plain()
            ? path(plain(unit), activated, false, !preActivation())
            : sum(unit, branch, x, activated, from);
    boolean done = unit.plain() || unit.after().isEmpty() || endsInRelu(unit);
    Maps after = done ? y : path(unit.after(), y, true, true);
    releaseAll(after, x, activated);
    return after;
  }

  /** A plain unit is one path: its last ReLU belongs to its last convolution. */
  private static List<Layer> plain(Unit unit) {
    return Stream.concat(inference(unit.branch()).stream(), unit.after().stream()).toList();
  }

  /** Of the addition: the unit's own, unless more than a ReLU follows. */
  private static String sumName(Unit unit) {
    return unit.after().isEmpty() || endsInRelu(unit) ? unit.name() : unit.name() + ".sum";
  }

  private boolean preActivation() {
    return network.order() == Order.PRE_ACTIVATION;
  }

  private boolean startsNarrow(Unit unit, Maps in) {
    return Stream.concat(unit.branch().stream().limit(1), unit.shortcut().stream())
        .anyMatch(layer -> layer.operation() instanceof Convolution && narrow(layer.name(), in));
  }

  /** The branch and the shortcut added, and ReLU if that is what follows. */
  private Maps sum(Unit unit, List<Layer> branch, Maps x, Maps activated, Maps from) {
    Then then = endsInRelu(unit) ? Then.RELU : Then.NOTHING;
    Operation first = unit.shortcut().isEmpty() ? null : unit.shortcut().get(0).operation();
    if (first instanceof Operation.Gate gate) {
      return gated(unit, gate, branch, x, activated, then);
    }
    boolean fused = fusing && summable(branch);
    Maps other = path(inference(unit.shortcut()), from, false, fused && !preActivation());
    if (fused) {
      // The last convolution adds to the shortcut in its place: nobody reads that afterwards.
      return branch(unit, branch, activated, other, x, then);
    }
    Maps y = path(branch, activated, false, false);
    Maps wideOther = widened(other);
    if (wideOther.slot() != other.slot() && other.slot() != x.slot()) {
      arena.release(other);
    }
    Maps sum = primitives.combine(sumName(unit), algorithm.binary_add, y, wideOther, then);
    releaseAll(sum, wideOther);
    return sum;
  }

  private Maps gated(
      Unit unit, Operation.Gate gate, List<Layer> branch, Maps x, Maps activated, Then then) {
    String name = unit.shortcut().get(0).name();
    Maps wideX = widened(x);
    Maps open = gate(name, gate, wideX);
    Maps rest =
        primitives.elementwise(name + ".rest", open, false, algorithm.eltwise_linear, -1, 1);
    Maps other = primitives.combine(name, algorithm.binary_mul, rest, wideX, Then.NOTHING);
    Maps y = path(branch, activated, false, false);
    if (gate.exclusive()) {
      y = primitives.combine(name + ".branch", algorithm.binary_mul, y, open, Then.NOTHING);
    }
    Maps sum = primitives.combine(sumName(unit), algorithm.binary_add, y, other, then);
    releaseAll(sum, open, other);
    if (wideX.slot() != x.slot()) {
      arena.release(wideX);
    }
    return sum;
  }

  private Maps gate(String name, Operation.Gate gate, Maps x) {
    Kernel kernel =
        new Kernel(
            () ->
                new Kernel.Folded(weights.apply(name + ".weight"), weights.apply(name + ".bias")));
    return primitives.convolution(
        name,
        name + ".open",
        x,
        Convolution.of1x1(gate.channels(), gate.channels(), 1),
        kernel,
        wide,
        null,
        Then.SIGMOID);
  }

  private void releaseAll(Maps but, Maps... maps) {
    for (Maps released : maps) {
      if (released.slot() != but.slot() && !released.name().equals(Quantization.INPUT)) {
        arena.release(released);
      }
    }
  }

  private static boolean endsInRelu(Unit unit) {
    return unit.after().size() == 1 && unit.after().get(0).operation() instanceof Operation.Relu;
  }

  /** What is left at inference: dropout does nothing, nor does a pool over one pixel. */
  private static List<Layer> inference(List<Layer> layers) {
    return layers.stream().filter(layer -> !idle(layer.operation())).toList();
  }

  private static boolean idle(Operation operation) {
    return operation instanceof Operation.Dropout
        || operation instanceof Operation.DropPath
        || (operation instanceof Operation.AveragePool pool && pool.window() == 1);
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

  private Maps branch(Unit unit, List<Layer> branch, Maps in, Maps other, Maps x, Then then) {
    int last = branch.size() - 1;
    while (!(branch.get(last).operation() instanceof Convolution)) {
      last--;
    }
    Layer layer = branch.get(last);
    Maps y = path(branch.subList(0, last), in, false, true);
    boolean narrow = narrow(layer.name(), y);
    Format sum =
        narrow && !preActivation() && other.format().quantized() ? scaled(sumName(unit)) : null;
    Format to = sum == null ? wide : sum;
    Maps into = to.quantized() ? other : widened(other);
    if (into.slot() != other.slot() && other.slot() != x.slot() && other.slot() != in.slot()) {
      arena.release(other);
    }
    Maps ready = as(narrow ? narrowFormat(y.name()) : wide, y);
    Maps result = convolution(branch, last, sumName(unit), ready, to, into, then);
    arena.release(ready);
    if (ready.slot() != y.slot()) {
      arena.release(y);
    }
    return result;
  }

  // Layers.

  /**
   * The layers one after another; what comes between is released, and the input if it may be.
   *
   * @param narrowEnd whether the result may be of 8 bits
   */
  private Maps path(List<Layer> layers, Maps in, boolean mayOverwrite, boolean narrowEnd) {
    Maps x = in;
    boolean mine = mayOverwrite;
    for (int i = 0; i < layers.size(); ) {
      int end = endOfStep(layers, i);
      Maps ready = as(formatToRead(layers.get(i), x), x);
      if (ready.slot() != x.slot()) {
        if (mine) {
          arena.release(x);
        }
        mine = true;
      }
      Maps y = step(layers.subList(i, end), ready, mine, readNarrow(layers, end, narrowEnd));
      if (y.slot() != ready.slot() && mine) {
        arena.release(ready);
      }
      mine = true;
      x = y;
      i = end;
    }
    return x;
  }

  /** One past the layers that become one primitive: a convolution or a norm takes what follows. */
  private static int endOfStep(List<Layer> layers, int from) {
    boolean convolves = convolves(layers.get(from));
    boolean norms = layers.get(from).operation() instanceof Operation.BatchNorm;
    int end = from + 1;
    end += convolves && follows(layers, end, Operation.BatchNorm.class) ? 1 : 0;
    return (convolves || norms) && follows(layers, end, Operation.Relu.class) ? end + 1 : end;
  }

  private static boolean convolves(Layer layer) {
    return layer.operation() instanceof Convolution
        || layer.operation() instanceof Operation.ZeroPad;
  }

  private static boolean pools(Layer layer) {
    return layer.operation() instanceof Operation.MaxPool
        || layer.operation() instanceof Operation.AveragePool;
  }

  /** What a layer computes with: 8 bits or not, or, for a pool, whatever there is. */
  private Format formatToRead(Layer layer, Maps x) {
    if (convolves(layer) && narrow(layer.name(), x)) {
      return x.format().quantized() ? x.format() : narrowFormat(x.name());
    }
    return pools(layer) && x.format().quantized() ? x.format() : wide;
  }

  private Maps step(List<Layer> step, Maps in, boolean inPlace, boolean readNarrow) {
    Layer first = step.get(0);
    Then then = follows(step, step.size() - 1, Operation.Relu.class) ? Then.RELU : Then.NOTHING;
    Format to = readNarrow ? narrowFormat(first.name()) : wide;
    if (convolves(first)) {
      Format made = in.format().quantized() ? to : wide;
      return convolution(step, 0, first.name(), in, made, null, then);
    }
    return first.operation() instanceof Operation.BatchNorm
        ? batchNorm(first, in, inPlace, to, then)
        : other(first, in, inPlace);
  }

  private static boolean follows(List<Layer> layers, int i, Class<? extends Operation> operation) {
    return i < layers.size() && operation.isInstance(layers.get(i).operation());
  }

  /** Whether what comes next computes in 8 bits. */
  private boolean readNarrow(List<Layer> layers, int next, boolean narrowEnd) {
    if (quantization == null) {
      return false;
    }
    if (next == layers.size()) {
      return narrowEnd;
    }
    Layer layer = layers.get(next);
    if (pools(layer)) {
      return readNarrow(layers, next + 1, narrowEnd);
    }
    return layer.operation() instanceof Convolution && !quantization.kept().contains(layer.name());
  }

  private Maps convolution(
      List<Layer> layers,
      int i,
      String result,
      Maps in,
      Format to,
      @Nullable Maps into,
      Then then) {
    Layer layer = layers.get(i);
    if (layer.operation() instanceof Operation.ZeroPad pad) {
      return zeroPadded(layer, pad, in, to);
    }
    Convolution c = (Convolution) layer.operation();
    Layer norm = follows(layers, i + 1, Operation.BatchNorm.class) ? layers.get(i + 1) : null;
    Kernel kernel = new Kernel(() -> folded(layer, norm, c));
    return primitives.convolution(layer.name(), result, in, c, kernel, to, into, then);
  }

  private Kernel.Folded folded(Layer layer, @Nullable Layer norm, Convolution convolution) {
    float[] values = weight(layer, "weight");
    if (norm == null) {
      float[] bias = convolution.bias() ? weight(layer, "bias") : new float[convolution.out()];
      return new Kernel.Folded(values, bias);
    }
    Folding folding = folding(norm);
    return new Kernel.Folded(folding.kernel(values), folding.bias());
  }

  /** A convolution with one weight of 1 in each channel that is not zero: it fuses as others do. */
  private Maps zeroPadded(Layer layer, Operation.ZeroPad pad, Maps in, Format to) {
    int from = (int) in.channels();
    int out = pad.before() + from + pad.after();
    Kernel kernel =
        new Kernel(
            () -> {
              float[] values = new float[out * from];
              for (int c = 0; c < from; c++) {
                values[(pad.before() + c) * from + c] = 1;
              }
              return new Kernel.Folded(values, new float[out]);
            });
    Convolution c = Convolution.of1x1(from, out, pad.stride());
    return primitives.convolution(
        layer.name(), layer.name(), in, c, kernel, to, null, Then.NOTHING);
  }

  private Maps batchNorm(Layer layer, Maps in, boolean inPlace, Format to, Then then) {
    Folding folding = folding(layer);
    float[] ones = new float[Math.toIntExact(in.channels())];
    Arrays.fill(ones, 1);
    float[] scale = folding.kernel(ones); // A 1x1 kernel of ones becomes the scale itself.
    return primitives.affine(layer.name(), in, inPlace, scale, folding.bias(), to, then);
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
      return primitives.pool(
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
    Convolution first = Convolution.of1x1(se.channels(), se.squeezed(), 1);
    Maps squeezed = linear(layer, "fc1", first, pooled, Then.RELU);
    Convolution second = Convolution.of1x1(se.squeezed(), se.channels(), 1);
    Maps weights = linear(layer, "fc2", second, squeezed, Then.SIGMOID);
    Maps result = primitives.combine(name, algorithm.binary_mul, in, weights, Then.NOTHING);
    arena.release(pooled);
    arena.release(squeezed);
    arena.release(weights);
    return result;
  }

  private Maps linear(Layer layer, String part, Convolution c, Maps in, Then then) {
    Kernel kernel =
        new Kernel(
            () ->
                new Kernel.Folded(weight(layer, part + ".weight"), weight(layer, part + ".bias")));
    String name = layer.name() + "." + part;
    return primitives.convolution(name, name, in, c, kernel, wide, null, then);
  }

  private Maps blur(Layer layer, Operation.Blur blur, Maps in) {
    int channels = blur.channels();
    Kernel kernel =
        new Kernel(
            () -> {
              float[] values = new float[9 * channels];
              for (int i = 0; i < values.length; i++) {
                values[i] = BINOMIAL[i % 9] / 16;
              }
              return new Kernel.Folded(values, new float[channels]);
            });
    Maps reflected = primitives.reflected(layer.name() + ".border", in);
    Convolution c = new Convolution(channels, channels, 3, blur.stride(), 0, 1, channels);
    Maps blurred =
        primitives.convolution(
            layer.name(), layer.name(), reflected, c, kernel, wide, null, Then.NOTHING);
    arena.release(reflected);
    return blurred;
  }

  private float[] weight(Layer layer, String tensor) {
    return weights.apply(layer.name() + "." + tensor);
  }
}
