package org.resnet4j.optimizer;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** A network with a kernel (3, 2, 3, 3) and a bias (3) that optimizers.py has too. */
final class TinyNetwork {
  static final String KERNEL = "conv1.weight";
  static final String BIAS = "fc.bias";
  private static final int KERNEL_SIZE = 54;
  private static final long[] KERNEL_SHAPE = {3, 2, 3, 3};

  private TinyNetwork() {}

  static LiveNetwork live() {
    return live(Precision.FP32);
  }

  static LiveNetwork live(Precision precision) {
    Network network =
        new Network(
            "tiny",
            new Shape(2, 4, 4),
            3,
            Stem.cifar(2, 3),
            List.of(Stage.of(new Block.Basic(3, 3, 1, new Shortcut.Identity()))));
    return LiveNetwork.of(
        network,
        (parameter, values) -> {
          int index = parameter.name().equals(KERNEL) ? 0 : 1;
          for (int i = 0; values.hasRemaining(); i++) {
            values.put((float) Math.sin(0.7 * i + index));
          }
        },
        Device.CPU,
        precision);
  }

  /** Gives both the gradients of a step. */
  static void learn(LiveNetwork network, int step) {
    gradient(network.tensor(KERNEL), 0, step);
    gradient(network.tensor(BIAS), 1, step);
  }

  static void gradient(Tensor parameter, int index, int step) {
    float[] values = new float[Math.toIntExact(parameter.numel())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.cos(1.3 * i + 0.5 * step + index);
    }
    boolean kernel = values.length == KERNEL_SIZE;
    Tensor gradient = Tensors.of(values, kernel ? KERNEL_SHAPE : new long[] {values.length});
    parameter
        .mutable_grad()
        .put(kernel ? gradient.contiguous(torch.MemoryFormat.ChannelsLast) : gradient);
  }

  /** Both, row by row, one after the other. */
  static float[] values(LiveNetwork network) {
    float[] kernel = Tensors.floats(network.tensor(KERNEL));
    float[] bias = Tensors.floats(network.tensor(BIAS));
    float[] both = new float[kernel.length + bias.length];
    System.arraycopy(kernel, 0, both, 0, kernel.length);
    System.arraycopy(bias, 0, both, kernel.length, bias.length);
    return both;
  }
}
