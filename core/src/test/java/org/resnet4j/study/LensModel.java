package org.resnet4j.study;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;

/** Model folders for the built-in data, with weights that a test chooses. */
final class LensModel {
  static final List<String> LABELS = Shapes.test(0, 1).classes();

  private LensModel() {}

  /**
   * Writes a model with He's initialisation, the same each time.
   *
   * @param change of the values, by their names
   * @return the folder
   */
  static Path write(Path folder, Network network, Consumer<Map<String, float[]>> change)
      throws IOException {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (LiveNetwork live =
        LiveNetwork.initialised(network, 1, false, Device.CPU, Precision.FP32)) {
      live.state().forEach((name, tensor) -> values.put(name, Tensors.floats(tensor)));
    }
    change.accept(values);
    List<TensorEntry> entries = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      entries.add(
          parameter.role() == Role.BATCHES_TRACKED
              ? TensorEntry.ofLong(parameter.name(), 1)
              : TensorEntry.ofFloats(parameter.name(), shape, values.get(parameter.name())));
    }
    List<Double> half = List.of(0.5, 0.5, 0.5);
    List<Double> quarter = List.of(0.25, 0.25, 0.25);
    ModelFolder.write(
        folder, new ModelConfig(network, LABELS, 32, "bilinear", half, quarter), entries, "");
    return folder;
  }

  /** As it was initialised. */
  static Path write(Path folder, Network network) throws IOException {
    return write(folder, network, values -> {});
  }

  /** A kernel of 3x3 that gives each channel of the input as it is, times a factor. */
  static float[] copying(int channels, float factor) {
    float[] kernel = new float[channels * channels * 9];
    for (int c = 0; c < channels; c++) {
      kernel[(c * channels + c) * 9 + 4] = factor;
    }
    return kernel;
  }
}
