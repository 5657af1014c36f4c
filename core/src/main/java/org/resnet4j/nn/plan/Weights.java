package org.resnet4j.nn.plan;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.data_type;
import org.bytedeco.dnnl.memory.format_tag;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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

  /** The bias of a layer. */
  Values bias(String layer, long channels) {
    try (PointerScope scope = new PointerScope()) {
      return parameter(layer + ".bias", vector(channels), channels);
    }
  }

  /** Numbers one after another. */
  static memory.desc vector(long length) {
    return new memory.desc(new long[] {length}, data_type.f32, format_tag.a);
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
        (name, one) -> {
          Tensor tensor = Objects.requireNonNull(now.get(name), name);
          if (one.piece().lieAt(tensor.data_ptr())) {
            requireLayout(name, tensor);
          }
        });
  }

  /** The primitives were made for that one; they would read another as if it were that. */
  private static void requireLayout(String name, Tensor tensor) {
    boolean kernel = tensor.dim() == 4;
    if (tensor.scalar_type().intern() != torch.ScalarType.Float
        || !(kernel
            ? tensor.is_contiguous(torch.MemoryFormat.ChannelsLast)
            : tensor.is_contiguous())) {
      throw new IllegalStateException(
          name + " must be fp32 and lie channels-last in one piece of memory");
    }
  }
}
