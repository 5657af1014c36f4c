package org.resnet4j.arch;

/**
 * What a block adds to its branch: the second path of {@code y = relu(branch(x) + shortcut(x))}.
 *
 * <p>arXiv 1512.03385, section 3.2 and the options A, B and C of section 4.1.
 */
public sealed interface Shortcut {

  /** One word or two for tables and drawings. */
  String label();

  /** The input itself; equation (1). Fits only where the branch keeps the shape. */
  record Identity() implements Shortcut {
    @Override
    public String label() {
      return "identity";
    }
  }

  /**
   * The input, every {@code stride}-th pixel of it, with zeros for the added channels: option A,
   * which has no parameters.
   *
   * @param side where the zero channels go
   */
  record ZeroPadded(Side side) implements Shortcut {
    /** Where the zero channels go; weights trained with one side predict badly with the other. */
    public enum Side {
      /** Half before and half after, as in akamaster's published CIFAR weights. */
      AROUND,
      /** All after the input's channels, as in fb.resnet.torch. */
      AFTER
    }

    @Override
    public String label() {
      return side == Side.AROUND ? "zeros around" : "zeros after";
    }
  }

  /**
   * A convolution with batch norm; equation (2) and options B and C. Makes a <em>convolutional</em>
   * block of what would be an <em>identity</em> block.
   *
   * @param kernel side of the kernel in pixels
   * @param stride step in pixels
   * @param padding zeros on each side, in pixels
   */
  record Projection(int kernel, int stride, int padding) implements Shortcut {
    /** The 1x1 projection of the paper. */
    public static Projection of1x1(int stride) {
      return new Projection(1, stride, 0);
    }

    @Override
    public String label() {
      return "projection %dx%d".formatted(kernel, kernel);
    }
  }

  /** Nothing: the block is plain, {@code y = relu(branch(x))}. */
  record None() implements Shortcut {
    @Override
    public String label() {
      return "none";
    }
  }
}
