package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.arch.Parameter.Role;

/**
 * A square two-dimensional convolution.
 *
 * @param in input channels
 * @param out output channels
 * @param kernel side of the kernel in pixels
 * @param stride step in pixels
 * @param padding zeros added on each side, in pixels
 * @param dilation step between two values of the kernel, in pixels
 * @param groups parts of the channels that do not see each other; divides {@code in} and {@code
 *     out}
 * @param bias whether each output channel has a number added: just where no norm does that
 */
public record Convolution(
    int in, int out, int kernel, int stride, int padding, int dilation, int groups, boolean bias)
    implements Operation {
  /** Throws {@link IllegalArgumentException} for sizes that make no convolution. */
  public Convolution {
    if (in < 1 || out < 1 || kernel < 1 || stride < 1 || padding < 0) {
      throw new IllegalArgumentException(
          ("convolution %d->%d, kernel %d, stride %d, padding %d: channels, kernel and stride must"
                  + " be at least 1 and padding at least 0")
              .formatted(in, out, kernel, stride, padding));
    }
    if (dilation < 1 || groups < 1 || in % groups != 0 || out % groups != 0) {
      throw new IllegalArgumentException(
          ("convolution %d->%d, dilation %d, groups %d: both must be at least 1, and the groups"
                  + " must divide the channels")
              .formatted(in, out, dilation, groups));
    }
  }

  /** Without bias. */
  public Convolution(
      int in, int out, int kernel, int stride, int padding, int dilation, int groups) {
    this(in, out, kernel, stride, padding, dilation, groups, false);
  }

  /** Without dilation and bias, and all channels in one group. */
  public Convolution(int in, int out, int kernel, int stride, int padding) {
    this(in, out, kernel, stride, padding, 1, 1, false);
  }

  /** A 3x3 convolution that keeps the size at stride 1. */
  public static Convolution of3x3(int in, int out, int stride) {
    return new Convolution(in, out, 3, stride, 1);
  }

  /** A 1x1 convolution. */
  public static Convolution of1x1(int in, int out, int stride) {
    return new Convolution(in, out, 1, stride, 0);
  }

  /** The same convolution with a bias. */
  Convolution biased() {
    return new Convolution(in, out, kernel, stride, padding, dilation, groups, true);
  }

  /** The same convolution in groups. */
  Convolution grouped(int groups) {
    return new Convolution(in, out, kernel, stride, padding, dilation, groups, bias);
  }

  /** The same kernel pulled apart, with the padding that keeps the size. */
  Convolution dilated(int dilation) {
    int same = dilation * (kernel - 1) / 2;
    return new Convolution(in, out, kernel, stride, same, dilation, groups, bias);
  }

  Convolution withStride(int stride) {
    return new Convolution(in, out, kernel, stride, padding, dilation, groups, bias);
  }

  Convolution withIn(int in) {
    return new Convolution(in, out, kernel, stride, padding, dilation, groups, bias);
  }

  /**
   * The shape it makes of {@code input}.
   *
   * @throws IllegalArgumentException if the channels differ or the padded input is smaller than the
   *     kernel
   */
  @Override
  public Shape output(Shape input) {
    if (input.channels() != in) {
      throw new IllegalArgumentException(
          "convolution %s takes %d channels but its input is %s".formatted(this, in, input));
    }
    return new Shape(out, length(input.height(), input), length(input.width(), input));
  }

  private int length(int side, Shape input) {
    int room = side + 2 * padding - dilation * (kernel - 1) - 1;
    if (room < 0) {
      throw new IllegalArgumentException(
          "convolution %s does not fit its input %s, even padded".formatted(this, input));
    }
    return room / stride + 1;
  }

  /** The number of weights: out x in / groups x kernel x kernel. */
  public long weights() {
    return (long) out * (in / groups) * kernel * kernel;
  }

  @Override
  public long multiplyAdds(Shape input) {
    return weights() * output(input).positions();
  }

  @Override
  public List<Parameter> state(String module) {
    List<Parameter> state = new ArrayList<>();
    List<Integer> shape = List.of(out, in / groups, kernel, kernel);
    state.add(new Parameter(module + ".weight", Role.CONVOLUTION_WEIGHT, shape));
    if (bias) {
      state.add(new Parameter(module + ".bias", Role.CONVOLUTION_BIAS, List.of(out)));
    }
    return state;
  }

  @Override
  public String toString() {
    return "%dx%d, %d->%d, stride %d, padding %d%s%s%s"
        .formatted(
            kernel,
            kernel,
            in,
            out,
            stride,
            padding,
            dilation == 1 ? "" : ", dilation " + dilation,
            groups == 1 ? "" : ", groups " + groups,
            bias ? ", bias" : "");
  }
}
