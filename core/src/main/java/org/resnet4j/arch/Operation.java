package org.resnet4j.arch;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.arch.Parameter.Role;

/**
 * What happens to a feature map on a path of a network: the small vocabulary that every interpreter
 * of a network (live, compiled, exported, drawn) has to know.
 */
public sealed interface Operation
    permits Convolution,
        Operation.BatchNorm,
        Operation.GroupNorm,
        Operation.Relu,
        Operation.MaxPool,
        Operation.AveragePool,
        Operation.Blur,
        Operation.ZeroPad,
        Operation.SqueezeExcitation,
        Operation.Scale,
        Operation.Gate,
        Operation.Dropout,
        Operation.DropPath {

  /**
   * The shape it makes of {@code input}.
   *
   * @throws IllegalArgumentException if it cannot take that input
   */
  default Shape output(Shape input) {
    return input;
  }

  /**
   * Multiply-adds for one image of the given shape; those of trained weights are counted, so that
   * norms, pools and blurs cost nothing.
   */
  default long multiplyAdds(Shape input) {
    return 0;
  }

  /** Its tensors in PyTorch's order, for a module of the given name. */
  default List<Parameter> state(String module) {
    return List.of();
  }

  /**
   * Normalises each channel by the statistics of the batch, or by running ones; arXiv 1502.03167.
   */
  record BatchNorm(int channels) implements Operation {
    @Override
    public List<Parameter> state(String module) {
      List<Parameter> state = new ArrayList<>(affine(module, channels));
      List<Integer> shape = List.of(channels);
      state.add(new Parameter(module + ".running_mean", Role.RUNNING_MEAN, shape));
      state.add(new Parameter(module + ".running_var", Role.RUNNING_VARIANCE, shape));
      state.add(new Parameter(module + ".num_batches_tracked", Role.BATCHES_TRACKED, List.of()));
      return state;
    }
  }

  /** Normalises groups of channels of each image by themselves; arXiv 1803.08494. */
  record GroupNorm(int channels, int groups) implements Operation {
    /** Throws {@link IllegalArgumentException} unless the groups divide the channels. */
    public GroupNorm {
      if (groups < 1 || channels % groups != 0) {
        throw new IllegalArgumentException(
            "group norm of %d channels in %d groups: the groups must divide the channels"
                .formatted(channels, groups));
      }
    }

    @Override
    public List<Parameter> state(String module) {
      return affine(module, channels);
    }
  }

  private static List<Parameter> affine(String module, int channels) {
    List<Integer> shape = List.of(channels);
    return List.of(
        new Parameter(module + ".weight", Role.NORM_WEIGHT, shape),
        new Parameter(module + ".bias", Role.NORM_BIAS, shape));
  }

  /** {@code max(x, 0)}. */
  record Relu() implements Operation {}

  /** The largest of a square of pixels; the border does not count. */
  record MaxPool(int kernel, int stride, int padding) implements Operation {
    @Override
    public Shape output(Shape input) {
      return new Shape(input.channels(), length(input.height()), length(input.width()));
    }

    private int length(int side) {
      return (side + 2 * padding - kernel) / stride + 1;
    }
  }

  /**
   * The mean of a square of pixels, at every {@code stride}-th pixel.
   *
   * <p>The pool before the projection of ResNet-D; arXiv 1812.01187, figure 2c. Where window and
   * stride are one number, a square at the border has fewer pixels: timm's {@code AvgPool2d(2, 2,
   * ceil_mode=True, count_include_pad=False)}. At stride 1, which keeps the size, zeros beyond the
   * right and lower border count; timm's {@code AvgPool2dSame(2, 1)}.
   *
   * @param window side of the square in pixels; 1 changes nothing
   * @param stride step in pixels: the window, or 1 beside a window of 2
   */
  record AveragePool(int window, int stride) implements Operation {
    /** Throws {@link IllegalArgumentException} for a stride that fits neither form. */
    public AveragePool {
      if (window < 1 || (stride != window && (stride != 1 || window != 2))) {
        throw new IllegalArgumentException(
            "average pool of %dx%d at stride %d: the stride must be the window, or 1 beside 2x2"
                .formatted(window, window, stride));
      }
    }

    @Override
    public Shape output(Shape input) {
      return new Shape(
          input.channels(), (input.height() - 1) / stride + 1, (input.width() - 1) / stride + 1);
    }
  }

  /**
   * The binomial filter 1 2 1 in both directions, then every {@code stride}-th pixel; the border is
   * reflected. arXiv 1904.11486, as timm's {@code BlurPool2d}.
   */
  record Blur(int channels, int stride) implements Operation {
    @Override
    public Shape output(Shape input) {
      if (input.height() < 2 || input.width() < 2) {
        throw new IllegalArgumentException(
            "blur pooling reflects the border and needs 2x2 pixels, its input is " + input);
      }
      return new Shape(
          input.channels(), (input.height() - 1) / stride + 1, (input.width() - 1) / stride + 1);
    }
  }

  /**
   * Every {@code stride}-th pixel, with channels of zeros.
   *
   * @param before channels of zeros before the input's
   * @param after channels of zeros after the input's
   */
  record ZeroPad(int stride, int before, int after) implements Operation {
    /** Channels can be added as zeros but not taken away: a negative number adds none. */
    public ZeroPad {
      before = Math.max(before, 0);
      after = Math.max(after, 0);
    }

    @Override
    public Shape output(Shape input) {
      return new Shape(
          before + input.channels() + after,
          (input.height() - 1) / stride + 1,
          (input.width() - 1) / stride + 1);
    }
  }

  /**
   * Weighs each channel by what all channels hold on average: pool, 1x1 convolution to {@code
   * squeezed} channels, ReLU, 1x1 convolution back, sigmoid. arXiv 1709.01507; timm's {@code
   * SEModule}.
   */
  record SqueezeExcitation(int channels, int squeezed) implements Operation {
    /** Throws {@link IllegalArgumentException} if nothing is left. */
    public SqueezeExcitation {
      if (squeezed < 1) {
        throw new IllegalArgumentException(
            "squeeze-and-excitation to %d channels: must be at least 1".formatted(squeezed));
      }
    }

    @Override
    public long multiplyAdds(Shape input) {
      return 2L * channels * squeezed;
    }

    @Override
    public List<Parameter> state(String module) {
      return List.of(
          new Parameter(
              module + ".fc1.weight", Role.CONVOLUTION_WEIGHT, List.of(squeezed, channels, 1, 1)),
          new Parameter(module + ".fc1.bias", Role.CONVOLUTION_BIAS, List.of(squeezed)),
          new Parameter(
              module + ".fc2.weight", Role.CONVOLUTION_WEIGHT, List.of(channels, squeezed, 1, 1)),
          new Parameter(module + ".fc2.bias", Role.CONVOLUTION_BIAS, List.of(channels)));
    }
  }

  /** Multiplies by a constant; arXiv 1603.05027, table 1. */
  record Scale(double factor) implements Operation {}

  /**
   * Multiplies the shortcut by {@code 1 - g(x)}, where {@code g} is a 1x1 convolution of the unit's
   * input with a bias and a sigmoid; arXiv 1603.05027, section 3.1.
   *
   * @param exclusive whether the branch is multiplied by {@code g(x)}
   */
  record Gate(int channels, boolean exclusive) implements Operation {
    @Override
    public long multiplyAdds(Shape input) {
      return (long) channels * channels * input.positions();
    }

    @Override
    public List<Parameter> state(String module) {
      return List.of(
          new Parameter(
              module + ".weight", Role.CONVOLUTION_WEIGHT, List.of(channels, channels, 1, 1)),
          new Parameter(module + ".bias", Role.GATE_BIAS, List.of(channels)));
    }
  }

  /** In training, zeroes values with probability {@code rate} and makes up for it. */
  record Dropout(double rate) implements Operation {
    /** Throws {@link IllegalArgumentException} unless the rate is from 0 to below 1. */
    public Dropout {
      requireRate("dropout", rate);
    }
  }

  /**
   * In training, zeroes the whole branch of an image with probability {@code rate} and makes up for
   * it: stochastic depth, arXiv 1603.09382; timm's {@code DropPath}.
   */
  record DropPath(double rate) implements Operation {
    /** Throws {@link IllegalArgumentException} unless the rate is from 0 to below 1. */
    public DropPath {
      requireRate("stochastic depth", rate);
    }
  }

  private static void requireRate(String what, double rate) {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException(
          "%s with rate %s: must be at least 0 and below 1".formatted(what, rate));
    }
  }
}
