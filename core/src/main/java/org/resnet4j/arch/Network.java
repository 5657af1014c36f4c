package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
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
 * @param order where norm and ReLU stand in every unit
 * @param norm how every feature map is normalised
 * @param stem what comes before the stages
 * @param stages at least one
 */
public record Network(
    String name, Shape input, int classes, Order order, Norm norm, Stem stem, List<Stage> stages) {
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
    int channels = stem.convolutions().get(0).in();
    if (channels != input.channels()) {
      throw new IllegalArgumentException(
          "%s: the stem takes %d channels but the input is %s".formatted(name, channels, input));
    }
    try {
      place(out(stem.layers(input, order, norm)), order, norm, stages);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    int stride = stride(stem, stages);
    if (input.height() < stride || input.width() < stride) {
      throw new IllegalArgumentException(
          "%s: input %s is smaller than the network's stride %d; images must be at least %dx%d"
              .formatted(name, input, stride, stride, stride));
    }
  }

  /** A network in the order of the paper, with batch norm. */
  public Network(String name, Shape input, int classes, Stem stem, List<Stage> stages) {
    this(name, input, classes, Order.ORIGINAL, new Norm.Batch(), stem, stages);
  }

  private static List<Unit> place(Shape shape, Order order, Norm norm, List<Stage> stages) {
    Names names = Names.of(order);
    List<Unit> units = new ArrayList<>();
    Shape in = shape;
    for (int s = 0; s < stages.size(); s++) {
      List<Block> blocks = stages.get(s).blocks();
      for (int b = 0; b < blocks.size(); b++) {
        Block block = blocks.get(b);
        String name = names.unit(s, b);
        if (block.in() != in.channels()) {
          throw new IllegalArgumentException(
              "%s takes %d channels but what comes before it gives %s; make it take %d"
                  .formatted(name, block.in(), in, in.channels()));
        }
        Unit unit = Unit.of(name, block, in, order, norm);
        units.add(unit);
        in = unit.out();
      }
    }
    return units;
  }

  private static Shape out(List<Layer> layers) {
    return layers.get(layers.size() - 1).out();
  }

  private static int stride(Stem stem, List<Stage> stages) {
    long stride = stem.stride();
    for (Stage stage : stages) {
      stride = Math.min(stride * stage.stride(), Integer.MAX_VALUE);
    }
    return (int) stride;
  }

  /** How many input pixels lie between two neighbours of the last feature map. */
  public int stride() {
    return stride(stem, stages);
  }

  /** The layers of the stem in their places. */
  public List<Layer> stemLayers() {
    return stem.layers(input, order, norm);
  }

  /** Every block in its place, first to last. */
  public List<Unit> units() {
    return place(out(stemLayers()), order, norm, stages);
  }

  /** What stands between the last unit and the pool: norm and ReLU where the units end without. */
  public List<Layer> tailLayers() {
    Shape shape = featureShape();
    return switch (order) {
      case ORIGINAL, NORM_AFTER_ADDITION, RELU_BEFORE_ADDITION -> List.of();
      case RELU_ONLY_PRE_ACTIVATION ->
          Step.place("", List.of(new Step("relu", new Operation.Relu())), shape);
      case PRE_ACTIVATION -> {
        List<Step> steps = new ArrayList<>(Step.norm("norm", norm, shape.channels()));
        steps.add(new Step("norm.relu", new Operation.Relu()));
        yield Step.place("", steps, shape);
      }
    };
  }

  /** The name of the linear layer: {@code fc}, or timm's {@code head.fc}. */
  public String headName() {
    return Names.of(order).head();
  }

  /** Channels that reach the linear layer. */
  public int features() {
    List<Block> last = stages.get(stages.size() - 1).blocks();
    return last.get(last.size() - 1).out();
  }

  private Shape featureShape() {
    List<Unit> units = units();
    return units.get(units.size() - 1).out();
  }

  /**
   * The feature map that a stage gives to whoever builds on the network.
   *
   * @param shape channels, height and width
   * @param stride how many input pixels lie between two of its pixels
   */
  public record FeatureMap(Shape shape, int stride) {}

  /** The feature map at the end of each stage, first to last. */
  public List<FeatureMap> featureMaps() {
    List<FeatureMap> maps = new ArrayList<>();
    List<Unit> units = units();
    int stride = stem.stride();
    int end = 0;
    for (Stage stage : stages) {
      stride *= stage.stride();
      end += stage.blocks().size();
      maps.add(new FeatureMap(units.get(end - 1).out(), stride));
    }
    return maps;
  }

  /**
   * The depth as the paper counts it: convolutions of stem and branches, and the linear layer;
   * projections do not count, and a deep stem counts as one.
   */
  public int depth() {
    return 2
        + stages.stream()
            .flatMap(stage -> stage.blocks().stream())
            .mapToInt(block -> block.branch().size())
            .sum();
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

  /**
   * Multiply-adds of convolutions and linear layers for one image, as the paper counts them; the
   * filter of a blur, which is not trained, is not counted.
   */
  public long multiplyAdds() {
    long stem = stemLayers().stream().mapToLong(Layer::multiplyAdds).sum();
    long blocks = units().stream().mapToLong(Unit::multiplyAdds).sum();
    return stem + blocks + (long) features() * classes;
  }

  /** Every tensor of the state dict, statistics included, in PyTorch's order. */
  public List<Parameter> state() {
    List<Layer> layers = new ArrayList<>(stemLayers());
    units().forEach(unit -> layers.addAll(unit.layers()));
    layers.addAll(tailLayers());
    List<Parameter> state = new ArrayList<>();
    layers.forEach(layer -> state.addAll(layer.state()));
    // timm's pre-activation networks end in a 1x1 convolution, which is the same.
    List<Integer> shape =
        order == Order.PRE_ACTIVATION
            ? List.of(classes, features(), 1, 1)
            : List.of(classes, features());
    state.add(new Parameter(headName() + ".weight", Role.LINEAR_WEIGHT, shape));
    state.add(new Parameter(headName() + ".bias", Role.LINEAR_BIAS, List.of(classes)));
    return state;
  }

  /** The same network for another number of classes. */
  public Network withClasses(int other) {
    return new Network(name, input, other, order, norm, stem, stages);
  }

  /** The same network for images of another shape; the stem takes their channels. */
  public Network withInput(Shape other) {
    return new Network(
        name, other, classes, order, norm, stem.withChannels(other.channels()), stages);
  }

  public Network withName(String other) {
    return new Network(other, input, classes, order, norm, stem, stages);
  }

  public Network withOrder(Order other) {
    return new Network(name, input, classes, other, norm, stem, stages);
  }

  public Network withNorm(Norm other) {
    return new Network(name, input, classes, order, other, stem, stages);
  }

  /** The same network with every block changed. */
  public Network withBlocks(UnaryOperator<Block> change) {
    return withStages(
        stages.stream()
            .map(stage -> new Stage(stage.blocks().stream().map(change).toList()))
            .toList());
  }

  Network withStages(List<Stage> other) {
    return new Network(name, input, classes, order, norm, stem, other);
  }

  /**
   * The plain twin: every shortcut taken away, every branch kept. It has the catalogue's name if
   * this network has, and else this one's with {@code -plain}.
   */
  public Network withoutShortcuts() {
    Network plain = withBlocks(block -> block.with(new Shortcut.None()));
    String twin =
        Catalogue.knows(name) ? Catalogue.nameOf(plain).orElse(name + "-plain") : name + "-plain";
    return plain.withName(twin);
  }

  /**
   * Stochastic depth: the branch of block l of L is left out in training with probability {@code l
   * / L * rate}; arXiv 1603.09382, equation (4). Takes the place of one that is there.
   *
   * @param rate of the last block, from 0 to below 1
   */
  public Network withStochasticDepth(double rate) {
    int count = units().size();
    List<Stage> changed = new ArrayList<>();
    int l = 0;
    for (Stage stage : stages) {
      List<Block> blocks = new ArrayList<>();
      for (Block block : stage.blocks()) {
        l++;
        Block awake = block instanceof Block.StochasticDepth depth ? depth.block() : block;
        blocks.add(new Block.StochasticDepth(awake, rate * l / count));
      }
      changed.add(new Stage(blocks));
    }
    return withStages(changed);
  }

  /**
   * The same weights with larger feature maps: stages that would step further than {@code stride}
   * look further instead; torchvision's {@code replace_stride_with_dilation}, timm's {@code
   * output_stride}.
   *
   * @param stride 8, 16 or 32 for an ImageNet network
   * @throws IllegalArgumentException if the stem alone steps further
   */
  public Network withOutputStride(int stride) {
    if (stride < stem.stride()) {
      throw new IllegalArgumentException(
          "output stride %d: the stem alone has %d; choose at least that"
              .formatted(stride, stem.stride()));
    }
    List<Stage> changed = new ArrayList<>();
    int reached = stem.stride();
    int dilation = 1;
    for (Stage stage : stages) {
      int before = dilation;
      boolean dilate = reached * stage.stride() > stride;
      if (dilate) {
        dilation *= stage.stride();
      } else {
        reached *= stage.stride();
      }
      List<Block> blocks = new ArrayList<>();
      for (Block block : stage.blocks()) {
        Block kept = dilate ? block.withStride(1) : block;
        int first = blocks.isEmpty() ? before : dilation;
        blocks.add(dilation == 1 ? kept : new Block.Dilated(kept, first, dilation));
      }
      changed.add(new Stage(blocks));
    }
    return withStages(changed);
  }
}
