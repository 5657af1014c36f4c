package org.resnet4j.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Operation;

/** A layer with its tensors, which belong to the network. */
abstract sealed class LiveLayer implements AutoCloseable {
  // Torchvision's, timm's and the paper's code agree on it.
  static final double EPSILON = 1e-5;
  private static final long[] ONE_BY_ONE = {1, 1};
  private static final int VECTOR = 16;

  private final List<Pointer> owned = new ArrayList<>();

  /** The layer that does what the operation says, with the tensors of that state. */
  static LiveLayer of(Layer layer, Map<String, Tensor> state) {
    Operation operation = layer.operation();
    String name = layer.name();
    if (operation instanceof Convolution convolution) {
      Tensor bias = convolution.bias() ? find(state, name + ".bias") : null;
      return new Convolved(convolution, find(state, name + ".weight"), bias);
    }
    if (operation instanceof Operation.BatchNorm) {
      return new BatchNormalised(name, state);
    }
    if (operation instanceof Operation.GroupNorm norm) {
      return new GroupNormalised(norm, name, state);
    }
    if (operation instanceof Operation.SqueezeExcitation) {
      return new SqueezeExcited(name, state);
    }
    if (operation instanceof Operation.Gate gate) {
      return new Gated(gate, name, state);
    }
    if (operation instanceof Operation.Blur blur) {
      return new Blurred(blur);
    }
    return new Fixed(operation);
  }

  static Tensor find(Map<String, Tensor> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  abstract Tensor forward(Tensor x, Mode mode);

  /** Whether the result is a tensor of its own that nothing reads going back. */
  boolean overwritable() {
    return false;
  }

  <P extends Pointer> P own(P pointer) {
    pointer.retainReference();
    owned.add(pointer);
    return pointer;
  }

  TensorOptional optional(Map<String, Tensor> state, String name) {
    return own(new TensorOptional(find(state, name)));
  }

  @Override
  public void close() {
    owned.forEach(Pointer::close);
  }

  private static long[] pair(int value) {
    return new long[] {value, value};
  }

  private static final class Convolved extends LiveLayer {
    private final Tensor weight;
    private final @Nullable Tensor bias;
    private final TensorOptional noBias = own(new TensorOptional());
    private final long[] stride;
    private final long[] padding;
    private final long[] dilation;
    private final long groups;

    /**
     * Whether pixels that the stride passes over are taken away before. With channels that do not
     * fill a vector, the weight gradient of oneDNN (3.11, which libtorch has too) writes beyond its
     * memory otherwise.
     */
    private final boolean thins;

    Convolved(Convolution convolution, Tensor weight, @Nullable Tensor bias) {
      this.weight = weight;
      this.bias = bias;
      stride = pair(convolution.stride());
      padding = pair(convolution.padding());
      dilation = pair(convolution.dilation());
      groups = convolution.groups();
      thins =
          convolution.kernel() == 1
              && convolution.stride() > 1
              && convolution.padding() == 0
              && convolution.in() % VECTOR != 0;
    }

    @Override
    Tensor forward(Tensor x, Mode mode) {
      Tensor kernel = weight.to(x.scalar_type());
      TensorOptional shift = bias == null ? noBias : new TensorOptional(bias.to(x.scalar_type()));
      if (thins) {
        LongOptional everything = new LongOptional();
        Tensor rows = x.slice(2, everything, everything, stride[0]);
        Tensor thin = rows.slice(3, everything, everything, stride[1]);
        return torch.conv2d(thin, kernel, shift, ONE_BY_ONE, padding, dilation, groups);
      }
      return torch.conv2d(x, kernel, shift, stride, padding, dilation, groups);
    }

    @Override
    boolean overwritable() {
      return true;
    }
  }

  private static final class BatchNormalised extends LiveLayer {
    private final Tensor batchesTracked;
    private final TensorOptional scale;
    private final TensorOptional shift;
    private final TensorOptional mean;
    private final TensorOptional variance;

    BatchNormalised(String name, Map<String, Tensor> state) {
      batchesTracked = find(state, name + ".num_batches_tracked");
      scale = optional(state, name + ".weight");
      shift = optional(state, name + ".bias");
      mean = optional(state, name + ".running_mean");
      variance = optional(state, name + ".running_var");
    }

    @Override
    Tensor forward(Tensor x, Mode mode) {
      boolean batch = mode.ofBatch();
      if (batch) {
        batchesTracked.add_(new Scalar(1));
      }
      return torch.batch_norm(
          x, scale, shift, mean, variance, batch, mode.momentum(), EPSILON, true);
    }

    @Override
    boolean overwritable() {
      return true;
    }
  }

  private static final class GroupNormalised extends LiveLayer {
    private final long groups;
    private final TensorOptional scale;
    private final TensorOptional shift;

    GroupNormalised(Operation.GroupNorm norm, String name, Map<String, Tensor> state) {
      groups = norm.groups();
      scale = optional(state, name + ".weight");
      shift = optional(state, name + ".bias");
    }

    @Override
    Tensor forward(Tensor x, Mode mode) {
      // Statistics in fp32: a group of one image is small, and bf16 keeps three digits.
      Tensor wide = x.to(torch.ScalarType.Float);
      return torch.group_norm(wide, groups, scale, shift, EPSILON, true).to(x.scalar_type());
    }

    @Override
    boolean overwritable() {
      return true;
    }
  }

  private static final class SqueezeExcited extends LiveLayer {
    private final Tensor weight1;
    private final Tensor weight2;
    private final TensorOptional bias1;
    private final TensorOptional bias2;

    SqueezeExcited(String name, Map<String, Tensor> state) {
      weight1 = find(state, name + ".fc1.weight");
      weight2 = find(state, name + ".fc2.weight");
      bias1 = optional(state, name + ".fc1.bias");
      bias2 = optional(state, name + ".fc2.bias");
    }

    @Override
    Tensor forward(Tensor x, Mode mode) {
      Tensor pooled = torch.adaptive_avg_pool2d(x, ONE_BY_ONE).flatten(1, -1);
      Tensor wide = pooled.to(torch.ScalarType.Float);
      Tensor squeezed = torch.relu_(torch.linear(wide, weight1.flatten(1, -1), bias1));
      Tensor weights = torch.sigmoid(torch.linear(squeezed, weight2.flatten(1, -1), bias2));
      return x.mul(weights.to(x.scalar_type()).unsqueeze(-1).unsqueeze(-1));
    }
  }

  /** The gate itself: {@code g(x)}; the unit multiplies with it. */
  static final class Gated extends LiveLayer {
    private final Operation.Gate gate;
    private final Tensor weight;
    private final TensorOptional bias;

    Gated(Operation.Gate gate, String name, Map<String, Tensor> state) {
      this.gate = gate;
      weight = find(state, name + ".weight");
      bias = optional(state, name + ".bias");
    }

    boolean exclusive() {
      return gate.exclusive();
    }

    @Override
    Tensor forward(Tensor x, Mode mode) {
      Tensor wide = x.to(torch.ScalarType.Float);
      return torch
          .sigmoid(torch.conv2d(wide, weight, bias, ONE_BY_ONE, new long[] {0, 0}, ONE_BY_ONE, 1))
          .to(x.scalar_type());
    }
  }

  private static final class Blurred extends LiveLayer {
    private static final float[] BINOMIAL = {1, 2, 1, 2, 4, 2, 1, 2, 1};
    private final Operation.Blur blur;
    private final TensorOptional noBias = own(new TensorOptional());

    Blurred(Operation.Blur blur) {
      this.blur = blur;
    }

    @Override
    Tensor forward(Tensor x, Mode mode) {
      float[] kernel = new float[9];
      for (int i = 0; i < 9; i++) {
        kernel[i] = BINOMIAL[i] / 16;
      }
      Tensor weight =
          Tensor.create(kernel, 1, 1, 3, 3)
              .to(x.device(), x.scalar_type())
              .expand(blur.channels(), 1, 3, 3);
      Tensor padded = torch.reflection_pad2d(x, 1, 1, 1, 1);
      return torch.conv2d(
          padded, weight, noBias, pair(blur.stride()), pair(0), ONE_BY_ONE, blur.channels());
    }
  }

  /** What has no tensors. */
  private static final class Fixed extends LiveLayer {
    private final Operation operation;

    Fixed(Operation operation) {
      this.operation = operation;
    }

    @Override
    Tensor forward(Tensor x, Mode mode) {
      if (operation instanceof Operation.Relu) {
        return torch.relu(x);
      }
      if (operation instanceof Operation.MaxPool pool) {
        return torch.max_pool2d(
            x, pair(pool.kernel()), pair(pool.stride()), pair(pool.padding()), ONE_BY_ONE, false);
      }
      if (operation instanceof Operation.AveragePool pool) {
        return pool.window() == 1 ? x : averagePooled(x, pool);
      }
      if (operation instanceof Operation.ZeroPad pad) {
        return zeroPadded(x, pad);
      }
      if (operation instanceof Operation.Scale scale) {
        return x.mul(new Scalar(scale.factor()));
      }
      if (operation instanceof Operation.Dropout dropout) {
        return torch.dropout(x, dropout.rate(), mode.drops());
      }
      if (operation instanceof Operation.DropPath path) {
        return mode.drops() && path.rate() > 0 ? dropPath(x, path.rate()) : x;
      }
      throw new IllegalStateException("no layer for " + operation);
    }

    private static Tensor averagePooled(Tensor x, Operation.AveragePool pool) {
      Tensor padded = pool.stride() == 1 ? torch.constant_pad_nd(x, 0, 1, 0, 1) : x;
      return torch.avg_pool2d(
          padded,
          pair(pool.window()),
          pair(pool.stride()),
          pair(0),
          true,
          false,
          new LongOptional());
    }

    private static Tensor zeroPadded(Tensor x, Operation.ZeroPad pad) {
      LongOptional everything = new LongOptional();
      Tensor thinned =
          x.slice(2, everything, everything, pad.stride())
              .slice(3, everything, everything, pad.stride());
      return torch.constant_pad_nd(thinned, 0, 0, 0, 0, pad.before(), pad.after());
    }

    /** Images are kept or dropped whole, and those kept are scaled so that the mean stays. */
    private static Tensor dropPath(Tensor x, double rate) {
      return x.mul(torch.dropout(x.new_ones(x.size(0), 1, 1, 1), rate, true));
    }
  }
}
