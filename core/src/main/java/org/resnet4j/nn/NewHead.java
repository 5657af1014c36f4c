package org.resnet4j.nn;

import java.nio.FloatBuffer;
import org.bytedeco.javacpp.PointerScope;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.tensor.Tensors;

/** The tensors of a network with another linear layer, which begins anew. */
record NewHead(LiveNetwork before, long seed) implements LiveNetwork.Source {
  @Override
  public void read(Parameter parameter, FloatBuffer values) {
    if (parameter.role() == Role.LINEAR_WEIGHT || parameter.role() == Role.LINEAR_BIAS) {
      values.put(Initialisation.values(parameter, seed, before.network().features()));
      return;
    }
    try (PointerScope temporaries = new PointerScope()) {
      values.put(Tensors.floats(before.tensor(parameter.name())));
    }
  }

  @Override
  public long count(Parameter parameter) {
    return before.tensor(parameter.name()).item_long();
  }
}
