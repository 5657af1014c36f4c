package org.resnet4j.infer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.ModelWeights;

/** Model folders whose weights follow from their names. */
final class ReproducibleModel {
  private ReproducibleModel() {}

  /** Classes called 0, 1, ...; no margin around the crop. */
  static void write(Path folder, Network network) throws IOException {
    List<Double> half = Collections.nCopies(network.input().channels(), 0.5);
    List<Double> quarter = Collections.nCopies(network.input().channels(), 0.25);
    List<String> labels =
        IntStream.range(0, network.classes()).mapToObj(Integer::toString).toList();
    int resize = network.input().height();
    write(
        folder,
        new ModelConfig(network, labels, resize, "bilinear", half, quarter),
        ReproducibleValues::fill);
  }

  /** Adds what 8 bits need, measured on images of noise. */
  static void quantise(Path folder) throws IOException {
    SavedModel saved = SavedModel.open(folder);
    Network network = saved.network();
    List<float[]> images = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      float[] pixels = new float[Math.toIntExact(network.input().size())];
      saved.preprocessing().apply(image(network.input(), i), pixels, 0);
      images.add(pixels);
    }
    try (ModelWeights weights = ModelWeights.open(folder, network);
        Compiler compiler = new Compiler(network, weights::floats, Precision.FP32, null)) {
      Calibration calibration = new Calibration(network, compiler, images);
      ModelFolder.writeQuantization(
          folder, calibration.quantization(Calibration.Method.MIN_MAX, Set.of()));
    }
  }

  /** Pixels that follow from a number, and differ between numbers. */
  static Image image(Shape shape, int number) {
    byte[] pixels = new byte[Math.toIntExact(shape.size())];
    new Random(number).nextBytes(pixels);
    return new Image(shape, pixels);
  }

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
