package org.resnet4j.nn.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.PointerScope;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.tensor.Precision;

/** Writes the program of a network's training step for one number and shape of images. */
final class Composition implements AutoCloseable {
  private final Network network;
  private final boolean recompute;
  private final Program program = new Program();
  private final Weights weights = new Weights(program);
  private final Elements elements;
  private final Convolutions convolutions;
  private final Norms batchNorms;
  private final Pools pools;
  private final Head head;
  private final List<Norm> norms = new ArrayList<>();
  private final Map<String, Mask> masks = new LinkedHashMap<>();
  private final Values images;
  private final Values logits;
  private final Values logitsGradient;

  /**
   * A batch norm whose statistics are to be recorded.
   *
   * @param values how many of them each channel has
   */
  record Norm(String layer, Norms.Moments moments, long values) {}

  /**
   * Which images a unit's branch is dropped for.
   *
   * @param rate of those that are, on average
   */
  record Mask(Values values, double rate) {}

  /**
   * Writes it.
   *
   * @param recompute whether the way back computes what is inside of a unit again instead of
   *     reading it; arXiv 1604.06174
   */
  Composition(Network network, long batch, Precision precision, boolean recompute) {
    this.network = network;
    this.recompute = recompute;
    boolean written = false;
    try {
      data_type type = precision == Precision.BF16 ? data_type.bf16 : data_type.f32;
      this.elements = new Elements(program, type);
      this.pools = new Pools(program, type, elements);
      this.convolutions = new Convolutions(program, type, weights, elements, pools);
      this.batchNorms = new Norms(program, type, weights, elements);
      this.head = new Head(program, weights);
      try (PointerScope scope = new PointerScope()) {
        Shape input = network.input();
        long[] dims = {batch, input.channels(), input.height(), input.width()};
        images = program.lent(new memory.desc(dims, data_type.f32, format_tag.nhwc), dims);
        long[] rows = {batch, network.classes()};
        memory.desc layout = new memory.desc(rows, data_type.f32, format_tag.nc);
        logits = program.lent(layout, rows);
        logitsGradient = program.lent(layout, rows);
      }
      write();
      written = true;
    } finally {
      if (!written) {
        close();
      }
    }
  }

  /** Whether every layer of the network has a way back here. */
  static boolean knows(Network network) {
    Stream<Layer> layers =
        Stream.concat(
            Stream.concat(network.stemLayers().stream(), network.tailLayers().stream()),
            network.units().stream().flatMap(unit -> unit.layers().stream()));
    return layers.allMatch(layer -> knows(layer.operation()));
  }

  private static boolean knows(Operation operation) {
    return operation instanceof Convolution
        || operation instanceof Operation.BatchNorm
        || operation instanceof Operation.Relu
        || operation instanceof Operation.MaxPool
        || operation instanceof Operation.AveragePool
        || operation instanceof Operation.ZeroPad
        || operation instanceof Operation.Scale
        || (operation instanceof Operation.Dropout dropout && dropout.rate() == 0)
        || operation instanceof Operation.DropPath;
  }

  Program program() {
    return program;
  }

  Weights weights() {
    return weights;
  }

  List<Norm> norms() {
    return norms;
  }

  /** In the order in which units come. */
  Collection<Mask> masks() {
    return masks.values();
  }

  Values images() {
    return images;
  }

  Values logits() {
    return logits;
  }

  Values logitsGradient() {
    return logitsGradient;
  }

  private void write() {
    Made stem = path(network.stemLayers(), elements.taken("images", images), false, true);
    List<Made.Back> backs = new ArrayList<>();
    backs.add(stem.back());
    Values x = stem.values();
    for (Unit unit : network.units()) {
      Made made = recompute ? recomputed(unit, x) : unit(unit, x, true);
      backs.add(made.back());
      x = made.values();
    }
    Made tail = path(network.tailLayers(), x, false, true);
    backs.add(tail.back());
    x = tail.values();
    long[] window = {x.height(), x.width()};
    Made pooled = pools.pool("pool", algorithm.pooling_avg_exclude_padding, x, window, 1, 0, 1, 1);
    Made wide = elements.widened("pool", pooled.values());
    Made last = head.linear(network.headName(), wide.values(), logits);
    backs.add(pooled.back());
    backs.add(wide.back());
    backs.add(last.back());

    program.turn();
    for (Norm norm : norms) {
      program.keepToTurn(norm.moments().mean());
      program.keepToTurn(norm.moments().variance());
    }
    Gradient gradient = new Gradient(logitsGradient, false);
    for (int i = backs.size() - 1; i >= 0; i--) {
      gradient = backs.get(i).from(gradient, i > 0 ? Wanted.ALONE : Wanted.NOTHING);
    }
    program.complete();
  }

  /** A unit that leaves nothing behind but its result. */
  private Made recomputed(Unit unit, Values x) {
    Made once = unit(unit, x, true);
    return new Made(
        once.values(),
        false,
        (gradient, wanted) -> unit(unit, x, false).back().from(gradient, wanted));
  }

  /**
   * A unit.
   *
   * @param recorded whether its batch norms' statistics are to be recorded
   */
  private Made unit(Unit unit, Values x, boolean recorded) {
    Made before = path(unit.before(), x, false, recorded);
    Values activated = before.values();
    Made branch = path(unit.branch(), activated, false, recorded);
    if (unit.plain()) {
      Made after = path(unit.after(), branch.values(), branch.overwritable(), recorded);
      return new Made(
          after.values(),
          after.overwritable(),
          (gradient, wanted) -> {
            Gradient made = after.back().from(gradient, Wanted.ALONE);
            return before.back().from(branch.back().from(made, Wanted.ALONE), wanted);
          });
    }
    boolean shares = unit.sharesActivation();
    Made shortcut = path(unit.shortcut(), shares ? activated : x, false, recorded);
    boolean relu = !unit.after().isEmpty() && isRelu(unit.after().get(0));
    Made sum = elements.sum(unit.name(), branch, shortcut.values(), relu);
    List<Layer> rest = relu ? unit.after().subList(1, unit.after().size()) : unit.after();
    Made after = path(rest, sum.values(), sum.overwritable(), recorded);
    return new Made(
        after.values(),
        after.overwritable(),
        (gradient, wanted) -> {
          Gradient made = sum.back().from(after.back().from(gradient, Wanted.ALONE), Wanted.ALONE);
          if (shares) {
            Gradient both = met(branch.back(), shortcut.back(), unit.shortcut().isEmpty(), made);
            return before.back().from(both, wanted);
          }
          Made.Back deep =
              (by, more) -> before.back().from(branch.back().from(by, Wanted.ALONE), more);
          Made.Back way = unit.before().isEmpty() ? branch.back() : deep;
          Gradient both = met(way, shortcut.back(), unit.shortcut().isEmpty(), made);
          return wanted.onto() == null ? both : elements.met(unit.name(), wanted.onto(), both);
        });
  }

  /** The sum of the gradients that two paths give, made in the place of one of them. */
  private Gradient met(Made.Back branch, Made.Back shortcut, boolean identity, Gradient made) {
    if (identity && made.overwritable()) {
      return branch.from(made.shared(), Wanted.onto(made));
    }
    Gradient byBranch = branch.from(made.shared(), Wanted.ALONE);
    if (!byBranch.overwritable()) {
      return elements.met("", byBranch, shortcut.from(made.shared(), Wanted.ALONE));
    }
    return shortcut.from(made, Wanted.onto(byBranch));
  }

  private static boolean isRelu(Layer layer) {
    return layer.operation() instanceof Operation.Relu;
  }

  /**
   * Layers one after another.
   *
   * @param overwritable whether what goes in may be overwritten
   */
  private Made path(List<Layer> layers, Values in, boolean overwritable, boolean recorded) {
    if (layers.isEmpty()) {
      return elements.unchanged("", in, overwritable);
    }
    List<Made.Back> backs = new ArrayList<>();
    Made last = elements.unchanged("", in, overwritable);
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      if (layer.operation() instanceof Operation.BatchNorm) {
        boolean relu = i + 1 < layers.size() && isRelu(layers.get(i + 1));
        last = batchNorm(layer, last.values(), relu, recorded);
        i += relu ? 1 : 0;
      } else {
        last = layer(layer, last.values(), last.overwritable());
      }
      backs.add(last.back());
    }
    return new Made(
        last.values(),
        last.overwritable(),
        (gradient, wanted) -> {
          Gradient by = gradient;
          for (int i = backs.size() - 1; i > 0; i--) {
            by = backs.get(i).from(by, Wanted.ALONE);
          }
          return backs.get(0).from(by, wanted);
        });
  }

  private Made batchNorm(Layer layer, Values in, boolean relu, boolean recorded) {
    Norms.Moments moments = batchNorms.moments(in.channels());
    if (recorded) {
      norms.add(new Norm(layer.name(), moments, in.perChannel()));
    }
    return batchNorms.batchNorm(layer.name(), in, relu, moments);
  }

  private Made layer(Layer layer, Values in, boolean overwritable) {
    Operation operation = layer.operation();
    String name = layer.name();
    Shape out = layer.out();
    if (operation instanceof Convolution convolution) {
      return convolutions.convolution(name, convolution, in);
    }
    if (operation instanceof Operation.Relu) {
      return elements.relu(name, in, overwritable);
    }
    if (operation instanceof Operation.Scale scale) {
      return elements.scaled(name, (float) scale.factor(), in, overwritable);
    }
    if (operation instanceof Operation.ZeroPad pad) {
      return convolutions.padded(name, pad.before(), pad.after(), pad.stride(), in);
    }
    if (operation instanceof Operation.MaxPool pool) {
      long[] window = {pool.kernel(), pool.kernel()};
      return pools.pool(
          name,
          algorithm.pooling_max,
          in,
          window,
          pool.stride(),
          pool.padding(),
          out.height(),
          out.width());
    }
    if (operation instanceof Operation.AveragePool pool && pool.window() > 1) {
      // At stride 1 the zeros beyond the border count, as in timm.
      algorithm how =
          pool.stride() == 1
              ? algorithm.pooling_avg_include_padding
              : algorithm.pooling_avg_exclude_padding;
      long[] window = {pool.window(), pool.window()};
      return pools.pool(name, how, in, window, pool.stride(), 0, out.height(), out.width());
    }
    if (operation instanceof Operation.DropPath path && path.rate() > 0) {
      Mask mask =
          masks.computeIfAbsent(name, key -> new Mask(elements.mask(in.images()), path.rate()));
      return elements.masked(name, in, overwritable, mask.values());
    }
    return elements.unchanged(name, in, overwritable); // What knows() let through does nothing.
  }

  @Override
  public void close() {
    program.close();
  }
}
