package org.resnet4j.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Interpolation;
import org.resnet4j.data.PixelMean;
import org.resnet4j.data.Preprocessing;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.DType;
import org.resnet4j.weights.ModelConfig;
import org.resnet4j.weights.ModelFolder;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntries;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;

/**
 * A model folder opened: the network, its classes, its preprocessing, and where its weights are.
 *
 * @param labels the names of the classes, in the order of the logits
 */
public record SavedModel(
    Path folder, Network network, List<String> labels, Preprocessing preprocessing) {

  /**
   * Opens a model folder, or a run folder that has one.
   *
   * @throws WeightsException if it is not a model
   */
  public static SavedModel open(Path path) {
    Path inside = path.resolve("model");
    Path folder = Files.isDirectory(inside) ? inside : path;
    ModelConfig config = ModelFolder.readConfig(folder);
    PixelMean pixelMean =
        config.pixelMean() ? new PixelMean(ModelFolder.readPixelMean(folder)) : PixelMean.NONE;
    try {
      Preprocessing preprocessing =
          new Preprocessing(
              config.network().input(),
              config.resize(),
              Interpolation.valueOf(config.interpolation().toUpperCase(Locale.ROOT)),
              config.mean(),
              config.std(),
              pixelMean);
      return new SavedModel(folder, config.network(), config.labels(), preprocessing);
    } catch (IllegalArgumentException e) {
      throw new WeightsException(folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * The network with its weights, in evaluation mode; the caller closes it.
   *
   * @throws WeightsException if the weights are not the network's
   */
  public LiveNetwork live(Device device, Precision precision) {
    Safetensors weights = ModelFolder.readWeights(folder, network);
    Map<String, TensorEntry> entries = new HashMap<>();
    weights.entries().forEach(entry -> entries.put(entry.name(), entry));
    return LiveNetwork.of(
        network,
        parameter ->
            TensorEntries.floatValues(Objects.requireNonNull(entries.get(parameter.name()))),
        device,
        precision);
  }

  /** Writes the folder: config, weights, card. */
  void write(LiveNetwork live, String card) throws IOException {
    ModelConfig config =
        new ModelConfig(
            network,
            labels,
            preprocessing.resize(),
            preprocessing.interpolation().name().toLowerCase(Locale.ROOT),
            preprocessing.mean(),
            preprocessing.std(),
            preprocessing.pixelMean().isPresent());
    ModelFolder.write(folder, config, TensorEntries.of("", live.state()), pixelMean(), card);
  }

  private List<TensorEntry> pixelMean() {
    if (!preprocessing.pixelMean().isPresent()) {
      return List.of();
    }
    float[] values = preprocessing.pixelMean().values();
    ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    Shape shape = network.input();
    List<Long> sides =
        List.of((long) shape.height(), (long) shape.width(), (long) shape.channels());
    return List.of(new TensorEntry("pixel_mean", DType.F32, sides, data));
  }
}
