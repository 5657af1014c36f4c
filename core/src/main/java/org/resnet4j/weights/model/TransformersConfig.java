package org.resnet4j.weights.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.weights.Json;
import org.resnet4j.weights.WeightsException;

/**
 * The {@code config.json} that Hugging Face transformers writes for {@code
 * ResNetForImageClassification}, and the {@code preprocessor_config.json} beside it.
 */
final class TransformersConfig {
  private static final int BICUBIC = 3; // PIL.Image.Resampling

  private TransformersConfig() {}

  /** Whether a config is of that kind. */
  static boolean is(JsonCursor json) {
    return json.has("model_type");
  }

  static ModelConfig read(JsonCursor json) {
    if (!json.at("model_type").text().equals("resnet")) {
      throw json.at("model_type")
          .fault(
              "is %s, not resnet".formatted(WeightsException.quote(json.at("model_type").text())));
    }
    if (json.has("hidden_act") && !json.at("hidden_act").text().equals("relu")) {
      throw json.at("hidden_act").fault("must be relu");
    }
    List<String> labels = ModelFolder.numbered(json.at("id2label"));
    Path preprocessor = json.file().resolveSibling("preprocessor_config.json");
    if (!Files.exists(preprocessor)) {
      throw new WeightsException(
          preprocessor, "is missing; it says how images become the network's input");
    }
    JsonCursor images = JsonCursor.root(preprocessor, Json.read(preprocessor));
    int size = size(images);
    Network network = network(json, size, labels.size());
    double part = images.has("crop_pct") ? images.at("crop_pct").number() : 224.0 / 256;
    if (!(part > 0 && part <= 1)) {
      throw images.at("crop_pct").fault("%s: must be above 0 and at most 1".formatted(part));
    }
    boolean bicubic = images.has("resample") && images.at("resample").integer() == BICUBIC;
    try {
      return new ModelConfig(
          network,
          labels,
          (int) (size / part),
          bicubic ? "bicubic" : "bilinear",
          images.at("image_mean").numbers(),
          images.at("image_std").numbers());
    } catch (IllegalArgumentException e) {
      throw new WeightsException(json.file(), String.valueOf(e.getMessage()), e);
    }
  }

  private static int size(JsonCursor images) {
    JsonCursor size = images.at("size");
    return size.node().isObject() ? size.at("shortest_edge").integer() : size.integer();
  }

  private static Network network(JsonCursor json, int size, int classes) {
    boolean bottleneck = json.at("layer_type").text().equals("bottleneck");
    Strided strided =
        json.has("downsample_in_bottleneck") && json.at("downsample_in_bottleneck").truth()
            ? Strided.FIRST_1X1
            : Strided.MIDDLE_3X3;
    boolean halving =
        json.has("downsample_in_first_stage") && json.at("downsample_in_first_stage").truth();
    List<Integer> widths = integers(json.at("hidden_sizes"));
    List<Integer> depths = integers(json.at("depths"));
    int in = json.at("embedding_size").integer();
    try {
      Stem stem = Stem.imagenet(json.at("num_channels").integer(), in);
      List<Stage> stages = new ArrayList<>();
      for (int s = 0; s < widths.size(); s++) {
        List<Block> blocks = new ArrayList<>();
        int out = widths.get(s);
        for (int b = 0; b < depths.get(s); b++) {
          int stride = b == 0 && (s > 0 || halving) ? 2 : 1;
          var shortcut = ShortcutOption.B.between(in, out, stride);
          blocks.add(
              bottleneck
                  ? new Block.Bottleneck(in, out / 4, out, stride, strided, shortcut)
                  : new Block.Basic(in, out, stride, shortcut));
          in = out;
        }
        stages.add(new Stage(blocks));
      }
      Shape input = new Shape(json.at("num_channels").integer(), size, size);
      Network network = new Network("resnet", input, classes, stem, stages);
      return network.withName(Catalogue.nameOf(network).orElse("resnet" + network.depth()));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw json.fault(String.valueOf(e.getMessage()), e);
    }
  }

  private static List<Integer> integers(JsonCursor json) {
    return json.elements().stream().map(JsonCursor::integer).toList();
  }
}
