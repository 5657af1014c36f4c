package org.resnet4j.study;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** How long a training step takes here, measured; for estimates, not for comparisons. */
final class StepClock {
  private static final int MEASURED = 3;

  /** A pass forward alone takes about a third of one forward and backward. */
  static final double FORWARD_SHARE = 1.0 / 3;

  private StepClock() {}

  /** Seconds of one pass forward and backward, the shortest of a few, after one to warm up. */
  static double seconds(Network network, int batch, String device, String precision) {
    Device place = Device.of(device);
    Shape shape = network.input();
    try (LiveNetwork live =
            LiveNetwork.initialised(network, 0, false, place, Precision.of(precision, place));
        PointerScope scope = new PointerScope()) {
      Tensor images = torch.rand(batch, shape.channels(), shape.height(), shape.width());
      Tensor placed = Tensors.on(place, images);
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i <= MEASURED; i++) {
        long began = System.nanoTime();
        try (PointerScope step = new PointerScope()) {
          Tensor loss = live.forward(placed).square().mean();
          loss.backward();
          loss.item_double(); // Waits for the device.
        }
        if (i > 0) {
          least = Math.min(least, (System.nanoTime() - began) / 1e9);
        }
      }
      return least;
    }
  }
}
