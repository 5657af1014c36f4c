package org.resnet4j.optimizer;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Averaging;
import org.resnet4j.tensor.Tensors;

/**
 * A second network beside one that learns, whose weights are the moving average of the first one's;
 * B. T. Polyak and A. B. Juditsky, 1992.
 *
 * <p>Early on the average forgets faster, as it would else hold on to the initialisation: update n,
 * from 0, keeps {@code min(ema, (1 + n) / (10 + n))}. Running statistics of batch norms are
 * averaged like weights, as torchvision and timm do: those of the last steps alone belong to other
 * weights. Better still are statistics computed for these weights, {@code precise-batch-norm}.
 */
public final class WeightAverage implements AutoCloseable {
  private final Averaging averaging;
  private final Optional<LiveNetwork> average;
  private final List<Tensor> weights = new ArrayList<>();
  private final List<Tensor> averaged = new ArrayList<>();
  private final List<Tensor> counts = new ArrayList<>();
  private final List<Tensor> copied = new ArrayList<>();

  /** Begins at the weights as they are; there is no average if the recipe wants none. */
  public WeightAverage(Averaging averaging, LiveNetwork network) {
    this.averaging = averaging;
    this.average = averaging.ema() > 0 ? Optional.of(copy(network)) : Optional.empty();
    average.ifPresent(copy -> pair(network, copy));
  }

  private static LiveNetwork copy(LiveNetwork network) {
    return LiveNetwork.of(
        network.network(), new Copy(network), network.device(), network.precision());
  }

  private void pair(LiveNetwork network, LiveNetwork copy) {
    for (Parameter parameter : network.network().state()) {
      boolean count = parameter.role() == Role.BATCHES_TRACKED;
      (count ? counts : weights).add(network.tensor(parameter.name()));
      (count ? copied : averaged).add(copy.tensor(parameter.name()));
    }
  }

  /** Where the average's network begins. */
  private record Copy(LiveNetwork network) implements LiveNetwork.Source {
    @Override
    public void read(Parameter parameter, FloatBuffer values) {
      try (PointerScope temporaries = new PointerScope()) {
        values.put(Tensors.floats(network.tensor(parameter.name())));
      }
    }

    @Override
    public long count(Parameter parameter) {
      return network.tensor(parameter.name()).item_long();
    }
  }

  /**
   * After a step of the weights.
   *
   * @param steps how many there were, from 1
   */
  public void after(long steps) {
    if (average.isEmpty() || steps % averaging.emaEvery() != 0) {
      return;
    }
    long n = steps / averaging.emaEvery() - 1;
    double kept = Math.min(averaging.ema(), (1.0 + n) / (10.0 + n));
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      new Bundle(averaged).towards(new Bundle(weights), 1 - kept);
      if (!counts.isEmpty()) {
        new Bundle(copied).copy(new Bundle(counts));
      }
    }
  }

  /** The network of the average, if there is one; it stays this object's. */
  public Optional<LiveNetwork> network() {
    return average;
  }

  /** Every tensor of the average by name, none if there is no average; they stay this object's. */
  public Map<String, Tensor> state() {
    return average.map(LiveNetwork::state).orElse(Map.of());
  }

  @Override
  public void close() {
    average.ifPresent(LiveNetwork::close);
  }
}
