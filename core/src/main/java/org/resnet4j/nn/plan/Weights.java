package org.resnet4j.nn.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A program's view of the network's parameters and of their gradients, where they lie. */
final class Weights {
  private final Program program;
  private final Map<String, Values> parameters = new HashMap<>();
  private final Map<String, Values> gradients = new HashMap<>();

  Weights(Program program) {
    this.program = program;
  }

  /** The parameter of that name, which lies as {@code layout} says. */
  Values parameter(String name, memory.desc layout, long... dims) {
    return parameters.computeIfAbsent(name, key -> program.lent(layout, dims));
  }

  /** What the gradient of a parameter that was asked for before is written to. */
  Values gradient(String name) {
    return gradients.computeIfAbsent(
        name,
        key -> {
          Values parameter = Objects.requireNonNull(parameters.get(name), name);
          return program.lent(parameter.layout(), parameter.dims());
        });
  }

  /** Finds the tensors' memory again, should it have moved. */
  void lieAt(Map<String, Tensor> parametersNow, Map<String, Tensor> gradientsNow) {
    try (PointerScope scope = new PointerScope()) {
      bind(parameters, parametersNow);
      bind(gradients, gradientsNow);
    }
  }

  private static void bind(Map<String, Values> values, Map<String, Tensor> now) {
    values.forEach(
        (name, one) -> one.piece().lieAt(Objects.requireNonNull(now.get(name), name).data_ptr()));
  }
}
