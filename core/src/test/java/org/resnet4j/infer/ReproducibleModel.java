package org.resnet4j.infer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;

/** Model folders whose weights follow from their names. */
final class ReproducibleModel {
  private ReproducibleModel() {}

  static void write(Path folder, ModelConfig config, Function<Parameter, float[]> values)
      throws IOException {
    List<TensorEntry> weights = new ArrayList<>();
    for (Parameter parameter : config.network().state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      weights.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 0)
              : TensorEntry.ofFloats(parameter.name(), shape, values.apply(parameter)));
    }
    ModelFolder.write(folder, config, weights, "");
  }
}
