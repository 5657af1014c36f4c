package org.resnet4j.weights.convert;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;

/**
 * The network that tensors are of, from their names and shapes alone.
 *
 * <p>What the tensors cannot tell is taken as it is most often, and said.
 */
final class Inference {
  private static final int GROUPS_OF_GROUP_NORM = 32;

  private final Map<String, List<Long>> shapes;
  private final List<String> decided = new ArrayList<>();
  private final boolean preActivated;
  private boolean zeroPadded;
  private boolean strided3x3;

  /**
   * A network and why it is this one.
   *
   * @param decided sentences for people
   */
  record Inferred(Network network, List<String> decided) {}

  private Inference(Map<String, List<Long>> shapes) {
    this.shapes = shapes;
    this.preActivated =
        shapes.containsKey("stages.0.blocks.0.norm1.weight")
            || shapes.containsKey("stages.0.blocks.0.conv1.bias");
  }

  /**
   * The network.
   *
   * @param shapes of the tensors by torchvision's names
   * @param classes of the network if there is no linear layer to tell
   * @throws IllegalArgumentException if they are of no residual network; says what is missing
   */
  static Inferred infer(Map<String, List<Long>> shapes, int classes) {
    return new Inference(shapes).infer(classes);
  }

  private Inferred infer(int classes) {
    Stem stem = stem();
    List<Stage> stages = new ArrayList<>();
    for (int s = 0; has(unit(s, 0) + "conv1.weight"); s++) {
      stages.add(stage(s));
    }
    if (stages.isEmpty()) {
      throw new IllegalArgumentException(
          "there is no %sconv1.weight, so this is no residual network that we know; say which with --as"
              .formatted(unit(0, 0)));
    }
    boolean small = stem.stride() == 1;
    int side = small ? 32 : 224;
    decided.add(
        0, "images of %dx%d: the stem has a stride of %d".formatted(side, side, stem.stride()));
    Shape input = new Shape(stem.convolutions().get(0).in(), side, side);
    Order order = preActivated ? Order.PRE_ACTIVATION : Order.ORIGINAL;
    if (preActivated) {
      decided.add(
          "pre-activation: each block starts with a "
              + (has("stages.0.blocks.0.norm1.weight") ? "norm" : "ReLU"));
    }
    Network network = new Network("", input, classes(classes), order, norm(), stem, stages);
    Network other = network.withBlocks(Inference::stridedFirst);
    if (Catalogue.nameOf(network).isEmpty() && Catalogue.nameOf(other).isPresent()) {
      network = other; // Bottlenecks for CIFAR exist in this form alone.
      strided3x3 = false;
    }
    String name = Catalogue.nameOf(network).orElse("resnet" + network.depth() + "-custom");
    addAmbiguities(name);
    decided.add(0, name + ": " + blocks(network));
    return new Inferred(network.withName(name), decided);
  }

  private static Block stridedFirst(Block block) {
    return block instanceof Block.Bottleneck b
        ? new Block.Bottleneck(
            b.in(), b.width(), b.groups(), b.out(), b.stride(), Strided.FIRST_1X1, b.shortcut())
        : block;
  }

  private static String blocks(Network network) {
    List<String> counts =
        network.stages().stream().map(stage -> String.valueOf(stage.blocks().size())).toList();
    Block first = network.stages().get(0).blocks().get(0);
    return "%s %s blocks".formatted(String.join(" + ", counts), first.kind());
  }

  private Stem stem() {
    String single = preActivated ? "stem.conv" : "conv1";
    if (has(single + ".weight")) {
      Convolution kernel = convolution(single + ".weight");
      if (kernel.kernel() >= 5) {
        return new Stem.Single(
            new Convolution(kernel.in(), kernel.out(), kernel.kernel(), 2, kernel.kernel() / 2),
            Stem.Pool.MAX);
      }
      return new Stem.Single(
          new Convolution(kernel.in(), kernel.out(), kernel.kernel(), 1, kernel.kernel() / 2),
          Stem.Pool.NONE);
    }
    String deep = preActivated ? "stem.conv%s" : "conv1.%s";
    String first = deep.formatted(preActivated ? 1 : 0) + ".weight";
    if (!has(first)) {
      throw new IllegalArgumentException(
          "there is neither %s.weight nor %s, so this is no residual network that we know; say which with --as"
              .formatted(single, first));
    }
    Convolution one = convolution(first);
    Convolution two = convolution(deep.formatted(preActivated ? 2 : 3) + ".weight");
    Convolution three = convolution(deep.formatted(preActivated ? 3 : 6) + ".weight");
    decided.add("deep stem of three 3x3 convolutions");
    return new Stem.Deep(one.in(), one.out(), two.out(), three.out(), Stem.Pool.MAX);
  }

  private Norm norm() {
    String norm = preActivated ? "stages.0.blocks.0.norm1" : unit(0, 0) + "bn1";
    if (has(norm + ".running_mean")) {
      return new Norm.Batch();
    }
    if (!has(norm + ".weight") && has(unit(0, 0) + "conv1.bias")) {
      decided.add("no norm: convolutions have biases instead");
      return new Norm.None();
    }
    if (preActivated && has("stem.conv.weight")) {
      throw new IllegalArgumentException(
          "group norm, pre-activation and a stem of one convolution are those of BiT, whose"
              + " convolutions standardise their weights; no network here does");
    }
    decided.add(
        "group norm: norms have no running statistics; %d groups, which the tensors cannot tell"
            .formatted(GROUPS_OF_GROUP_NORM));
    return new Norm.Group(GROUPS_OF_GROUP_NORM);
  }

  private String unit(int s, int b) {
    return preActivated
        ? "stages.%s.blocks.%s.".formatted(s, b)
        : "layer%s.%s.".formatted(s + 1, b);
  }

  private Stage stage(int s) {
    List<Block> blocks = new ArrayList<>();
    for (int b = 0; has(unit(s, b) + "conv1.weight"); b++) {
      blocks.add(block(unit(s, b), s > 0 && b == 0 ? 2 : 1));
    }
    return new Stage(blocks);
  }

  private Block block(String unit, int stride) {
    Convolution first = convolution(unit + "conv1.weight");
    int in = first.in();
    boolean bottleneck = has(unit + "conv3.weight");
    int out = convolution(unit + (bottleneck ? "conv3.weight" : "conv2.weight")).out();
    Shortcut shortcut = shortcut(unit, in, out, stride);
    Block block;
    if (bottleneck) {
      strided3x3 |= stride > 1;
      int width = first.out();
      int groups = Math.max(1, width / Math.max(1, axis(unit + "conv2.weight", 1)));
      block = new Block.Bottleneck(in, width, groups, out, stride, Strided.MIDDLE_3X3, shortcut);
    } else {
      block = new Block.Basic(in, out, stride, shortcut);
    }
    return has(unit + "se.fc1.weight")
        ? new Block.SqueezeExcited(block, axis(unit + "se.fc1.weight", 0))
        : block;
  }

  private Shortcut shortcut(String unit, int in, int out, int stride) {
    if (preActivated) {
      if (has(unit + "downsample.conv.weight")) {
        return pooledStem()
            ? new Shortcut.PooledProjection(stride)
            : projection(unit + "downsample.conv.weight", stride);
      }
    } else if (axes(unit + "downsample.0.weight") == 4) {
      return projection(unit + "downsample.0.weight", stride);
    } else if (axes(unit + "downsample.1.weight") == 4) {
      return new Shortcut.PooledProjection(stride);
    }
    if (in == out && stride == 1) {
      // The first unit of a pre-activation network for CIFAR activates before the paths part.
      return preActivated && unit.equals(unit(0, 0)) && convolution("stem.conv.weight").kernel() < 5
          ? new Shortcut.Activated()
          : new Shortcut.Identity();
    }
    zeroPadded = true;
    return new Shortcut.ZeroPadded((out - in) % 2 == 0 ? Side.AROUND : Side.AFTER);
  }

  /** timm's pre-activation networks pool before the projection just where their stem is deep. */
  private boolean pooledStem() {
    return has("stem.conv1.weight");
  }

  private Shortcut.Projection projection(String name, int stride) {
    int kernel = convolution(name).kernel();
    return new Shortcut.Projection(kernel, stride, kernel / 2);
  }

  private void addAmbiguities(String name) {
    if (strided3x3) {
      decided.add(
          "the stride of a bottleneck is on its 3x3 (v1.5); the tensors cannot tell"
              + other("; if it is on the first 1x1", name + "-v1"));
    }
    String blurred = name.replaceFirst("^resnet", "resnetblur");
    if (!blurred.equals(name) && Catalogue.knows(blurred)) {
      decided.add(
          "nothing is blurred before a stride; the tensors cannot tell"
              + other("; if it is", blurred));
    }
    if (zeroPadded) {
      decided.add(
          "shortcuts without tensors: zeros split around (option A); the tensors cannot tell"
              + other("; if the zeros come after", name + "-a-after")
              + other("; if there are no shortcuts", name.replaceFirst("-a$", "") + "-plain"));
    }
  }

  private static String other(String condition, String name) {
    return Catalogue.knows(name) ? condition + ": --as " + name : "";
  }

  private int classes(int wanted) {
    String head = preActivated ? "head.fc.weight" : "fc.weight";
    if (wanted > 0) {
      return wanted;
    }
    if (!has(head)) {
      throw new IllegalArgumentException(
          "there is no %s; give the trunk a head with --head new --classes N".formatted(head));
    }
    return axis(head, 0);
  }

  private boolean has(String name) {
    return shapes.containsKey(name);
  }

  private int axes(String name) {
    List<Long> shape = shapes.get(name);
    return shape == null ? 0 : shape.size();
  }

  private int axis(String name, int axis) {
    List<Long> shape = shapes.get(name);
    if (shape == null || shape.size() <= axis) {
      throw new IllegalArgumentException(
          "%s %s; a network needs it with at least %d axes"
              .formatted(name, shape == null ? "is missing" : "is " + shape, axis + 1));
    }
    long length = shape.get(axis);
    if (length < 1 || length > 1 << 20) {
      throw new IllegalArgumentException(
          "%s is %s: each axis must be from 1 to %d".formatted(name, shape, 1 << 20));
    }
    return (int) length;
  }

  /** Channels and kernel; stride and padding are the caller's. */
  private Convolution convolution(String name) {
    int kernel = axis(name, 3);
    if (kernel != axis(name, 2)) {
      throw new IllegalArgumentException(
          "%s is %s: kernels must be square".formatted(name, shapes.get(name)));
    }
    return new Convolution(axis(name, 1), axis(name, 0), kernel, 1, 0);
  }
}
