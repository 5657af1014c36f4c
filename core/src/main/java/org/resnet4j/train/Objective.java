package org.resnet4j.train;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.recipe.Targets;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Tensors;

/** What training makes small. */
final class Objective {
  private static final long MEAN = 1; // at::Reduction::Mean
  private static final long IGNORED_LABEL = -100; // PyTorch's default: no label is ignored

  private final Targets targets;
  private final Device device;

  Objective(Targets targets, Device device) {
    this.targets = targets;
    this.device = device;
  }

  /**
   * How far the logits are from what the recipe asks for.
   *
   * @param logits (N, classes), fp32
   * @return the mean over the batch; belongs to the caller's scope
   */
  Tensor loss(Tensor logits, Batch batch) {
    Tensor labels = Tensors.on(device, Tensors.of(batch.labels()));
    return torch.cross_entropy_loss(
        logits, labels, new TensorOptional(), MEAN, IGNORED_LABEL, targets.labelSmoothing());
  }
}
