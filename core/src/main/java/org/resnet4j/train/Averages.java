package org.resnet4j.train;

import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.WeightAverage;

/** What a run averages: weights while they learn, and statistics of batch norms at the end. */
final class Averages implements AutoCloseable {
  private final Setup setup;
  private final LiveNetwork network;
  private final WeightAverage weights;

  Averages(Setup setup, LiveNetwork network) {
    this.setup = setup;
    this.network = network;
    this.weights = new WeightAverage(setup.recipe().averaging(), network);
    weights.network().ifPresent(setup.beginning()::freeze);
  }

  /** After a step; their number counts from 1. */
  void after(long steps) {
    weights.after(steps);
  }

  /** The network of averaged weights, if the recipe wants one; it stays this object's. */
  Optional<LiveNetwork> network() {
    return weights.network();
  }

  /** The averaged weights by name; they stay this object's. */
  Map<String, Tensor> state() {
    return weights.state();
  }

  /** After the last step: gives both networks precise statistics, if the recipe wants them. */
  void settle() {
    int batches = setup.recipe().averaging().preciseBatchNorm();
    if (batches > 0) {
      try (Loader images = setup.loaders().statistics()) {
        PreciseBatchNorm.update(network, images, batches);
        weights.network().ifPresent(average -> PreciseBatchNorm.update(average, images, batches));
      }
    }
  }

  @Override
  public void close() {
    weights.close();
  }
}
