package org.resnet4j.arch;

/**
 * A square two-dimensional convolution without bias; a batch norm always follows it.
 *
 * @param in input channels
 * @param out output channels
 * @param kernel side of the kernel in pixels
 * @param stride step in pixels
 * @param padding zeros added on each side, in pixels
 */
public record Convolution(int in, int out, int kernel, int stride, int padding) {
  /** Throws {@link IllegalArgumentException} for a size below 1 or a negative padding. */
  public Convolution {
    if (in < 1 || out < 1 || kernel < 1 || stride < 1 || padding < 0) {
      throw new IllegalArgumentException(
          ("convolution %d->%d, kernel %d, stride %d, padding %d: channels, kernel and stride must"
                  + " be at least 1 and padding at least 0")
              .formatted(in, out, kernel, stride, padding));
    }
  }

  /** A 3x3 convolution that keeps the size at stride 1. */
  public static Convolution of3x3(int in, int out, int stride) {
    return new Convolution(in, out, 3, stride, 1);
  }

  /** A 1x1 convolution. */
  public static Convolution of1x1(int in, int out, int stride) {
    return new Convolution(in, out, 1, stride, 0);
  }

  /**
   * The shape it makes of {@code input}.
   *
   * @throws IllegalArgumentException if the channels differ or the padded input is smaller than the
   *     kernel
   */
  public Shape output(Shape input) {
    if (input.channels() != in) {
      throw new IllegalArgumentException(
          "convolution %s takes %d channels but its input is %s".formatted(this, in, input));
    }
    return new Shape(out, length(input.height(), input), length(input.width(), input));
  }

  private int length(int side, Shape input) {
    int room = side + 2 * padding - kernel;
    if (room < 0) {
      throw new IllegalArgumentException(
          "convolution %s does not fit its input %s, even padded".formatted(this, input));
    }
    return room / stride + 1;
  }

  /** The number of weights: out x in x kernel x kernel. */
  public long weights() {
    return (long) out * in * kernel * kernel;
  }

  /** Multiply-adds for one image of the given shape. */
  public long multiplyAdds(Shape input) {
    return weights() * output(input).positions();
  }

  @Override
  public String toString() {
    return "%dx%d, %d->%d, stride %d, padding %d"
        .formatted(kernel, kernel, in, out, stride, padding);
  }
}
