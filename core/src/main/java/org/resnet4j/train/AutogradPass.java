package org.resnet4j.train;

import org.bytedeco.pytorch.Tensor;
import org.resnet4j.nn.LiveNetwork;

/** The live network's own way, which the engine's autograd goes back. */
record AutogradPass(LiveNetwork network) implements Pass {
  @Override
  public Tensor forward(Tensor images) {
    return network.forward(images);
  }

  @Override
  public void backward(Tensor loss) {
    loss.backward();
  }

  @Override
  public void close() {
    // The graph goes with its tensors.
  }
}
