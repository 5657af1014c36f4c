package org.resnet4j.arch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a network from its images to its classes, numbered: the stem is 0, stage k is k,
 * then come the tail (norm and ReLU after the last stage, where there are any) and the head.
 */
public final class Parts {
  private final Map<String, Integer> layers = new HashMap<>();
  private final int[] units;
  private final int stages;

  public Parts(Network network) {
    stages = network.stages().size();
    List<Unit> all = network.units();
    units = new int[all.size()];
    add(network.stemLayers(), 0);
    int unit = 0;
    for (int stage = 1; stage <= stages; stage++) {
      for (int b = 0; b < network.stages().get(stage - 1).blocks().size(); b++) {
        add(all.get(unit).layers(), stage);
        units[unit++] = stage;
      }
    }
    add(network.tailLayers(), tail());
    layers.put(network.headName(), head());
  }

  private void add(List<Layer> those, int part) {
    for (Layer layer : those) {
      layer.state().forEach(parameter -> layers.put(parameter.name(), part));
      layers.put(layer.name(), part);
    }
  }

  /** How many stages there are. */
  public int stages() {
    return stages;
  }

  /** The number of the tail. */
  public int tail() {
    return stages + 1;
  }

  /** The number of the head, the highest. */
  public int head() {
    return stages + 2;
  }

  /** The part of a unit, by its index. */
  public int ofUnit(int index) {
    return units[index];
  }

  /** The part of a parameter or statistic. */
  public int of(Parameter parameter) {
    Integer part = layers.get(parameter.name());
    if (part != null) {
      return part;
    }
    return head(); // Of what a network has, layers hold all but the head.
  }

  /** How many parts lie between one and the head; tail and head count as one. */
  public int distance(int part) {
    return Math.max(0, tail() - part);
  }
}
