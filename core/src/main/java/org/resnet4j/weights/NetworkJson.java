package org.resnet4j.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A network's whole structure as JSON and back; no type of ours is named by a file. */
final class NetworkJson {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private NetworkJson() {}

  static ObjectNode write(Network network) {
    ObjectNode node = JSON.createObjectNode();
    node.put("name", network.name());
    Shape input = network.input();
    node.putArray("input").add(input.channels()).add(input.height()).add(input.width());
    node.put("classes", network.classes());
    Convolution stem = network.stem().convolution();
    node.putObject("stem")
        .put("out", stem.out())
        .put("kernel", stem.kernel())
        .put("stride", stem.stride())
        .put("padding", stem.padding())
        .put("pooled", network.stem().pooled());
    var stages = node.putArray("stages");
    for (Stage stage : network.stages()) {
      var blocks = stages.addArray();
      stage.blocks().forEach(block -> blocks.add(write(block)));
    }
    return node;
  }

  private static ObjectNode write(Block block) {
    ObjectNode node = JSON.createObjectNode();
    node.put("kind", block.kind());
    node.put("in", block.in());
    if (block instanceof Block.Bottleneck bottleneck) {
      node.put("width", bottleneck.width());
      node.put("strided", bottleneck.strided() == Strided.FIRST_1X1 ? "first 1x1" : "middle 3x3");
    }
    node.put("out", block.out());
    node.put("stride", block.stride());
    node.set("shortcut", write(block.shortcut()));
    return node;
  }

  private static ObjectNode write(Shortcut shortcut) {
    ObjectNode node = JSON.createObjectNode();
    if (shortcut instanceof Shortcut.ZeroPadded padded) {
      return node.put("kind", "zeros")
          .put("side", padded.side() == Side.AROUND ? "around" : "after");
    }
    if (shortcut instanceof Shortcut.Projection projection) {
      return node.put("kind", "projection")
          .put("kernel", projection.kernel())
          .put("stride", projection.stride())
          .put("padding", projection.padding());
    }
    return node.put("kind", shortcut instanceof Shortcut.Identity ? "identity" : "none");
  }

  /** Throws {@link WeightsException} that names the place of what is wrong. */
  static Network read(JsonNode node, String place) {
    Fields fields = new Fields(node, place, "name", "input", "classes", "stem", "stages");
    List<Integer> input = new ArrayList<>();
    for (JsonNode side : fields.list("input")) {
      input.add(side.isInt() ? side.intValue() : 0);
    }
    if (input.size() != 3) {
      throw new WeightsException(place + ".input: must be [channels, height, width]");
    }
    List<Stage> stages = new ArrayList<>();
    for (JsonNode stage : fields.list("stages")) {
      String at = place + ".stages[" + stages.size() + "]";
      List<Block> blocks = new ArrayList<>();
      for (JsonNode block : stage) {
        blocks.add(block(block, at + "[" + blocks.size() + "]"));
      }
      stages.add(legal(at, () -> new Stage(blocks)));
    }
    return legal(
        place,
        () ->
            new Network(
                fields.text("name"),
                new Shape(input.get(0), input.get(1), input.get(2)),
                fields.whole("classes"),
                stem(fields.node("stem"), place + ".stem", input.get(0)),
                stages));
  }

  private static Stem stem(JsonNode node, String place, int channels) {
    Fields fields = new Fields(node, place, "out", "kernel", "stride", "padding", "pooled");
    return new Stem(
        new Convolution(
            channels,
            fields.whole("out"),
            fields.whole("kernel"),
            fields.whole("stride"),
            fields.whole("padding")),
        fields.node("pooled").asBoolean());
  }

  private static Block block(JsonNode node, String place) {
    Fields fields =
        new Fields(node, place, "kind", "in", "width", "strided", "out", "stride", "shortcut");
    Shortcut shortcut = shortcut(fields.node("shortcut"), place + ".shortcut");
    int in = fields.whole("in");
    int out = fields.whole("out");
    int stride = fields.whole("stride");
    return switch (fields.text("kind")) {
      case "basic" -> new Block.Basic(in, out, stride, shortcut);
      case "bottleneck" ->
          new Block.Bottleneck(
              in,
              fields.whole("width"),
              out,
              stride,
              fields.oneOf("strided", "first 1x1", "middle 3x3").equals("first 1x1")
                  ? Strided.FIRST_1X1
                  : Strided.MIDDLE_3X3,
              shortcut);
      default -> throw fields.unknown("kind", "basic or bottleneck");
    };
  }

  private static Shortcut shortcut(JsonNode node, String place) {
    Fields fields = new Fields(node, place, "kind", "side", "kernel", "stride", "padding");
    return switch (fields.text("kind")) {
      case "identity" -> new Shortcut.Identity();
      case "none" -> new Shortcut.None();
      case "zeros" ->
          new Shortcut.ZeroPadded(
              fields.oneOf("side", "around", "after").equals("around") ? Side.AROUND : Side.AFTER);
      case "projection" ->
          new Shortcut.Projection(
              fields.whole("kernel"), fields.whole("stride"), fields.whole("padding"));
      default -> throw fields.unknown("kind", "identity, zeros, projection or none");
    };
  }

  private interface Construction<T> {
    T make();
  }

  private static <T> T legal(String place, Construction<T> construction) {
    try {
      return construction.make();
    } catch (IllegalArgumentException e) {
      throw new WeightsException(place + ": " + e.getMessage(), e);
    }
  }

  /** The fields of one object, each with its place for messages. */
  private record Fields(JsonNode object, String place) {
    Fields(JsonNode object, String place, String... known) {
      this(object, place);
      if (!object.isObject()) {
        throw new WeightsException(place + ": must be an object");
      }
      for (String name : object.propertyNames()) {
        if (!Set.of(known).contains(name)) {
          throw new WeightsException(
              "%s: unknown field \"%s\"; known are %s"
                  .formatted(place, name, String.join(", ", known)));
        }
      }
    }

    JsonNode node(String name) {
      JsonNode node = object.get(name);
      if (node == null) {
        throw new WeightsException("%s: \"%s\" is missing".formatted(place, name));
      }
      return node;
    }

    JsonNode list(String name) {
      JsonNode node = node(name);
      if (!node.isArray() || node.size() > 10_000) {
        throw new WeightsException("%s.%s: must be a list".formatted(place, name));
      }
      return node;
    }

    int whole(String name) {
      JsonNode node = node(name);
      if (!node.isInt()) {
        throw new WeightsException("%s.%s: must be a whole number".formatted(place, name));
      }
      return node.intValue();
    }

    String text(String name) {
      JsonNode node = node(name);
      if (!node.isString()) {
        throw new WeightsException("%s.%s: must be a text".formatted(place, name));
      }
      return node.stringValue();
    }

    String oneOf(String name, String first, String second) {
      String text = text(name);
      if (!text.equals(first) && !text.equals(second)) {
        throw unknown(name, first + " or " + second);
      }
      return text;
    }

    WeightsException unknown(String name, String right) {
      return new WeightsException(
          "%s.%s = %s: must be %s".formatted(place, name, node(name), right));
    }
  }
}
