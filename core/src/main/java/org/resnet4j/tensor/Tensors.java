package org.resnet4j.tensor;

import java.nio.FloatBuffer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Values into tensors and back.
 *
 * <p>Whatever a method here returns belongs to the caller's innermost {@code PointerScope}; {@link
 * #keep} takes a tensor out of it.
 */
public final class Tensors {
  private Tensors() {}

  /** A copy of the values on the CPU, in row-major order. */
  public static Tensor of(float[] values, long... shape) {
    return Tensor.create(values, shape);
  }

  /** A copy of the values on the CPU as 64-bit integers, the type of labels. */
  public static Tensor of(int[] values) {
    long[] wide = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return Tensor.create(wide, values.length);
  }

  /** A 64-bit integer on the CPU, with no axes. */
  public static Tensor scalar(long value) {
    return Tensor.create(new long[] {value}, new long[0]);
  }

  /** The same values on a device; the tensor itself where it is there already. */
  public static Tensor on(Device device, Tensor tensor) {
    if (device == Device.CPU) {
      return tensor;
    }
    return tensor.to(device.handle(), tensor.scalar_type());
  }

  /** A copy of the values of a tensor of any type, in row-major order. */
  public static float[] floats(Tensor tensor) {
    Tensor plain = tensor.detach().cpu().to(torch.ScalarType.Float).contiguous();
    FloatBuffer buffer = plain.createBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  /**
   * Lets a tensor outlive the scope it was made in.
   *
   * <p>The caller now owns it and must {@code close} it.
   */
  public static Tensor keep(Tensor tensor) {
    return tensor.retainReference();
  }
}
