package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;

/**
 * A model on disk, as timm writes it for the Hugging Face hub.
 *
 * <p>{@code config.json} says what it is, {@code model.safetensors} holds the weights under
 * torchvision's names, {@code README.md} tells people. {@code pixel_mean.safetensors} holds the
 * image to subtract, if there is one.
 */
public final class ModelFolder {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String README = "README.md";
  private static final String PIXEL_MEAN = "pixel_mean.safetensors";
  private static final String PIXEL_MEAN_KEY = "pixel_mean";
  private static final Map<String, String> METADATA = Map.of("format", "pt");
  private static final int MOST_FAULTS = 10;

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
   * The weights of the network.
   *
   * @throws WeightsException if {@code model.safetensors} is missing, damaged or does not hold just
   *     the tensors of {@link Network#state}; lists those missing, unexpected and of another shape
   */
  public static Safetensors readWeights(Path folder, Network network) {
    Path file = folder.resolve(WEIGHTS);
    Safetensors weights = Safetensors.read(file);
    List<String> faults = faults(weights.entries(), network);
    if (!faults.isEmpty()) {
      throw new WeightsException(
          file, "not the weights of " + network.name() + ": " + join(faults));
    }
    return weights;
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
   * Writes a model; makes the folder if need be. Each file is replaced whole, the config last.
   *
   * @throws IllegalArgumentException if the weights are not the network's
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
    List<String> faults = faults(weights, config.network());
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          "not the weights of " + config.network().name() + ": " + join(faults));
    }
    Files.createDirectories(folder);
    Safetensors.write(folder.resolve(WEIGHTS), weights, METADATA);
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

  private static List<String> faults(Collection<TensorEntry> entries, Network network) {
    Map<String, TensorEntry> found = new LinkedHashMap<>();
    entries.forEach(entry -> found.put(entry.name(), entry));
    List<String> faults = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      TensorEntry entry = found.remove(parameter.name());
      (entry == null
              ? Optional.of(parameter.name() + " " + parameter.shape() + " is missing")
              : fault(parameter, entry))
          .ifPresent(faults::add);
    }
    for (TensorEntry entry : found.values()) {
      faults.add(
          "%s %s is not expected".formatted(WeightsException.quote(entry.name()), entry.shape()));
    }
    return faults;
  }

  private static Optional<String> fault(Parameter parameter, TensorEntry entry) {
    List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
    if (!entry.shape().equals(shape)) {
      return Optional.of(
          "%s is %s but must be %s".formatted(parameter.name(), entry.shape(), shape));
    }
    boolean count = parameter.role() == Role.BATCHES_TRACKED;
    if (count ? entry.dtype() != DType.I64 : !entry.dtype().real()) {
      return Optional.of(
          "%s is of type %s but must be %s"
              .formatted(parameter.name(), entry.dtype(), count ? "I64" : "a float type"));
    }
    return Optional.empty();
  }

  private static String join(List<String> faults) {
    String shown = String.join("; ", faults.subList(0, Math.min(MOST_FAULTS, faults.size())));
    int more = faults.size() - MOST_FAULTS;
    return more > 0 ? shown + "; and %d more".formatted(more) : shown;
  }

  private static List<Long> axes(Shape shape) {
    return List.of((long) shape.channels(), (long) shape.height(), (long) shape.width());
  }
}
