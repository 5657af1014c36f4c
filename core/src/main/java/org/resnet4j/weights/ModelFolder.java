package org.resnet4j.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model on disk, in the layout of the Hugging Face hub as timm writes it: {@code config.json},
 * {@code model.safetensors} with torchvision's names, and the model card {@code README.md}.
 */
public final class ModelFolder {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String PIXEL_MEAN = "pixel_mean.safetensors";
  private static final String OURS = "resnet4j";
  private static final long MAX_CONFIG_BYTES = 16 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ModelFolder() {}

  /**
   * Writes a model; the config last, so that a folder with a config is whole.
   *
   * @param weights every tensor of the network's state
   * @param pixelMean the mean of each pixel, rows of (H, W, C); empty for none
   * @param card the text of {@code README.md}
   * @throws IOException if the folder cannot be written
   */
  public static void write(
      Path folder,
      ModelConfig config,
      Collection<TensorEntry> weights,
      Collection<TensorEntry> pixelMean,
      String card)
      throws IOException {
    Files.createDirectories(folder);
    Safetensors.write(folder.resolve(WEIGHTS), weights, Map.of("format", "pt"));
    if (!pixelMean.isEmpty()) {
      Safetensors.write(folder.resolve(PIXEL_MEAN), pixelMean, Map.of());
    }
    AtomicFile.write(folder.resolve("README.md"), card);
    AtomicFile.write(folder.resolve(CONFIG), JSON.writeValueAsString(json(config)) + "\n");
  }

  private static ObjectNode json(ModelConfig config) {
    Network network = config.network();
    Shape input = network.input();
    ObjectNode node = JSON.createObjectNode();
    node.put("architecture", network.name());
    node.put("num_classes", network.classes());
    node.put("num_features", network.features());
    config.labels().forEach(node.putArray("label_names")::add);
    ObjectNode pretrained = node.putObject("pretrained_cfg");
    pretrained.putArray("input_size").add(input.channels()).add(input.height()).add(input.width());
    pretrained.put("interpolation", config.interpolation());
    pretrained.put("crop_pct", (double) Math.min(input.height(), input.width()) / config.resize());
    pretrained.put("crop_mode", "center");
    config.mean().forEach(pretrained.putArray("mean")::add);
    config.std().forEach(pretrained.putArray("std")::add);
    pretrained.put("num_classes", network.classes());
    pretrained.put("first_conv", "conv1");
    pretrained.put("classifier", "fc");
    ObjectNode ours = node.putObject(OURS);
    ours.put("format", 1);
    ours.put("resize", config.resize());
    ours.put("pixel_mean", config.pixelMean());
    ours.set("network", NetworkJson.write(network));
    return node;
  }

  /**
   * Reads what the folder says of its network.
   *
   * @throws WeightsException if it is no model folder, or contradicts itself
   */
  public static ModelConfig readConfig(Path folder) {
    Path file = folder.resolve(CONFIG);
    if (!Files.isRegularFile(file)) {
      throw new WeightsException(
          "%s: not a model folder, config.json is missing; give a run folder or its model folder"
              .formatted(folder));
    }
    try {
      if (Files.size(file) > MAX_CONFIG_BYTES) {
        throw new WeightsException(file + ": a config may not exceed 16 MB");
      }
      return config(JSON.readTree(Files.readString(file)));
    } catch (IOException e) {
      throw new WeightsException(file + ": cannot be read", e);
    } catch (JacksonException e) {
      throw new WeightsException(
          "%s: not valid JSON: %s"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    } catch (WeightsException e) {
      throw new WeightsException(file + ": " + e.getMessage(), e);
    }
  }

  private static ModelConfig config(JsonNode node) {
    JsonNode ours = node.path(OURS);
    if (ours.path("format").asInt(0) != 1) {
      throw new WeightsException(
          "the section \"resnet4j\" of format 1 is missing; other tools' models need to be imported");
    }
    JsonNode pretrained = node.path("pretrained_cfg");
    return new ModelConfig(
        NetworkJson.read(ours.path("network"), "resnet4j.network"),
        texts(node.path("label_names"), "label_names"),
        ours.path("resize").asInt(0),
        pretrained.path("interpolation").asString(""),
        numbers(pretrained.path("mean"), "pretrained_cfg.mean"),
        numbers(pretrained.path("std"), "pretrained_cfg.std"),
        ours.path("pixel_mean").asBoolean(false));
  }

  private static List<String> texts(JsonNode node, String place) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : array(node, place)) {
      if (!item.isString()) {
        throw new WeightsException(place + ": must be a list of texts");
      }
      texts.add(item.stringValue());
    }
    return texts;
  }

  private static List<Double> numbers(JsonNode node, String place) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode item : array(node, place)) {
      if (!item.isNumber() || !Double.isFinite(item.doubleValue())) {
        throw new WeightsException(place + ": must be a list of numbers");
      }
      numbers.add(item.doubleValue());
    }
    return numbers;
  }

  private static ArrayNode array(JsonNode node, String place) {
    if (node instanceof ArrayNode array) {
      return array;
    }
    throw new WeightsException(place + ": must be a list");
  }

  /**
   * Reads the tensors of the network's state.
   *
   * @throws WeightsException if one is missing, unexpected or misshaped; lists them all
   */
  public static Safetensors readWeights(Path folder, Network network) {
    Path file = folder.resolve(WEIGHTS);
    Safetensors weights = read(file);
    List<String> problems = problems(network, weights);
    if (!problems.isEmpty()) {
      throw new WeightsException(
          "%s: does not fit %s: %s".formatted(file, network.name(), String.join("; ", problems)));
    }
    return weights;
  }

  /** Reads the mean of each pixel, rows of (H, W, C), of a model that has one. */
  public static float[] readPixelMean(Path folder) {
    Path file = folder.resolve(PIXEL_MEAN);
    return read(file)
        .find("pixel_mean")
        .map(TensorEntries::floatValues)
        .orElseThrow(() -> new WeightsException(file + ": pixel_mean is missing"));
  }

  private static Safetensors read(Path file) {
    try {
      return Safetensors.read(file);
    } catch (IOException e) {
      throw new WeightsException(
          "%s: cannot be read (%s)".formatted(file, e.getClass().getSimpleName()), e);
    }
  }

  private static List<String> problems(Network network, Safetensors weights) {
    Map<String, TensorEntry> there = new HashMap<>();
    weights.entries().forEach(entry -> there.put(entry.name(), entry));
    List<String> problems = new ArrayList<>();
    for (Parameter parameter : network.state()) {
      TensorEntry entry = there.remove(parameter.name());
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      if (entry == null) {
        problems.add("%s of shape %s is missing".formatted(parameter.name(), shape));
      } else if (!entry.shape().equals(shape)) {
        problems.add(
            "%s has shape %s where %s is needed".formatted(parameter.name(), entry.shape(), shape));
      }
    }
    there.keySet().stream().sorted().forEach(name -> problems.add(name + " is unexpected"));
    return problems;
  }
}
