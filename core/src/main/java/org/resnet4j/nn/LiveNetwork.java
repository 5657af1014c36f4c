package org.resnet4j.nn;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Parts;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Unit;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/**
 * A network with its parameters, ready to run forward and backward.
 *
 * <p>Images and feature maps are channels-last in memory. Activations are in the chosen precision;
 * parameters, statistics, pooled features and logits are fp32. Owns its parameters until {@link
 * #close}. Not safe for several threads while it trains.
 */
public final class LiveNetwork implements AutoCloseable {
  private static final long[] ONE_BY_ONE = {1, 1};

  private final Network network;
  private final Device device;
  private final Precision precision;
  private final Map<String, Tensor> state;
  private final LivePath stem;
  private final List<LiveUnit> units = new ArrayList<>();
  private final LivePath tail;
  private final TensorOptional headBias;
  private final Wiring whole;
  private final Parts parts;
  private Mode mode = Mode.EVALUATION;
  private int frozenParts;
  private boolean frozenStatistics;

  private LiveNetwork(
      Network network, Device device, Precision precision, Map<String, Tensor> state) {
    this.network = network;
    this.device = device;
    this.precision = precision;
    this.state = Collections.unmodifiableMap(state);
    this.stem = new LivePath(network.stemLayers(), state);
    for (Unit unit : network.units()) {
      units.add(new LiveUnit(unit, state));
    }
    this.tail = new LivePath(network.tailLayers(), state);
    this.headBias = new TensorOptional(LiveLayer.find(state, network.headName() + ".bias"));
    headBias.retainReference();
    this.whole = Wiring.whole(network);
    this.parts = new Parts(network);
  }

  /** Where the values of parameters come from; asked by several threads at once. */
  public interface Source {
    /** Puts the values of a parameter, row by row, as many as {@link Parameter#size}. */
    void read(Parameter parameter, FloatBuffer values);

    /** How many batches a batch norm has seen. */
    default long count(Parameter parameter) {
      return 0;
    }
  }

  /**
   * A network with He's initialisation, in training mode.
   *
   * @param zeroBranch whether the last norm of each branch, or its last convolution where no norm
   *     follows, starts at zero, so that each block starts as its shortcut; arXiv 1706.02677,
   *     section 5.1
   */
  public static LiveNetwork initialised(
      Network network, long seed, boolean zeroBranch, Device device, Precision precision) {
    List<String> zero = new ArrayList<>();
    if (zeroBranch && !network.plain()) {
      for (Unit unit : network.units()) {
        zero.add(unit.lastScale());
      }
    }
    LiveNetwork live =
        of(
            network,
            (parameter, values) ->
                values.put(
                    zero.contains(parameter.name())
                        ? new float[values.remaining()]
                        : Initialisation.values(parameter, seed, network.features())),
            device,
            precision);
    live.train(true);
    return live;
  }

  /**
   * The network after surgery, with copies of this one's tensors; in evaluation mode. The caller
   * closes it, and this one.
   *
   * <p>New blocks beside a shortcut start with He's initialisation and give nothing, as the last
   * norm of their branch, or its last convolution where no norm follows, is zero: the logits stay
   * the same to the last bit. New blocks without a shortcut start with kernels that are 1 in the
   * middle and batch norms that change nothing: the logits stay the same up to rounding.
   *
   * @param surgery of this network
   * @param seed of the new kernels
   */
  public LiveNetwork after(DepthSurgery surgery, long seed) {
    if (!surgery.from().equals(network)) {
      throw new IllegalArgumentException(
          "surgery of %s does not fit %s".formatted(surgery.from().name(), network.name()));
    }
    return of(surgery.to(), new Grafted(this, surgery, seed), device, precision);
  }

  /**
   * The network for other classes, with copies of this one's tensors and a linear layer that begins
   * anew; in evaluation mode. The caller closes it, and this one.
   *
   * @param seed of the linear layer
   */
  public LiveNetwork withNewHead(int classes, long seed) {
    return of(network.withClasses(classes), new NewHead(this, seed), device, precision);
  }

  /** A network with the given parameters, in evaluation mode. */
  public static LiveNetwork of(Network network, Source source, Device device, Precision precision) {
    Engine.start();
    try (PointerScope scope = new PointerScope()) {
      Map<Parameter, Tensor> read = new LinkedHashMap<>();
      Map<Parameter, FloatBuffer> unread = new LinkedHashMap<>();
      for (Parameter parameter : network.state()) {
        if (parameter.role() == Role.BATCHES_TRACKED) {
          read.put(parameter, Tensors.scalar(source.count(parameter)));
        } else {
          // Values go into native memory at once: whole checkpoints pass here.
          Tensor tensor = torch.empty(shape(parameter));
          read.put(parameter, tensor);
          unread.put(parameter, tensor.createBuffer());
        }
      }
      unread.entrySet().parallelStream().forEach(e -> source.read(e.getKey(), e.getValue()));
      Map<String, Tensor> state = new LinkedHashMap<>();
      read.forEach(
          (parameter, tensor) -> state.put(parameter.name(), placed(parameter, tensor, device)));
      state.values().forEach(Tensors::keep);
      return new LiveNetwork(network, device, precision, state);
    }
  }

  private static long[] shape(Parameter parameter) {
    return parameter.shape().stream().mapToLong(Integer::longValue).toArray();
  }

  /** On its device, in the memory order that convolutions want, and trained if it is to be. */
  private static Tensor placed(Parameter parameter, Tensor tensor, Device device) {
    boolean kernel = parameter.role() == Role.CONVOLUTION_WEIGHT;
    Tensor ordered = kernel ? tensor.contiguous(torch.MemoryFormat.ChannelsLast) : tensor;
    Tensor placed = Tensors.on(device, ordered);
    return parameter.role().trained() ? placed.set_requires_grad(true) : placed;
  }

  /**
   * The logits of a batch.
   *
   * @param images (N, C, H, W), fp32, normalised; fastest if channels-last in memory
   * @return (N, classes), fp32; belongs to the caller's scope
   */
  public Tensor forward(Tensor images) {
    return forward(images, Probe.NONE);
  }

  /** As {@link #forward(Tensor)}, with a probe that sees every layer and unit. */
  public Tensor forward(Tensor images, Probe probe) {
    return logits(through(stem(images, probe), whole.visits(), probe), probe);
  }

  /** As {@link #forward(Tensor)}, cut or rearranged, with a probe that sees what runs. */
  public Tensor forward(Tensor images, Wiring wiring, Probe probe) {
    return logits(through(stem(images, probe), wiring.visits(), probe), probe);
  }

  /**
   * What the linear layer takes: the mean of each channel of the last feature maps.
   *
   * @param images (N, C, H, W), fp32, normalised
   * @return (N, features), fp32; belongs to the caller's scope
   */
  public Tensor features(Tensor images) {
    return pooled(through(stem(images, Probe.NONE), whole.visits(), Probe.NONE), Probe.NONE);
  }

  /**
   * The first part of a pass.
   *
   * @param images (N, C, H, W), fp32, normalised
   * @return what the first unit takes, (N, C, H, W) in the network's precision; belongs to the
   *     caller's scope
   */
  public Tensor stem(Tensor images, Probe probe) {
    Tensor x = images.to(precision.type()).contiguous(torch.MemoryFormat.ChannelsLast);
    return stem.forward(x, mode(0), probe);
  }

  /**
   * The middle part of a pass, or some of it: what is common to several passes need run only once.
   *
   * @param x what the first of the units takes; stays as it is
   */
  public Tensor through(Tensor x, List<Wiring.Visit> visits, Probe probe) {
    Tensor y = x;
    for (Wiring.Visit visit : visits) {
      y =
          units
              .get(visit.unit())
              .forward(y, visit.paths(), mode(parts.ofUnit(visit.unit())), probe);
    }
    return y;
  }

  /**
   * The last part of a pass.
   *
   * @param x what the last unit gives
   * @return (N, classes), fp32; belongs to the caller's scope
   */
  public Tensor logits(Tensor x, Probe probe) {
    Tensor weight = tensor(network.headName() + ".weight").flatten(1, -1);
    return torch.linear(pooled(x, probe), weight, headBias);
  }

  private Tensor pooled(Tensor x, Probe probe) {
    Tensor y = tail.forward(x, mode(parts.tail()), probe);
    Tensor pooled = torch.adaptive_avg_pool2d(y, ONE_BY_ONE).flatten(1, -1);
    return pooled.to(torch.ScalarType.Float);
  }

  /**
   * The feature map at the end of each stage, as {@link Network#featureMaps} says.
   *
   * @param images (N, C, H, W), fp32, normalised
   * @return (N, channels, height, width) each, in the network's precision; belong to the caller's
   *     scope
   */
  public List<Tensor> featureMaps(Tensor images) {
    List<Tensor> maps = new ArrayList<>();
    Tensor x = images.to(precision.type()).contiguous(torch.MemoryFormat.ChannelsLast);
    x = stem.forward(x, mode(0), Probe.NONE);
    int next = 0;
    for (Stage stage : network.stages()) {
      int end = next + stage.blocks().size();
      x = through(x, whole.visits().subList(next, end), Probe.NONE);
      maps.add(x);
      next = end;
    }
    return maps;
  }

  /**
   * Chooses between the statistics of the batch, which it then also records, and the stored ones.
   */
  public void train(boolean training) {
    mode = training ? Mode.TRAINING : Mode.EVALUATION;
  }

  /**
   * Makes passes use the statistics of their batch and record them, with nothing dropped out.
   *
   * @param momentum the share of a batch in what is recorded, above 0 to 1; 0.1 in training
   */
  public void measure(double momentum) {
    mode = Mode.measuring(momentum);
  }

  /**
   * Keeps the first parts of the network as they are, whatever the mode: their parameters take no
   * gradient, and their norms use the stored statistics and record none. No gradient is computed
   * where nothing before it learns.
   *
   * @param count of parts, in the order of {@link Parts}; all but the head at most
   * @param statistics whether every other batch norm uses and keeps the stored statistics too
   */
  public void freeze(int count, boolean statistics) {
    if (count < 0 || count > parts.head()) {
      throw new IllegalArgumentException(
          "%d parts to freeze: must be from 0 to %d".formatted(count, parts.head()));
    }
    frozenParts = count;
    frozenStatistics = statistics;
    for (Parameter parameter : network.state()) {
      if (parameter.role().trained()) {
        tensor(parameter.name()).set_requires_grad(parts.of(parameter) >= count);
      }
    }
  }

  /** Whether anything stays as it is in training, be it statistics alone. */
  public boolean frozen() {
    return frozenParts > 0 || frozenStatistics;
  }

  private Mode mode(int part) {
    if (part < frozenParts) {
      return Mode.EVALUATION;
    }
    return frozenStatistics ? mode.stored() : mode;
  }

  /** Every tensor under torchvision's name, in PyTorch's order; they stay the network's. */
  public Map<String, Tensor> state() {
    return state;
  }

  /** The tensor of that name; it stays the network's. */
  public Tensor tensor(String name) {
    return LiveLayer.find(state, name);
  }

  public Network network() {
    return network;
  }

  public Device device() {
    return device;
  }

  public Precision precision() {
    return precision;
  }

  @Override
  public void close() {
    stem.close();
    units.forEach(LiveUnit::close);
    tail.close();
    headBias.close();
    state.values().forEach(Tensor::close);
  }
}
