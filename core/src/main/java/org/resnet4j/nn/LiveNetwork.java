package org.resnet4j.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
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
  private static final long[] POOL_KERNEL = {3, 3};
  private static final long[] POOL_STRIDE = {2, 2};
  private static final long[] POOL_PADDING = {1, 1};
  private static final long[] ONE_BY_ONE = {1, 1};

  private final Network network;
  private final Device device;
  private final Precision precision;
  private final Map<String, Tensor> state;
  private final LiveLayer stem;
  private final List<LiveUnit> units = new ArrayList<>();
  private final TensorOptional headBias;
  private boolean training;

  private LiveNetwork(
      Network network, Device device, Precision precision, Map<String, Tensor> state) {
    this.network = network;
    this.device = device;
    this.precision = precision;
    this.state = Collections.unmodifiableMap(state);
    this.stem = new LiveLayer(network.stemLayer(), state);
    for (Unit unit : network.units()) {
      units.add(new LiveUnit(unit, state));
    }
    this.headBias = new TensorOptional(LiveLayer.find(state, "fc.bias"));
    headBias.retainReference();
  }

  /** Where the values of a parameter come from. */
  @FunctionalInterface
  public interface Source {
    /** Its values, row by row, as many as {@link Parameter#size}. */
    float[] values(Parameter parameter);
  }

  /**
   * A network with He's initialisation, in training mode.
   *
   * @param zeroBranch whether the last batch norm of each branch starts at zero, so that each block
   *     starts as its shortcut; arXiv 1706.02677, section 5.1
   */
  public static LiveNetwork initialised(
      Network network, long seed, boolean zeroBranch, Device device, Precision precision) {
    List<String> zero = new ArrayList<>();
    if (zeroBranch && !network.plain()) {
      for (Unit unit : network.units()) {
        zero.add(unit.branch().get(unit.branch().size() - 1).normName() + ".weight");
      }
    }
    LiveNetwork live =
        of(
            network,
            parameter ->
                zero.contains(parameter.name())
                    ? new float[Math.toIntExact(parameter.size())]
                    : Initialisation.values(parameter, seed, network.features()),
            device,
            precision);
    live.train(true);
    return live;
  }

  /** A network with the given parameters, in evaluation mode. */
  public static LiveNetwork of(Network network, Source source, Device device, Precision precision) {
    Engine.start();
    Map<String, Tensor> state = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      for (Parameter parameter : network.state()) {
        Tensor tensor = tensor(parameter, source.values(parameter), device);
        if (parameter.role().trained()) {
          tensor.set_requires_grad(true);
        }
        state.put(parameter.name(), Tensors.keep(tensor));
      }
      return new LiveNetwork(network, device, precision, state);
    }
  }

  private static Tensor tensor(Parameter parameter, float[] values, Device device) {
    long[] shape = parameter.shape().stream().mapToLong(Integer::longValue).toArray();
    Tensor tensor = Tensors.of(values, shape);
    if (parameter.role() == Role.BATCHES_TRACKED) {
      // Exact up to 2^24 batches on the way through float; a checkpoint restores the integer
      // itself.
      tensor = tensor.to(torch.ScalarType.Long);
    }
    if (parameter.role() == Role.CONVOLUTION_WEIGHT) {
      tensor = tensor.contiguous(torch.MemoryFormat.ChannelsLast);
    }
    return Tensors.on(device, tensor);
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

  /** As {@link #forward(Tensor)}, with a probe that sees every unit. */
  public Tensor forward(Tensor images, Probe probe) {
    Tensor x = images.to(precision.type()).contiguous(torch.MemoryFormat.ChannelsLast);
    x = torch.relu_(stem.forward(x, training));
    if (network.stem().pooled()) {
      x = torch.max_pool2d(x, POOL_KERNEL, POOL_STRIDE, POOL_PADDING, ONE_BY_ONE, false);
    }
    for (LiveUnit unit : units) {
      x = unit.forward(x, training, probe);
    }
    Tensor pooled = torch.adaptive_avg_pool2d(x, ONE_BY_ONE).flatten(1, -1);
    return torch.linear(pooled.to(torch.ScalarType.Float), tensor("fc.weight"), headBias);
  }

  /**
   * Chooses between the statistics of the batch, which it then also records, and the stored ones.
   */
  public void train(boolean training) {
    this.training = training;
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
    headBias.close();
    state.values().forEach(Tensor::close);
  }
}
