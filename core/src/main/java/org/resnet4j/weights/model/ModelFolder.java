package org.resnet4j.weights.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.weights.AtomicFile;
import org.resnet4j.weights.DType;
import org.resnet4j.weights.Json;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.SafetensorsFile;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.Weights;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.convert.Conversion;

/**
 * A model on disk, as timm writes it for the Hugging Face hub.
 *
 * <p>{@code config.json} says what it is, {@code model.safetensors} holds the weights under
 * torchvision's names, {@code README.md} tells people. {@code pixel_mean.safetensors} holds the
 * image to subtract, if there is one; {@code quantization.safetensors} how to compute it in 8 bits,
 * if that is known.
 */
public final class ModelFolder {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String PYTORCH_WEIGHTS = "pytorch_model.bin";
  private static final String README = "README.md";
  private static final String PIXEL_MEAN = "pixel_mean.safetensors";
  private static final String PIXEL_MEAN_KEY = "pixel_mean";
  private static final String QUANTIZATION = "quantization.safetensors";
  private static final Map<String, String> METADATA = Map.of("format", "pt");

  private ModelFolder() {}

  /**
   * What the model is; a folder of timm's opens too if the catalogue has its architecture.
   *
   * @throws WeightsException if {@code config.json} is missing or anything in it is wrong
   */
  public static ModelConfig readConfig(Path folder) {
    return ConfigJson.read(folder.resolve(CONFIG));
  }

  /**
   * The weights of the network under its names, in fp32, in the order of {@link Network#state}.
   *
   * @throws WeightsException if they are missing, damaged or not just those of the network; lists
   *     those missing, unexpected and of another shape
   */
  public static List<TensorEntry> readWeights(Path folder, Network network) {
    Path file = folder.resolve(WEIGHTS);
    Path pytorch = folder.resolve(PYTORCH_WEIGHTS);
    if (!Files.exists(file) && Files.exists(pytorch)) {
      file = pytorch;
    }
    return Conversion.exact(file, Weights.load(file).entries(), network).entries();
  }

  /**
   * The file of weights, open, if its tensors need no conversion: just those of the network, in
   * fp32. The caller closes it.
   *
   * @throws WeightsException if it is damaged
   */
  public static Optional<SafetensorsFile> openWeights(Path folder, Network network) {
    Path path = folder.resolve(WEIGHTS);
    if (!Files.isRegularFile(path)) {
      return Optional.empty();
    }
    SafetensorsFile file = SafetensorsFile.open(path);
    List<Parameter> state = network.state();
    if (file.size() == state.size() && state.stream().allMatch(p -> holds(file, p))) {
      return Optional.of(file);
    }
    file.close();
    return Optional.empty();
  }

  private static boolean holds(SafetensorsFile file, Parameter parameter) {
    DType dtype = parameter.role() == Role.BATCHES_TRACKED ? DType.I64 : DType.F32;
    List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
    return file.holds(parameter.name(), dtype, shape);
  }

  /**
   * Names of classes from a JSON file: an array, or an object of names by number.
   *
   * @throws WeightsException if it is neither
   */
  static List<String> labels(Path file) {
    JsonCursor json = JsonCursor.root(file, Json.read(file));
    return json.node().isObject() ? numbered(json) : json.texts();
  }

  /** The texts of the fields 0, 1, 2 and so on. */
  static List<String> numbered(JsonCursor json) {
    return IntStream.range(0, json.node().size())
        .mapToObj(i -> json.at(Integer.toString(i)).text())
        .toList();
  }

  /**
   * The image that is taken from each image between 0 and 1, C x H x W values, if there is one.
   *
   * @throws WeightsException if the config names one that is missing or of another shape
   */
  public static Optional<float[]> readPixelMean(Path folder) {
    if (!ConfigJson.pixelMean(folder.resolve(CONFIG))) {
      return Optional.empty();
    }
    Path file = folder.resolve(PIXEL_MEAN);
    List<Long> shape = axes(readConfig(folder).network().input());
    TensorEntry image =
        Safetensors.read(file)
            .find(PIXEL_MEAN_KEY)
            .filter(entry -> entry.dtype() == DType.F32 && entry.shape().equals(shape))
            .orElseThrow(
                () ->
                    new WeightsException(
                        file, "must hold %s, F32%s".formatted(PIXEL_MEAN_KEY, shape)));
    return Optional.of(image.floats());
  }

  /**
   * How the model is computed in 8 bits, if that is known.
   *
   * @throws WeightsException if the file is damaged, or about a layer that the network does not
   *     have
   */
  public static Optional<Quantization> readQuantization(Path folder) {
    Path file = folder.resolve(QUANTIZATION);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(QuantizationFile.read(file, readConfig(folder).network()));
  }

  /**
   * Writes into a model's folder how it is computed in 8 bits; {@link #write} of other weights
   * takes it away.
   *
   * @throws WeightsException if there is no model in the folder
   * @throws IllegalArgumentException if it is about a layer that the network does not have
   * @throws IOException if it cannot be written; what was there is then as it was
   */
  public static void writeQuantization(Path folder, Quantization quantization) throws IOException {
    quantization.requireFits(readConfig(folder).network());
    QuantizationFile.write(folder.resolve(QUANTIZATION), quantization);
  }

  /**
   * Writes a model; makes the folder if need be. Each file is replaced whole, the config last.
   *
   * @throws WeightsException if the weights are not the network's
   * @throws IOException if a file cannot be written; files not yet reached are as they were
   */
  public static void write(
      Path folder, ModelConfig config, Collection<TensorEntry> weights, String readme)
      throws IOException {
    write(folder, config, weights, readme, Optional.empty());
  }

  /** Writes a model with an image to subtract, C x H x W values. */
  public static void write(
      Path folder,
      ModelConfig config,
      Collection<TensorEntry> weights,
      String readme,
      float[] pixelMean)
      throws IOException {
    List<Long> shape = axes(config.network().input());
    write(
        folder,
        config,
        weights,
        readme,
        Optional.of(TensorEntry.ofFloats(PIXEL_MEAN_KEY, shape, pixelMean)));
  }

  private static void write(
      Path folder,
      ModelConfig config,
      Collection<TensorEntry> weights,
      String readme,
      Optional<TensorEntry> pixelMean)
      throws IOException {
    List<TensorEntry> entries =
        Conversion.exact(folder.resolve(WEIGHTS), List.copyOf(weights), config.network()).entries();
    AtomicFile.makeFolder(folder);
    Files.deleteIfExists(folder.resolve(QUANTIZATION)); // It is about the weights that go now.
    Safetensors.write(folder.resolve(WEIGHTS), entries, METADATA);
    if (pixelMean.isPresent()) {
      Safetensors.write(folder.resolve(PIXEL_MEAN), List.of(pixelMean.get()), METADATA);
    }
    AtomicFile.write(folder.resolve(README), readme.getBytes(UTF_8));
    AtomicFile.write(
        folder.resolve(CONFIG), Json.bytes(ConfigJson.write(config, pixelMean.isPresent())));
    if (pixelMean.isEmpty()) {
      Files.deleteIfExists(folder.resolve(PIXEL_MEAN));
    }
  }

  private static List<Long> axes(Shape shape) {
    return List.of((long) shape.channels(), (long) shape.height(), (long) shape.width());
  }
}
