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
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Processor;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.ModelWeights;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.onnx.OnnxFile;
import org.resnet4j.weights.onnx.OnnxFile.BatchNorm;
import org.resnet4j.weights.onnx.OnnxFile.Form;
import org.resnet4j.weights.onnx.OnnxFile.Quantized;

/** Hands a trained model over to whoever runs ONNX files. */
public final class OnnxExport {
  private OnnxExport() {}

  /**
   * The form in which a model is written: with batch norms folded, and in 8 bits if it is
   * calibrated for that and {@code precision} lets it.
   *
   * @param model a model folder, or a run folder that has one
   * @param precision {@code int8}, {@code fp32}, or {@code auto} for int8 where it is calibrated
   * @throws org.resnet4j.weights.WeightsException if it is not a model
   * @throws IllegalArgumentException for another precision, or int8 without a calibration
   */
  public static Form form(Path model, String precision) {
    Optional<Quantization> quantization =
        switch (precision) {
          case "auto", "int8" -> ModelFolder.readQuantization(SavedModel.open(model).folder());
          case "fp32" -> Optional.empty();
          default ->
              throw new IllegalArgumentException(
                  "precision = %s: an ONNX file is in int8 or fp32; auto is int8 if it can be"
                      .formatted(precision));
        };
    if (quantization.isEmpty() && precision.equals("int8")) {
      throw new IllegalArgumentException(
          "precision = int8: %s is not quantised; do that with resnet4j quantize MODEL --data D, or export fp32"
              .formatted(model));
    }
    return quantization.<Form>map(Quantized::new).orElse(BatchNorm.FOLDED);
  }

  /**
   * Writes the model as an ONNX file and checks that file with ONNX Runtime on random images.
   *
   * @param model a model folder, or a run folder that has one
   * @return nothing if ONNX Runtime is not on the class path
   * @throws org.resnet4j.weights.WeightsException if it is not a model
   * @throws IllegalArgumentException if it is too large for the format
   * @throws IOException if the file cannot be written; it is then as it was
   */
  public static Optional<OnnxCheck> write(Path model, Path file, Form form) throws IOException {
    SavedModel saved = SavedModel.open(model);
    ModelConfig config = ModelFolder.readConfig(saved.folder());
    float[] pixelMean = ModelFolder.readPixelMean(saved.folder()).orElse(new float[0]);
    OnnxFile.write(file, config, weights(saved), pixelMean, form);
    return OnnxCheck.possible()
        ? Optional.of(check(saved, file, config, pixelMean, form))
        : Optional.empty();
  }

  private static OnnxCheck check(
      SavedModel saved, Path file, ModelConfig config, float[] pixelMean, Form form) {
    boolean narrow = form instanceof Quantized;
    if (narrow && Processor.here().computesInInt8()) {
      Quantization quantization = ((Quantized) form).quantization();
      Engine.adoptThread(Engine.threads());
      try (ModelWeights weights = ModelWeights.open(saved.folder(), saved.network());
          Compiler compiler =
              new Compiler(saved.network(), weights::floats, Precision.FP32, quantization);
          Plan plan = compiler.plan(1)) {
        OnnxCheck.Reference reference = OnnxCheck.of(plan, saved.network().input());
        return OnnxCheck.of(file, reference, config, pixelMean, OnnxCheck.TOLERANCE_IN_8_BITS);
      }
    }
    double tolerance = narrow ? OnnxCheck.TOLERANCE_OF_8_BITS : OnnxCheck.TOLERANCE;
    try (LiveNetwork network = saved.live(Device.CPU, Precision.FP32)) {
      return OnnxCheck.of(file, OnnxCheck.of(network), config, pixelMean, tolerance);
    }
  }

  private static Function<Parameter, float[]> weights(SavedModel saved) {
    Map<String, TensorEntry> entries = new HashMap<>();
    ModelFolder.readWeights(saved.folder(), saved.network())
        .forEach(entry -> entries.put(entry.name(), entry));
    return parameter -> Objects.requireNonNull(entries.get(parameter.name())).floats();
  }
}
