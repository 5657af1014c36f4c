package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.arch.Parameter.Role;

/**
 * A residual network as data: stem, stages of blocks, head.
 *
 * <p>The head is a global average pool and one linear layer. A network that exists is legal: in
 * every block, branch and shortcut end in one shape.
 *
 * @param name for people and files, e.g. {@code resnet20}
 * @param input the shape of an image, C x H x W
 * @param classes the number of logits
 * @param stem what comes before the stages
 * @param stages at least one
 */
public record Network(String name, Shape input, int classes, Stem stem, List<Stage> stages) {
  /**
   * Throws {@link IllegalArgumentException} for a network that cannot work, naming the block, the
   * shapes on both sides and what would fit.
   */
  public Network {
    stages = List.copyOf(stages);
    if (classes < 1) {
      throw new IllegalArgumentException(
          "%s: classes must be at least 1, was %d".formatted(name, classes));
    }
    if (stages.isEmpty()) {
      throw new IllegalArgumentException(name + ": a network needs at least one stage");
    }
    check(name, input, stem, stages);
    int stride = stride(stem, stages);
    if (input.height() < stride || input.width() < stride) {
      throw new IllegalArgumentException(
          "%s: input %s is smaller than the network's stride %d; images must be at least %dx%d"
              .formatted(name, input, stride, stride, stride));
    }
  }

  private static void check(String name, Shape input, Stem stem, List<Stage> stages) {
    if (stem.convolution().in() != input.channels()) {
      throw new IllegalArgumentException(
          "%s: the stem takes %d channels but the input is %s"
              .formatted(name, stem.convolution().in(), input));
    }
    try {
      place(stem.output(input), stages);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static List<Unit> place(Shape shape, List<Stage> stages) {
    List<Unit> units = new ArrayList<>();
    Shape in = shape;
    for (int s = 0; s < stages.size(); s++) {
      List<Block> blocks = stages.get(s).blocks();
      for (int b = 0; b < blocks.size(); b++) {
        Unit unit = new Unit("layer" + (s + 1) + "." + b, blocks.get(b), in);
        if (blocks.get(b).in() != in.channels()) {
          throw new IllegalArgumentException(
              "%s takes %d channels but what comes before it gives %s; make it take %d"
                  .formatted(unit.name(), blocks.get(b).in(), in, in.channels()));
        }
        unit.check();
        units.add(unit);
        in = unit.out();
      }
    }
    return units;
  }

  private static int stride(Stem stem, List<Stage> stages) {
    long stride = stem.stride();
    for (Stage stage : stages) {
      for (Block block : stage.blocks()) {
        stride = Math.min(stride * block.stride(), Integer.MAX_VALUE);
      }
    }
    return (int) stride;
  }

  /** How many input pixels lie between two neighbours of the last feature map. */
  public int stride() {
    return stride(stem, stages);
  }

  /** Every block in its place, first to last. */
  public List<Unit> units() {
    return place(stem.output(input), stages);
  }

  /** The stem's convolution and batch norm. */
  public Layer stemLayer() {
    return new Layer("conv1", "bn1", stem.convolution(), input);
  }

  /** Channels that reach the linear layer. */
  public int features() {
    List<Block> last = stages.get(stages.size() - 1).blocks();
    return last.get(last.size() - 1).out();
  }

  /**
   * The depth as the paper counts it: convolutions of stem and branches, and the linear layer;
   * projections do not count.
   */
  public int depth() {
    return 2 + units().stream().mapToInt(unit -> unit.block().branch().size()).sum();
  }

  /** Whether no block has a shortcut. */
  public boolean plain() {
    return stages.stream()
        .flatMap(stage -> stage.blocks().stream())
        .allMatch(block -> block.shortcut() instanceof Shortcut.None);
  }

  /** The number of trained values. */
  public long parameters() {
    return state().stream().filter(p -> p.role().trained()).mapToLong(Parameter::size).sum();
  }

  /** Multiply-adds of convolutions and linear layer for one image, as the paper counts them. */
  public long multiplyAdds() {
    long blocks = units().stream().mapToLong(Unit::multiplyAdds).sum();
    return stemLayer().multiplyAdds() + blocks + (long) features() * classes;
  }

  /** Every tensor of the state dict, statistics included, in PyTorch's order. */
  public List<Parameter> state() {
    List<Parameter> state = new ArrayList<>();
    addTo(state, stemLayer());
    for (Unit unit : units()) {
      unit.layers().forEach(layer -> addTo(state, layer));
    }
    state.add(new Parameter("fc.weight", Role.LINEAR_WEIGHT, List.of(classes, features())));
    state.add(new Parameter("fc.bias", Role.LINEAR_BIAS, List.of(classes)));
    return state;
  }

  private static void addTo(List<Parameter> state, Layer layer) {
    Convolution c = layer.convolution();
    state.add(
        new Parameter(
            layer.convolutionName() + ".weight",
            Role.CONVOLUTION_WEIGHT,
            List.of(c.out(), c.in(), c.kernel(), c.kernel())));
    List<Integer> channels = List.of(c.out());
    String norm = layer.normName();
    state.add(new Parameter(norm + ".weight", Role.NORM_WEIGHT, channels));
    state.add(new Parameter(norm + ".bias", Role.NORM_BIAS, channels));
    state.add(new Parameter(norm + ".running_mean", Role.RUNNING_MEAN, channels));
    state.add(new Parameter(norm + ".running_var", Role.RUNNING_VARIANCE, channels));
    state.add(new Parameter(norm + ".num_batches_tracked", Role.BATCHES_TRACKED, List.of()));
  }

  /** The same network for another number of classes. */
  public Network withClasses(int classes) {
    return new Network(name, input, classes, stem, stages);
  }

  /** The same network for images of another shape; the stem takes their channels. */
  public Network withInput(Shape input) {
    return new Network(name, input, classes, stem.withChannels(input.channels()), stages);
  }

  public Network withName(String name) {
    return new Network(name, input, classes, stem, stages);
  }

  /** The plain twin: every shortcut taken away, every branch kept; named with {@code -plain}. */
  public Network withoutShortcuts() {
    List<Stage> plain =
        stages.stream()
            .map(
                stage ->
                    new Stage(
                        stage.blocks().stream().map(b -> b.with(new Shortcut.None())).toList()))
            .toList();
    return new Network(name + "-plain", input, classes, stem, plain);
  }
}
