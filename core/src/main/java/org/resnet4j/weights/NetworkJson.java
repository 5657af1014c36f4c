package org.resnet4j.weights;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A network's whole structure as JSON; equal blocks in a row are written once, with their number.
 */
public final class NetworkJson {
  /** More than three times the deepest network in the catalogue; a file cannot ask for more. */
  private static final int MOST_BLOCKS = 10_000;

  private NetworkJson() {}

  /** The network as {@link #read} takes it. */
  public static ObjectNode write(Network network) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("name", network.name());
    Shape input = network.input();
    json.putArray("input").add(input.channels()).add(input.height()).add(input.width());
    json.put("classes", network.classes());
    Convolution stem = network.stem().convolution();
    json.putObject("stem")
        .put("in", stem.in())
        .put("out", stem.out())
        .put("kernel", stem.kernel())
        .put("stride", stem.stride())
        .put("padding", stem.padding())
        .put("pooled", network.stem().pooled());
    ArrayNode stages = json.putArray("stages");
    network.stages().forEach(stage -> write(stage.blocks(), stages.addArray()));
    return json;
  }

  private static void write(List<Block> blocks, ArrayNode json) {
    int next;
    for (int b = 0; b < blocks.size(); b = next) {
      Block block = blocks.get(b);
      next = b + 1;
      while (next < blocks.size() && blocks.get(next).equals(block)) {
        next++;
      }
      ObjectNode written = write(block);
      if (next - b > 1) {
        written.put("repeat", next - b);
      }
      json.add(written);
    }
  }

  private static ObjectNode write(Block block) {
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put("kind", block.kind()).put("in", block.in());
    if (block instanceof Block.Bottleneck bottleneck) {
      json.put("width", bottleneck.width());
      json.put("strided", bottleneck.strided() == Strided.FIRST_1X1 ? "1x1" : "3x3");
    }
    json.put("out", block.out()).put("stride", block.stride());
    json.set("shortcut", write(block.shortcut()));
    return json;
  }

  private static ObjectNode write(Shortcut shortcut) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (shortcut instanceof Shortcut.Projection projection) {
      return json.put("kind", "projection")
          .put("kernel", projection.kernel())
          .put("stride", projection.stride())
          .put("padding", projection.padding());
    }
    if (shortcut instanceof Shortcut.ZeroPadded padded) {
      return json.put("kind", "zeros")
          .put("side", padded.side() == Side.AROUND ? "around" : "after");
    }
    return json.put("kind", shortcut instanceof Shortcut.Identity ? "identity" : "none");
  }

  /**
   * The network a JSON object describes.
   *
   * @param file where the JSON is from, for messages
   * @throws WeightsException for a field that is missing, unknown or of the wrong kind, naming its
   *     path, and for a network that cannot work
   */
  public static Network read(Path file, JsonNode json) {
    return read(JsonCursor.root(file, json));
  }

  static Network read(JsonCursor json) {
    json.only("name", "input", "classes", "stem", "stages");
    List<Stage> stages = new ArrayList<>();
    int blocks = 0;
    for (JsonCursor stage : json.at("stages").elements()) {
      List<Block> read = blocks(stage, MOST_BLOCKS - blocks);
      blocks += read.size();
      stages.add(made(stage, () -> new Stage(read)));
    }
    String name = json.at("name").text();
    Shape input = shape(json.at("input"));
    int classes = json.at("classes").integer();
    Stem stem = stem(json.at("stem"));
    return made(json, () -> new Network(name, input, classes, stem, stages));
  }

  /** Channels, height and width. */
  static Shape shape(JsonCursor json) {
    List<Integer> axes = json.elements().stream().map(JsonCursor::integer).toList();
    if (axes.size() != 3) {
      throw json.fault("must be [channels, height, width]");
    }
    return made(json, () -> new Shape(axes.get(0), axes.get(1), axes.get(2)));
  }

  private static Stem stem(JsonCursor json) {
    json.only("in", "out", "kernel", "stride", "padding", "pooled");
    int in = json.at("in").integer();
    int out = json.at("out").integer();
    int kernel = json.at("kernel").integer();
    int stride = json.at("stride").integer();
    int padding = json.at("padding").integer();
    boolean pooled = json.at("pooled").truth();
    return made(json, () -> new Stem(new Convolution(in, out, kernel, stride, padding), pooled));
  }

  private static List<Block> blocks(JsonCursor stage, int most) {
    List<Block> blocks = new ArrayList<>();
    for (JsonCursor json : stage.elements()) {
      int count = json.has("repeat") ? json.at("repeat").integer() : 1;
      if (count < 1 || count > most - blocks.size()) {
        throw json.fault(
            "repeat = %d: must be at least 1, and a network has at most %d blocks"
                .formatted(count, MOST_BLOCKS));
      }
      blocks.addAll(Collections.nCopies(count, block(json)));
    }
    return blocks;
  }

  private static Block block(JsonCursor json) {
    String kind = json.at("kind").text();
    int in = json.at("in").integer();
    int out = json.at("out").integer();
    int stride = json.at("stride").integer();
    Shortcut shortcut = shortcut(json.at("shortcut"));
    return switch (kind) {
      case "basic" -> {
        json.only("kind", "in", "out", "stride", "shortcut", "repeat");
        yield new Block.Basic(in, out, stride, shortcut);
      }
      case "bottleneck" -> {
        json.only("kind", "in", "width", "strided", "out", "stride", "shortcut", "repeat");
        int width = json.at("width").integer();
        Strided strided =
            choice(json.at("strided"), "1x1", Strided.FIRST_1X1, "3x3", Strided.MIDDLE_3X3);
        yield new Block.Bottleneck(in, width, out, stride, strided, shortcut);
      }
      default -> throw json.at("kind").fault("must be basic or bottleneck, was " + quote(kind));
    };
  }

  private static Shortcut shortcut(JsonCursor json) {
    String kind = json.at("kind").text();
    return switch (kind) {
      case "identity" -> {
        json.only("kind");
        yield new Shortcut.Identity();
      }
      case "none" -> {
        json.only("kind");
        yield new Shortcut.None();
      }
      case "zeros" -> {
        json.only("kind", "side");
        yield new Shortcut.ZeroPadded(
            choice(json.at("side"), "around", Side.AROUND, "after", Side.AFTER));
      }
      case "projection" -> {
        json.only("kind", "kernel", "stride", "padding");
        yield new Shortcut.Projection(
            json.at("kernel").integer(), json.at("stride").integer(), json.at("padding").integer());
      }
      default ->
          throw json.at("kind")
              .fault("must be identity, zeros, projection or none, was " + quote(kind));
    };
  }

  private static <T> T choice(JsonCursor json, String a, T first, String b, T second) {
    String text = json.text();
    if (text.equals(a)) {
      return first;
    }
    if (text.equals(b)) {
      return second;
    }
    throw json.fault("must be %s or %s, was %s".formatted(a, b, quote(text)));
  }

  private static String quote(String text) {
    return WeightsException.quote(text);
  }

  private interface Maker<T> {
    T make();
  }

  /** What the records of a network object to is the file's fault here. */
  private static <T> T made(JsonCursor json, Maker<T> maker) {
    try {
      return maker.make();
    } catch (IllegalArgumentException e) {
      throw json.fault(String.valueOf(e.getMessage()), e);
    }
  }
}
