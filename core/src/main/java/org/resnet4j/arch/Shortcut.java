package org.resnet4j.arch;

/**
 * What a block adds to its branch: the second path of {@code y = relu(branch(x) + shortcut(x))}.
 *
 * <p>arXiv 1512.03385, section 3.2 and the options A, B and C of section 4.1; the variants of arXiv
 * 1603.05027, table 1.
 */
public sealed interface Shortcut {

  /** One word or two for tables and drawings. */
  String label();

  /** The same shortcut beside a branch of another step. */
  default Shortcut withStride(int stride) {
    return this;
  }

  /** The input itself; equation (1). Fits only where the branch keeps the shape. */
  record Identity() implements Shortcut {
    @Override
    public String label() {
      return "identity";
    }
  }

  /**
   * The input behind the norm and ReLU that stand before the branch: the first unit of a
   * pre-activation network, arXiv 1603.05027, section 3. Elsewhere an identity.
   */
  record Activated() implements Shortcut {
    @Override
    public String label() {
      return "activated identity";
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

    @Override
    public Projection withStride(int other) {
      return new Projection(kernel, other, padding);
    }
  }

  /**
   * An average pool with the step, then a 1x1 projection: ResNet-D; arXiv 1812.01187.
   *
   * @param window side of the pool in pixels; 1 for none
   * @param stride the window, or 1 beside a window of 2
   */
  record PooledProjection(int window, int stride) implements Shortcut {
    /** A pool of the size of the step. */
    public PooledProjection(int stride) {
      this(stride, stride);
    }

    @Override
    public String label() {
      return window == 1 ? "projection 1x1" : "pool + projection 1x1";
    }

    @Override
    public PooledProjection withStride(int other) {
      return new PooledProjection(window, other);
    }
  }

  /**
   * Both paths times constants; arXiv 1603.05027, section 3.1.
   *
   * @param shortcut what the input is multiplied by
   * @param branch what the branch is multiplied by
   */
  record Scaled(double shortcut, double branch) implements Shortcut {
    @Override
    public String label() {
      return "times " + shortcut;
    }
  }

  /**
   * The input times {@code 1 - g(x)}; arXiv 1603.05027, section 3.1.
   *
   * @param exclusive whether the branch is multiplied by {@code g(x)}: the "exclusive" and not the
   *     "shortcut-only" gate
   */
  record Gated(boolean exclusive) implements Shortcut {
    @Override
    public String label() {
      return exclusive ? "exclusive gate" : "gate";
    }
  }

  /** The input with dropout; arXiv 1603.05027, section 3.1. */
  record DroppedOut(double rate) implements Shortcut {
    @Override
    public String label() {
      return "dropout " + rate;
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
