package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A block in its place in a network.
 *
 * @param name torchvision's module name, e.g. {@code layer1.0}
 * @param block what it does
 * @param in the shape that reaches both paths
 */
public record Unit(String name, Block block, Shape in) {

  /** The layers of the branch, first to last. */
  public List<Layer> branch() {
    List<Layer> layers = new ArrayList<>();
    Shape shape = in;
    for (Convolution convolution : block.branch()) {
      int number = layers.size() + 1;
      Layer layer = new Layer(name + ".conv" + number, name + ".bn" + number, convolution, shape);
      layers.add(layer);
      shape = layer.out();
    }
    return layers;
  }

  /** The convolution of the shortcut, if it has one. */
  public Optional<Layer> projection() {
    if (!(block.shortcut() instanceof Shortcut.Projection projection)) {
      return Optional.empty();
    }
    Convolution convolution =
        new Convolution(
            block.in(),
            block.out(),
            projection.kernel(),
            projection.stride(),
            projection.padding());
    return Optional.of(new Layer(name + ".downsample.0", name + ".downsample.1", convolution, in));
  }

  /** The shape of branch, shortcut and sum. */
  public Shape out() {
    List<Layer> branch = branch();
    return branch.get(branch.size() - 1).out();
  }

  /** Trained values of branch and shortcut. */
  public long parameters() {
    return layers().stream().mapToLong(Layer::parameters).sum();
  }

  /** Multiply-adds of branch and shortcut for one image. */
  public long multiplyAdds() {
    return layers().stream().mapToLong(Layer::multiplyAdds).sum();
  }

  /** Branch, then projection: the order of PyTorch's state dict. */
  List<Layer> layers() {
    List<Layer> layers = new ArrayList<>(branch());
    projection().ifPresent(layers::add);
    return layers;
  }

  /** Throws unless branch and shortcut end in one shape; says what would fit. */
  void check() {
    Shape branch;
    Shape shortcut;
    try {
      branch = out();
      shortcut = shortcutOut(branch);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
    if (!branch.equals(shortcut)) {
      throw new IllegalArgumentException(
          "%s: branch turns %s into %s but shortcut (%s) gives %s; %s"
              .formatted(name, in, branch, block.shortcut().label(), shortcut, remedy(branch)));
    }
  }

  private Shape shortcutOut(Shape branch) {
    Shortcut shortcut = block.shortcut();
    if (shortcut instanceof Shortcut.None) {
      return branch;
    }
    if (shortcut instanceof Shortcut.Identity) {
      return in;
    }
    if (shortcut instanceof Shortcut.ZeroPadded padded) {
      int added = block.out() - in.channels();
      if (padded.side() == Shortcut.ZeroPadded.Side.AROUND && added % 2 != 0) {
        throw new IllegalArgumentException(
            "%d channels of zeros cannot be split around %s; put the zeros after, or add an even number"
                .formatted(added, in));
      }
      // Channels can be added as zeros but not taken away.
      int stride = block.stride();
      return new Shape(
          Math.max(in.channels(), block.out()),
          (in.height() - 1) / stride + 1,
          (in.width() - 1) / stride + 1);
    }
    return projection().orElseThrow().out();
  }

  private String remedy(Shape branch) {
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
            .formatted(in.channels(), branch.channels(), block.stride());
    boolean paddable =
        branch.channels() >= in.channels() && !(block.shortcut() instanceof Shortcut.ZeroPadded);
    return paddable ? projection + ", or a zero-padded one" : projection;
  }
}
