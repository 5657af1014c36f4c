package org.resnet4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.onnx.OnnxFile;

/** The files that ONNX Runtime is measured with: our own exports. */
final class OnnxFiles {
  private OnnxFiles() {}

  /** Why there is no file in that precision, if there is none. */
  static Optional<String> obstacle(String precision) {
    return precision.equals("fp32") || precision.equals("int8")
        ? Optional.empty()
        : Optional.of("it has no " + precision + " on a processor; measured beside its fp32");
  }

  /**
   * Writes the model in that precision.
   *
   * @throws IllegalArgumentException where there is an {@link #obstacle}
   */
  static Path write(Model model, String precision, Path folder) throws IOException {
    obstacle(precision)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(why);
            });
    Path file = folder.resolve(precision + ".onnx");
    OnnxFile.Form form =
        precision.equals("int8")
            ? new OnnxFile.Quantized(model.quantization())
            : OnnxFile.BatchNorm.FOLDED;
    OnnxFile.write(file, config(model.network()), model.weights(), new float[0], form);
    return file;
  }

  /** The images of a benchmark are normalised already. */
  private static ModelConfig config(Network network) {
    int channels = network.input().channels();
    List<String> labels = IntStream.range(0, network.classes()).mapToObj(String::valueOf).toList();
    return new ModelConfig(
        network,
        labels,
        Math.min(network.input().height(), network.input().width()),
        "bilinear",
        Collections.nCopies(channels, 0.0),
        Collections.nCopies(channels, 1.0));
  }
}
