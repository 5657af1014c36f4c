package org.resnet4j.nn;

import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;

/** A convolution and its batch norm with their tensors, which belong to the network. */
final class LiveLayer implements AutoCloseable {
  // Torchvision's and the paper's code agree on both.
  private static final double EPSILON = 1e-5;
  private static final double MOMENTUM = 0.1;
  private static final long[] NO_DILATION = {1, 1};

  private final Tensor weight;
  private final Tensor batchesTracked;
  private final TensorOptional noBias = new TensorOptional();
  private final TensorOptional scale;
  private final TensorOptional shift;
  private final TensorOptional mean;
  private final TensorOptional variance;
  private final long[] stride;
  private final long[] padding;

  LiveLayer(Layer layer, Map<String, Tensor> state) {
    Convolution convolution = layer.convolution();
    weight = find(state, layer.convolutionName() + ".weight");
    batchesTracked = find(state, layer.normName() + ".num_batches_tracked");
    scale = new TensorOptional(find(state, layer.normName() + ".weight"));
    shift = new TensorOptional(find(state, layer.normName() + ".bias"));
    mean = new TensorOptional(find(state, layer.normName() + ".running_mean"));
    variance = new TensorOptional(find(state, layer.normName() + ".running_var"));
    stride = new long[] {convolution.stride(), convolution.stride()};
    padding = new long[] {convolution.padding(), convolution.padding()};
    for (TensorOptional optional : optionals()) {
      optional.retainReference();
    }
  }

  static Tensor find(Map<String, Tensor> state, String name) {
    return Objects.requireNonNull(state.get(name), name);
  }

  Tensor forward(Tensor input, boolean training) {
    Tensor kernel = weight.to(input.scalar_type());
    Tensor convolved = torch.conv2d(input, kernel, noBias, stride, padding, NO_DILATION, 1);
    if (training) {
      batchesTracked.add_(new Scalar(1));
    }
    return torch.batch_norm(
        convolved, scale, shift, mean, variance, training, MOMENTUM, EPSILON, true);
  }

  private TensorOptional[] optionals() {
    return new TensorOptional[] {noBias, scale, shift, mean, variance};
  }

  @Override
  public void close() {
    for (TensorOptional optional : optionals()) {
      optional.close();
    }
  }
}
