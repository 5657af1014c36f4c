package org.resnet4j.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Basic;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Shortcut.Identity;
import org.resnet4j.arch.Shortcut.None;
import org.resnet4j.arch.Shortcut.PooledProjection;
import org.resnet4j.arch.Shortcut.Projection;
import org.resnet4j.arch.Shortcut.ZeroPadded;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;

/** What PyTorch computed for the networks here; {@code parity.py} says under which conditions. */
final class Goldens {
  private static final String FILE = "parity.safetensors.gz";
  private static final Basic BASIC = new Basic(8, 8, 1, new Identity());

  private Goldens() {}

  /**
   * One network, and the results of an evaluation and a training step from one state.
   *
   * <p>The state is {@link ReproducibleValues#fill(Parameter)} of each tensor.
   *
   * @param labelSmoothing of the mean cross entropy
   * @param tensors results under the keys that {@code parity.py} lists
   */
  record Case(String name, Network network, double labelSmoothing, Map<String, float[]> tensors) {
    private static final int IMAGES = 2;

    /** The batch, N x C x H x W. */
    float[] images() {
      return ReproducibleValues.fill("images", Math.toIntExact(IMAGES * network.input().size()));
    }

    int[] labels() {
      return IntStream.range(0, IMAGES).map(i -> (3 * i + 1) % network.classes()).toArray();
    }

    /** N x classes, from the given statistics. */
    float[] evalLogits() {
      return tensor("logits.eval");
    }

    /** N x classes, from the statistics of the batch. */
    float[] trainLogits() {
      return tensor("logits.train");
    }

    float loss() {
      return tensor("loss")[0];
    }

    /** Whether every gradient is stored; otherwise their norms are. */
    boolean complete() {
      return !tensors.containsKey("gradient_norms");
    }

    /** The gradient of each trained parameter by name, in order. */
    Map<String, float[]> gradients() {
      Map<String, float[]> gradients = new LinkedHashMap<>();
      trained().forEach(name -> gradients.put(name, tensor("gradient." + name)));
      return gradients;
    }

    /** The L2 norm of each parameter's gradient by name, in order. */
    Map<String, Float> gradientNorms() {
      float[] values = tensor("gradient_norms");
      List<String> names = trained();
      Map<String, Float> norms = new LinkedHashMap<>();
      for (int i = 0; i < values.length; i++) {
        norms.put(names.get(i), values[i]);
      }
      return norms;
    }

    /** Running means and variances after the training step, by name. */
    Map<String, float[]> statistics() {
      Map<String, float[]> statistics = new LinkedHashMap<>();
      for (Parameter parameter : network.state()) {
        switch (parameter.role()) {
          case RUNNING_MEAN, RUNNING_VARIANCE ->
              statistics.put(parameter.name(), tensor(parameter.name()));
          default -> {}
        }
      }
      return statistics;
    }

    /** How far PyTorch's own float32 lies from logits, loss and statistics, relative. */
    float forwardDeviation() {
      return tensor("deviation")[0];
    }

    /** How far PyTorch's own float32 lies from the gradients, relative. */
    float backwardDeviation() {
      return tensor("deviation")[1];
    }

    private List<String> trained() {
      return network.state().stream().filter(p -> p.role().trained()).map(Parameter::name).toList();
    }

    private float[] tensor(String key) {
      return Objects.requireNonNull(tensors.get(key), () -> name + " has no tensor " + key);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** Every case; the last two are whole networks. */
  static List<Case> cases() {
    Map<String, Map<String, float[]>> tensors = GoldenFile.read(FILE);
    List<Case> cases = new ArrayList<>();
    networks()
        .forEach(
            network -> {
              String name = network.name();
              double smoothing = name.equals("label-smoothing") ? 0.1 : 0;
              cases.add(new Case(name, network, smoothing, tensors.getOrDefault(name, Map.of())));
            });
    return cases;
  }

  private static List<Network> networks() {
    Projection around3x3 = new Projection(3, 2, 1);
    return List.of(
        tiny("basic-identity", new Basic(8, 8, 1, new Identity())),
        tiny("basic-zeros-around", new Basic(8, 12, 2, new ZeroPadded(Side.AROUND))),
        tiny("basic-zeros-after", new Basic(8, 12, 2, new ZeroPadded(Side.AFTER))),
        tiny("basic-projection", new Basic(8, 12, 2, Projection.of1x1(2))),
        tiny("basic-projection-same-shape", new Basic(8, 8, 1, Projection.of1x1(1))),
        tiny("basic-projection-3x3", new Basic(8, 12, 2, around3x3)),
        tiny("basic-plain", new Basic(8, 12, 2, new None())),
        tiny("bottleneck-identity", new Bottleneck(8, 2, 8, 1, Strided.MIDDLE_3X3, new Identity())),
        tiny("bottleneck-projection", bottleneck(Strided.MIDDLE_3X3)),
        tiny("bottleneck-projection-v1", bottleneck(Strided.FIRST_1X1)),
        tiny("bottleneck-plain", bottleneck(Strided.MIDDLE_3X3).with(new None())),
        tiny("bottleneck-grouped", grouped()),
        tiny("basic-dilated", new Block.Dilated(BASIC, 1, 2)),
        tiny("bottleneck-blurred", new Block.Blurred(bottleneck(Strided.MIDDLE_3X3))),
        tiny("basic-squeezed", new Block.SqueezeExcited(BASIC, 8)),
        tiny("basic-pooled-projection", new Basic(8, 12, 2, new PooledProjection(2))),
        tiny("basic-pooled-projection-dilated", new Basic(8, 12, 1, new PooledProjection(2, 1))),
        tiny("basic-scaled", BASIC.with(new Shortcut.Scaled(0.5, 0.5))),
        tiny("basic-gated", BASIC.with(new Shortcut.Gated(false))),
        tiny("basic-exclusive-gated", BASIC.with(new Shortcut.Gated(true))),
        tiny("basic-norm-after-addition", BASIC).withOrder(Order.NORM_AFTER_ADDITION),
        tiny("basic-relu-before-addition", BASIC).withOrder(Order.RELU_BEFORE_ADDITION),
        tiny("basic-relu-only-pre-activation", BASIC, BASIC)
            .withOrder(Order.RELU_ONLY_PRE_ACTIVATION),
        preActivated("basic-pre-activation", BASIC),
        preActivated("basic-pre-activation-first", BASIC.with(new Shortcut.Activated())),
        preActivated(
            "basic-pre-activation-zeros", new Basic(8, 12, 2, new ZeroPadded(Side.AROUND))),
        preActivated("bottleneck-pre-activation-projection", bottleneck(Strided.MIDDLE_3X3)),
        preActivated(
            "bottleneck-pre-activation-pooled-projection",
            bottleneck(Strided.MIDDLE_3X3).with(new PooledProjection(2))),
        tiny("bottleneck-group-norm", bottleneck(Strided.MIDDLE_3X3)).withNorm(new Norm.Group(4)),
        tiny("label-smoothing", new Basic(8, 8, 1, new Identity())),
        Catalogue.network("resnet20"),
        Catalogue.network("resnet50").withClasses(10).withInput(new Shape(3, 64, 64)));
  }

  private static Bottleneck bottleneck(Strided strided) {
    return new Bottleneck(8, 4, 16, 2, strided, Projection.of1x1(2));
  }

  private static Bottleneck grouped() {
    return new Bottleneck(8, 8, 4, 8, 1, Strided.MIDDLE_3X3, new Identity());
  }

  private static Network preActivated(String name, Block block) {
    return tiny(name, block).withOrder(Order.PRE_ACTIVATION);
  }

  private static Network tiny(String name, Block... blocks) {
    return new Network(name, new Shape(3, 8, 8), 5, Stem.cifar(3, 8), List.of(Stage.of(blocks)));
  }
}
