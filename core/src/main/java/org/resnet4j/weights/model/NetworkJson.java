package org.resnet4j.weights.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.arch.Stem.Pool;
import org.resnet4j.weights.WeightsException;
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
    json.put("order", network.order().id());
    if (network.norm() instanceof Norm.Group group) {
      json.putObject("norm").put("kind", "group").put("groups", group.groups());
    } else {
      json.putObject("norm").put("kind", network.norm() instanceof Norm.None ? "none" : "batch");
    }
    json.set("stem", write(network.stem()));
    ArrayNode stages = json.putArray("stages");
    network.stages().forEach(stage -> write(stage.blocks(), stages.addArray()));
    return json;
  }

  private static ObjectNode write(Stem stem) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (stem instanceof Stem.Deep deep) {
      json.put("kind", "deep")
          .put("in", deep.in())
          .put("first", deep.first())
          .put("second", deep.second())
          .put("out", deep.out());
    } else {
      Convolution convolution = stem.convolutions().get(0);
      json.put("kind", "single")
          .put("in", convolution.in())
          .put("out", convolution.out())
          .put("kernel", convolution.kernel())
          .put("stride", convolution.stride())
          .put("padding", convolution.padding());
    }
    return json.put("pool", id(stem.pool()));
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
    if (block instanceof Block.Changed changed) {
      return write(changed);
    }
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put("kind", block.kind()).put("in", block.in());
    if (block instanceof Block.Bottleneck bottleneck) {
      json.put("width", bottleneck.width());
      json.put("groups", bottleneck.groups());
      json.put("strided", bottleneck.strided() == Strided.FIRST_1X1 ? "1x1" : "3x3");
    }
    json.put("out", block.out()).put("stride", block.stride());
    json.set("shortcut", write(block.shortcut()));
    return json;
  }

  private static ObjectNode write(Block.Changed changed) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (changed instanceof Block.SqueezeExcited se) {
      json.put("kind", "squeeze-excited").put("squeezed", se.squeezed());
    } else if (changed instanceof Block.Dilated dilated) {
      json.put("kind", "dilated").put("first", dilated.first()).put("rest", dilated.rest());
    } else if (changed instanceof Block.DroppedOut dropped) {
      json.put("kind", "dropped-out").put("rate", dropped.rate());
    } else if (changed instanceof Block.StochasticDepth depth) {
      json.put("kind", "stochastic-depth").put("rate", depth.rate());
    } else {
      json.put("kind", "blurred");
    }
    json.set("block", write(changed.block()));
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
    if (shortcut instanceof Shortcut.PooledProjection projection) {
      return json.put("kind", "pooled-projection")
          .put("window", projection.window())
          .put("stride", projection.stride());
    }
    if (shortcut instanceof Shortcut.Scaled scaled) {
      return json.put("kind", "scaled")
          .put("shortcut", scaled.shortcut())
          .put("branch", scaled.branch());
    }
    if (shortcut instanceof Shortcut.Gated gated) {
      return json.put("kind", "gated").put("exclusive", gated.exclusive());
    }
    if (shortcut instanceof Shortcut.DroppedOut dropped) {
      return json.put("kind", "dropped-out").put("rate", dropped.rate());
    }
    if (shortcut instanceof Shortcut.ZeroPadded padded) {
      return json.put("kind", "zeros")
          .put("side", padded.side() == Side.AROUND ? "around" : "after");
    }
    if (shortcut instanceof Shortcut.Activated) {
      return json.put("kind", "activated");
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
    json.only("name", "input", "classes", "order", "norm", "stem", "stages");
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
    Order order = one(json.at("order"), List.of(Order.values()), Order::id);
    Norm norm = norm(json.at("norm"));
    Stem stem = stem(json.at("stem"));
    return made(json, () -> new Network(name, input, classes, order, norm, stem, stages));
  }

  /** Channels, height and width. */
  static Shape shape(JsonCursor json) {
    List<Integer> axes = json.elements().stream().map(JsonCursor::integer).toList();
    if (axes.size() != 3) {
      throw json.fault("must be [channels, height, width]");
    }
    return made(json, () -> new Shape(axes.get(0), axes.get(1), axes.get(2)));
  }

  private static Norm norm(JsonCursor json) {
    String kind = one(json.at("kind"), List.of("batch", "group", "none"), text -> text);
    if (!kind.equals("group")) {
      json.only("kind");
      return kind.equals("batch") ? new Norm.Batch() : new Norm.None();
    }
    json.only("kind", "groups");
    return new Norm.Group(json.at("groups").integer());
  }

  private static Stem stem(JsonCursor json) {
    String kind = one(json.at("kind"), List.of("single", "deep"), text -> text);
    int in = json.at("in").integer();
    int out = json.at("out").integer();
    Pool pool = one(json.at("pool"), List.of(Pool.values()), NetworkJson::id);
    if (kind.equals("deep")) {
      json.only("kind", "in", "first", "second", "out", "pool");
      int first = json.at("first").integer();
      int second = json.at("second").integer();
      return new Stem.Deep(in, first, second, out, pool);
    }
    json.only("kind", "in", "out", "kernel", "stride", "padding", "pool");
    int kernel = json.at("kernel").integer();
    int stride = json.at("stride").integer();
    int padding = json.at("padding").integer();
    return made(
        json, () -> new Stem.Single(new Convolution(in, out, kernel, stride, padding), pool));
  }

  private static String id(Pool pool) {
    return pool.name().toLowerCase(Locale.ROOT).replace('_', '-');
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
    return block(json, "repeat");
  }

  /** A block, or one around another; {@code extra} is a field that only the outermost may have. */
  private static Block block(JsonCursor json, String... extra) {
    String kind = json.at("kind").text();
    return switch (kind) {
      case "basic" -> {
        json.only(fields(extra, "kind", "in", "out", "stride", "shortcut"));
        yield new Block.Basic(
            json.at("in").integer(),
            json.at("out").integer(),
            json.at("stride").integer(),
            shortcut(json.at("shortcut")));
      }
      case "bottleneck" -> {
        json.only(
            fields(extra, "kind", "in", "width", "groups", "strided", "out", "stride", "shortcut"));
        yield new Block.Bottleneck(
            json.at("in").integer(),
            json.at("width").integer(),
            json.at("groups").integer(),
            json.at("out").integer(),
            json.at("stride").integer(),
            choice(json.at("strided"), "1x1", Strided.FIRST_1X1, "3x3", Strided.MIDDLE_3X3),
            shortcut(json.at("shortcut")));
      }
      case "squeeze-excited" -> {
        json.only(fields(extra, "kind", "squeezed", "block"));
        yield new Block.SqueezeExcited(inner(json), json.at("squeezed").integer());
      }
      case "dilated" -> {
        json.only(fields(extra, "kind", "first", "rest", "block"));
        yield new Block.Dilated(inner(json), json.at("first").integer(), json.at("rest").integer());
      }
      case "dropped-out" -> {
        json.only(fields(extra, "kind", "rate", "block"));
        yield new Block.DroppedOut(inner(json), json.at("rate").number());
      }
      case "stochastic-depth" -> {
        json.only(fields(extra, "kind", "rate", "block"));
        yield new Block.StochasticDepth(inner(json), json.at("rate").number());
      }
      case "blurred" -> {
        json.only(fields(extra, "kind", "block"));
        yield new Block.Blurred(inner(json));
      }
      default ->
          throw json.at("kind")
              .fault(
                  "must be basic, bottleneck, squeeze-excited, dilated, blurred, dropped-out or"
                      + " stochastic-depth, was "
                      + quote(kind));
    };
  }

  private static Block inner(JsonCursor json) {
    return block(json.at("block"), new String[0]);
  }

  private static String[] fields(String[] extra, String... own) {
    return Stream.concat(Stream.of(own), Stream.of(extra)).toArray(String[]::new);
  }

  private static Shortcut shortcut(JsonCursor json) {
    String kind = json.at("kind").text();
    return switch (kind) {
      case "identity" -> {
        json.only("kind");
        yield new Shortcut.Identity();
      }
      case "activated" -> {
        json.only("kind");
        yield new Shortcut.Activated();
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
      case "pooled-projection" -> {
        json.only("kind", "window", "stride");
        yield new Shortcut.PooledProjection(
            json.at("window").integer(), json.at("stride").integer());
      }
      case "scaled" -> {
        json.only("kind", "shortcut", "branch");
        yield new Shortcut.Scaled(json.at("shortcut").number(), json.at("branch").number());
      }
      case "gated" -> {
        json.only("kind", "exclusive");
        yield new Shortcut.Gated(json.at("exclusive").truth());
      }
      case "dropped-out" -> {
        json.only("kind", "rate");
        yield new Shortcut.DroppedOut(json.at("rate").number());
      }
      default ->
          throw json.at("kind")
              .fault(
                  "must be identity, zeros, projection, pooled-projection, scaled, gated,"
                      + " dropped-out, activated or none, was "
                      + quote(kind));
    };
  }

  /** The value whose id the text is. */
  private static <T> T one(JsonCursor json, List<T> values, Function<T, String> id) {
    String text = json.text();
    for (T value : values) {
      if (id.apply(value).equals(text)) {
        return value;
      }
    }
    throw json.fault(
        "must be one of %s, was %s"
            .formatted(String.join(", ", values.stream().map(id).toList()), quote(text)));
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
