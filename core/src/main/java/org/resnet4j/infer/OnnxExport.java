package org.resnet4j.infer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.resnet4j.arch.Parameter;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.onnx.OnnxFile;

/** Hands a trained model over to whoever runs ONNX files. */
public final class OnnxExport {
  private OnnxExport() {}

  /**
   * Writes the model as an ONNX file and checks that file with ONNX Runtime on random images.
   *
   * @param model a model folder, or a run folder that has one
   * @return nothing if ONNX Runtime is not on the class path
   * @throws org.resnet4j.weights.WeightsException if it is not a model
   * @throws IllegalArgumentException if it is too large for the format
   * @throws IOException if the file cannot be written; it is then as it was
   */
  public static Optional<OnnxCheck> write(Path model, Path file, OnnxFile.BatchNorm batchNorm)
      throws IOException {
    SavedModel saved = SavedModel.open(model);
    ModelConfig config = ModelFolder.readConfig(saved.folder());
    float[] pixelMean = ModelFolder.readPixelMean(saved.folder()).orElse(new float[0]);
    OnnxFile.write(file, config, weights(saved), pixelMean, batchNorm);
    try (LiveNetwork network = saved.live(Device.CPU, Precision.FP32)) {
      return OnnxCheck.of(file, network, config, pixelMean);
    }
  }

  private static Function<Parameter, float[]> weights(SavedModel saved) {
    Map<String, TensorEntry> entries = new HashMap<>();
    ModelFolder.readWeights(saved.folder(), saved.network())
        .forEach(entry -> entries.put(entry.name(), entry));
    return parameter -> Objects.requireNonNull(entries.get(parameter.name())).floats();
  }
}
