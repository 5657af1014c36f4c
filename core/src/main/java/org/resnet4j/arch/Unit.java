package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;

/**
 * A block in its place in a network: {@code y = after(branch(before(x)) + shortcut(x))}.
 *
 * @param name the module's name in PyTorch, e.g. {@code layer1.0}
 * @param block what it does
 * @param in the shape that reaches both paths
 * @param before norm and ReLU in front of the branch in a pre-activation network, else nothing
 * @param branch the first path
 * @param shortcut the second path; nothing where it is the input itself or the block is plain
 * @param after ReLU, perhaps with a norm, or nothing in a pre-activation network
 */
public record Unit(
    String name,
    Block block,
    Shape in,
    List<Layer> before,
    List<Layer> branch,
    List<Layer> shortcut,
    List<Layer> after) {

  public Unit {
    before = List.copyOf(before);
    branch = List.copyOf(branch);
    shortcut = List.copyOf(shortcut);
    after = List.copyOf(after);
  }

  /**
   * The unit that a block makes of that input.
   *
   * @throws IllegalArgumentException unless branch and shortcut end in one shape; says what would
   *     fit
   */
  static Unit of(String name, Block block, Shape in, Order order, Norm norm) {
    try {
      Paths paths = Paths.of(block, order, norm);
      List<Layer> branch = Step.place(name, paths.branch(), in);
      Shape out = branch.get(branch.size() - 1).out();
      requireSplittable(block, in);
      Unit unit =
          new Unit(
              name,
              block,
              in,
              Step.place(name, paths.before(), in),
              branch,
              Step.place(name, paths.shortcut(), in),
              Step.place(name, paths.after(), out));
      unit.requireOneShape();
      return unit;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  /** Whether there is no second path. */
  public boolean plain() {
    return block.shortcut() instanceof Shortcut.None;
  }

  /** Whether the shortcut starts behind {@link #before} and not at the input itself. */
  public boolean sharesActivation() {
    return block.shortcut() instanceof Shortcut.Projection
        || block.shortcut() instanceof Shortcut.PooledProjection
        || block.shortcut() instanceof Shortcut.ZeroPadded
        || block.shortcut() instanceof Shortcut.Activated;
  }

  /** The shape of branch, shortcut and sum. */
  public Shape out() {
    return branch.get(branch.size() - 1).out();
  }

  /**
   * The parameter that scales what the branch gives: the weight of its last norm, or of its last
   * convolution where no norm follows. At zero, the unit is its shortcut.
   */
  public String lastScale() {
    for (int i = branch.size() - 1; ; i--) {
      Operation operation = branch.get(i).operation();
      if (operation instanceof Operation.BatchNorm
          || operation instanceof Operation.GroupNorm
          || operation instanceof Convolution) {
        return branch.get(i).name() + ".weight";
      }
    }
  }

  /** Every layer, in the order of PyTorch's state dict. */
  public List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    if (!before.isEmpty()) {
      layers.addAll(shortcut); // timm's pre-activation blocks declare it first.
    }
    layers.addAll(before);
    layers.addAll(branch);
    layers.addAll(after);
    if (before.isEmpty()) {
      layers.addAll(shortcut);
    }
    return layers;
  }

  /** Trained values of all paths. */
  public long parameters() {
    return layers().stream().mapToLong(Layer::parameters).sum();
  }

  /** Multiply-adds of all paths for one image. */
  public long multiplyAdds() {
    return layers().stream().mapToLong(Layer::multiplyAdds).sum();
  }

  private static void requireSplittable(Block block, Shape in) {
    int added = block.out() - in.channels();
    if (block.shortcut() instanceof Shortcut.ZeroPadded padded
        && padded.side() == Shortcut.ZeroPadded.Side.AROUND
        && added > 0
        && added % 2 != 0) {
      throw new IllegalArgumentException(
          "%d channels of zeros cannot be split around %s; put the zeros after, or add an even number"
              .formatted(added, in));
    }
  }

  private void requireOneShape() {
    Shape made =
        plain() ? out() : shortcut.isEmpty() ? in : shortcut.get(shortcut.size() - 1).out();
    if (!made.equals(out())) {
      throw new IllegalArgumentException(
          "branch turns %s into %s but shortcut (%s) gives %s; %s"
              .formatted(in, out(), block.shortcut().label(), made, remedy()));
    }
  }

  private String remedy() {
    if (block.shortcut() instanceof Shortcut.Projection projection) {
      int kernel = projection.kernel();
      if (kernel % 2 == 1) {
        return "kernel %d fits with stride %d and padding %d"
            .formatted(kernel, block.stride(), kernel / 2);
      }
      return "an odd kernel k fits with stride %d and padding k / 2".formatted(block.stride());
    }
    String projection =
        "a projection 1x1, %d->%d, stride %d fits"
            .formatted(in.channels(), out().channels(), block.stride());
    boolean paddable =
        out().channels() >= in.channels() && !(block.shortcut() instanceof Shortcut.ZeroPadded);
    return paddable ? projection + ", or a zero-padded one" : projection;
  }
}
