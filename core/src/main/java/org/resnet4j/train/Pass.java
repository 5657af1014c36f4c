package org.resnet4j.train;

import org.bytedeco.pytorch.Tensor;

/** A network's way forward and back: what a step needs of it, however it is run. */
interface Pass {
  /**
   * The logits of a batch in training mode.
   *
   * @param images (N, C, H, W), fp32, normalised
   * @return (N, classes), fp32, from which a loss can go back; belongs to the caller's scope
   */
  Tensor forward(Tensor images);

  /**
   * Leaves in every parameter its gradient, added to what lies there.
   *
   * @param loss of the logits of the last {@link #forward}
   */
  void backward(Tensor loss);
}
