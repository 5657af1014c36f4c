package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;

/** An operation with its name inside a module, before it has a place in a network. */
record Step(String name, Operation operation) {

  /** The norm of that many channels as a step; none in a network without norms. */
  static List<Step> norm(String name, Norm norm, int channels) {
    return norm.of(channels).map(operation -> new Step(name, operation)).stream().toList();
  }

  /** The steps one after another, from the shape that reaches the first. */
  static List<Layer> place(String module, List<Step> steps, Shape in) {
    List<Layer> layers = new ArrayList<>();
    Shape shape = in;
    for (Step step : steps) {
      String name = module.isEmpty() ? step.name : module + "." + step.name;
      Layer layer = new Layer(name, step.operation, shape);
      layers.add(layer);
      shape = layer.out();
    }
    return layers;
  }
}
