package org.resnet4j.weights.model;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.weights.Json;
import org.resnet4j.weights.WeightsException;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The {@code config.json} of a model folder: what timm writes for the Hugging Face hub, and an
 * object {@code resnet4j} with what timm has no words for.
 */
final class ConfigJson {
  private static final int FORMAT = 1;
  private static final String OURS = "resnet4j";

  private ConfigJson() {}

  static ObjectNode write(ModelConfig config, boolean pixelMean) {
    Network network = config.network();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("architecture", network.name());
    json.put("num_classes", network.classes());
    json.put("num_features", network.features());
    config.labels().forEach(json.putArray("label_names")::add);
    json.set("pretrained_cfg", timm(config));
    ObjectNode ours = json.putObject(OURS).put("format", FORMAT);
    ours.set("network", NetworkJson.write(network));
    ours.put("resize", config.resize()).put("pixel_mean", pixelMean);
    return json;
  }

  private static ObjectNode timm(ModelConfig config) {
    Network network = config.network();
    Shape input = network.input();
    List<Unit> units = network.units();
    Shape last = units.get(units.size() - 1).out();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray("input_size").add(input.channels()).add(input.height()).add(input.width());
    json.put("interpolation", config.interpolation());
    json.put("crop_pct", Math.max(input.height(), input.width()) / (double) config.resize());
    json.put("crop_mode", "center");
    config.mean().forEach(json.putArray("mean")::add);
    config.std().forEach(json.putArray("std")::add);
    json.put("first_conv", network.stemLayers().get(0).name());
    json.put("classifier", network.headName()).put("num_classes", network.classes());
    json.putArray("pool_size").add(last.height()).add(last.width());
    return json;
  }

  static ModelConfig read(Path file) {
    JsonCursor json = JsonCursor.root(file, Json.read(file));
    if (TransformersConfig.is(json)) {
      return TransformersConfig.read(json);
    }
    JsonCursor timm = json.at("pretrained_cfg");
    Shape input = NetworkJson.shape(timm.at("input_size"));
    Network network = json.has(OURS) ? ours(json, input) : catalogued(json, input);
    int resize = json.has(OURS) ? json.at(OURS).at("resize").integer() : resize(timm, input);
    try {
      return new ModelConfig(
          network,
          labels(json, network.classes()),
          resize,
          timm.at("interpolation").text(),
          timm.at("mean").numbers(),
          timm.at("std").numbers());
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether the folder has an image to subtract. */
  static boolean pixelMean(Path file) {
    JsonCursor json = JsonCursor.root(file, Json.read(file));
    return json.has(OURS) && json.at(OURS).at("pixel_mean").truth();
  }

  private static Network ours(JsonCursor json, Shape input) {
    JsonCursor ours = json.at(OURS);
    int format = ours.at("format").integer();
    if (format != FORMAT) {
      throw ours.at("format").fault("is %d but this version reads %d".formatted(format, FORMAT));
    }
    ours.only("format", "network", "resize", "pixel_mean");
    Network network = NetworkJson.read(ours.at("network"));
    int classes = json.at("num_classes").integer();
    if (classes != network.classes()) {
      throw json.at("num_classes")
          .fault("is %d but the network has %d classes".formatted(classes, network.classes()));
    }
    if (!input.equals(network.input())) {
      throw json.at("pretrained_cfg")
          .at("input_size")
          .fault("is %s but the network's input is %s".formatted(input, network.input()));
    }
    return network;
  }

  private static Network catalogued(JsonCursor json, Shape input) {
    if (json.has("model_args")) { // Others change the network, some without changing a tensor.
      json.at("model_args")
          .only("num_classes", "in_chans", "global_pool", "drop_rate", "drop_path_rate");
    }
    only(json, "global_pool", "avg");
    only(json.at("pretrained_cfg"), "crop_mode", "center");
    JsonCursor architecture = json.at("architecture");
    int classes = json.at("num_classes").integer();
    try {
      return Catalogue.network(architecture.text()).withInput(input).withClasses(classes);
    } catch (IllegalArgumentException e) {
      throw architecture.fault(String.valueOf(e.getMessage()), e);
    }
  }

  private static void only(JsonCursor json, String field, String value) {
    if (json.has(field) && !json.at(field).text().equals(value)) {
      throw json.at(field).fault("must be " + value);
    }
  }

  /** As timm computes it, {@code timm/data/transforms_factory.py}. */
  private static int resize(JsonCursor timm, Shape input) {
    double part = timm.at("crop_pct").number();
    if (!(part > 0 && part <= 1)) {
      throw timm.at("crop_pct").fault("%s: must be above 0 and at most 1".formatted(part));
    }
    return (int) Math.floor(Math.max(input.height(), input.width()) / part);
  }

  /** timm leaves the names out where a data set of its own has them; then the numbers do. */
  private static List<String> labels(JsonCursor json, int classes) {
    return json.has("label_names")
        ? json.at("label_names").texts()
        : IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }
}
