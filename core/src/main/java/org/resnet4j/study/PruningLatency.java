package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoubleConsumer;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.infer.CompiledNetwork;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.model.ModelWeights;

/**
 * How long compiled networks take for one image, in fp32, on all threads.
 *
 * <p>They run in turn, round after round, so that whatever the machine does between them it does to
 * all; the first run of each turn, which finds the caches full of another network, does not count.
 */
final class PruningLatency {
  private static final int WARM_UP = 3;
  private static final int FEWEST_ROUNDS = 5;
  private static final int MOST_ROUNDS = 15;
  private static final int MOST_RUNS = 20;
  private static final double SECONDS_EACH = 1.5;

  private PruningLatency() {}

  /**
   * Medians in milliseconds.
   *
   * @param networks made of the model's
   * @param image (H, W, C), normalised
   */
  static List<Double> measure(
      SavedModel model, List<DepthSurgery> networks, float[] image, DoubleConsumer share) {
    List<CompiledNetwork> compiled = new ArrayList<>();
    try (ModelWeights weights = ModelWeights.open(model.folder(), model.network())) {
      for (DepthSurgery surgery : networks) {
        compiled.add(compile(surgery, weights, image));
      }
      return medians(compiled, share);
    } finally {
      compiled.forEach(CompiledNetwork::close);
    }
  }

  private static CompiledNetwork compile(
      DepthSurgery surgery, ModelWeights weights, float[] image) {
    Map<String, String> names = surgery.tensors();
    CompiledNetwork network =
        CompiledNetwork.compile(
            surgery.to(),
            name -> weights.floats(Objects.requireNonNull(names.get(name), name)),
            "fp32",
            Optional.empty(),
            1,
            Engine.threads());
    network.pixels().put(image);
    return network;
  }

  private static List<Double> medians(List<CompiledNetwork> networks, DoubleConsumer share) {
    double slowest = 0;
    for (CompiledNetwork network : networks) {
      for (int i = 0; i < WARM_UP; i++) {
        millis(network);
      }
      slowest = Math.max(slowest, millis(network));
    }
    double affordable = 1e3 * SECONDS_EACH / slowest;
    int rounds = (int) Math.max(FEWEST_ROUNDS, Math.min(MOST_ROUNDS, affordable / 2));
    int runs = (int) Math.max(1, Math.min(MOST_RUNS, affordable / rounds - 1));
    List<List<Double>> times = new ArrayList<>();
    networks.forEach(network -> times.add(new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      for (int n = 0; n < networks.size(); n++) {
        millis(networks.get(n));
        for (int run = 0; run < runs; run++) {
          times.get(n).add(millis(networks.get(n)));
        }
      }
      share.accept((round + 1.0) / rounds);
    }
    return times.stream().map(PruningLatency::median).toList();
  }

  private static double millis(CompiledNetwork network) {
    long began = System.nanoTime();
    network.run();
    return (System.nanoTime() - began) / 1e6;
  }

  private static double median(List<Double> times) {
    List<Double> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
