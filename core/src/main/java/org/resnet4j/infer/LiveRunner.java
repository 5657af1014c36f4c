package org.resnet4j.infer;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Tensors;

/** Runs the network operation by operation, where plans do not run: on a GPU. */
record LiveRunner(LiveNetwork network) implements Runner {
  @Override
  public float[] logits(float[] pixels, int images) {
    Shape shape = network.network().input();
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor batch = Tensors.of(pixels, images, shape.height(), shape.width(), shape.channels());
      Tensor input = Tensors.on(network.device(), batch).permute(0, 3, 1, 2);
      return Tensors.floats(network.forward(input));
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
