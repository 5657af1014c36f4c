package org.resnet4j.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Unit;

/** What each step of a plan does for its time. */
final class Steps {
  private Steps() {}

  /**
   * Explains times.
   *
   * @param peak operations a second
   */
  static List<Result.Step> of(Network network, int batch, List<StepTime> times, double peak) {
    Map<String, Long> multiplyAdds = multiplyAdds(network);
    double sum = times.stream().mapToDouble(StepTime::millis).sum();
    List<Result.Step> steps = new ArrayList<>();
    for (StepTime time : times) {
      // Copies have the name of the layer they serve, but the layer computes once.
      Long count = time.reorder() ? null : multiplyAdds.remove(time.name());
      Double rate = count == null ? null : 2e3 * count * batch / time.millis();
      steps.add(
          new Result.Step(
              time.name(),
              time.operator(),
              time.millis(),
              time.millis() / sum,
              rate == null ? null : rate / 1e9,
              rate == null ? null : rate / peak,
              note(time)));
    }
    return steps;
  }

  private static String note(StepTime time) {
    if (time.operator().startsWith("ref") || time.operator().startsWith("simple")) {
      return "fallback";
    }
    return time.reorder() ? "reorder" : "";
  }

  /** Of one image, by the name of the step. */
  static Map<String, Long> multiplyAdds(Network network) {
    List<Layer> layers = new ArrayList<>(network.stemLayers());
    for (Unit unit : network.units()) {
      layers.addAll(unit.layers());
    }
    Map<String, Long> counts = new HashMap<>();
    for (Layer layer : layers) {
      long count = layer.multiplyAdds();
      if (layer.operation() instanceof Operation.SqueezeExcitation) {
        counts.put(layer.name() + ".fc1", count / 2);
        counts.put(layer.name() + ".fc2", count / 2);
      } else if (count > 0) {
        counts.put(layer.name(), count);
      }
    }
    counts.put(network.headName(), (long) network.features() * network.classes());
    return counts;
  }
}
