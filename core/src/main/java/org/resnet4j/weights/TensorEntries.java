package org.resnet4j.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.tensor.Tensors;

/** Native tensors as entries of a file and back. */
public final class TensorEntries {
  private TensorEntries() {}

  /** Copies of the tensors, in order, each name with the prefix before it. */
  public static List<TensorEntry> of(String prefix, Map<String, Tensor> tensors) {
    List<TensorEntry> entries = new ArrayList<>();
    tensors.forEach((name, tensor) -> entries.add(entry(prefix + name, tensor)));
    return entries;
  }

  private static TensorEntry entry(String name, Tensor tensor) {
    List<Long> shape = new ArrayList<>();
    for (long d = 0; d < tensor.dim(); d++) {
      shape.add(tensor.size(d));
    }
    try (PointerScope temporaries = new PointerScope()) {
      if (tensor.scalar_type().intern() == torch.ScalarType.Long) {
        return new TensorEntry(name, DType.I64, shape, longs(tensor));
      }
      return new TensorEntry(name, DType.F32, shape, bytes(Tensors.floats(tensor)));
    }
  }

  private static ByteBuffer longs(Tensor tensor) {
    Tensor plain = tensor.cpu().contiguous();
    ByteBuffer copy = buffer(8 * plain.numel());
    LongBuffer values = plain.createBuffer();
    copy.asLongBuffer().put(values);
    return copy;
  }

  private static ByteBuffer bytes(float[] values) {
    ByteBuffer copy = buffer(4L * values.length);
    copy.asFloatBuffer().put(values);
    return copy;
  }

  private static ByteBuffer buffer(long bytes) {
    return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Writes an entry's values into a tensor of the same shape.
   *
   * @throws WeightsException if shape or type differ
   */
  public static void copy(TensorEntry entry, Tensor tensor) {
    long size = entry.shape().stream().reduce(1L, Math::multiplyExact);
    if (size != tensor.numel()) {
      throw new WeightsException(
          "%s: has %d values where %d are needed".formatted(entry.name(), size, tensor.numel()));
    }
    try (PointerScope temporaries = new PointerScope()) {
      Tensor values =
          entry.dtype() == DType.I64
              ? Tensor.create(longValues(entry), new long[] {size})
              : Tensors.of(floatValues(entry), size);
      tensor.copy_(values.view_as(tensor.contiguous()));
    }
  }

  /**
   * The values of an F32 or I64 entry.
   *
   * @throws WeightsException for another type
   */
  public static float[] floatValues(TensorEntry entry) {
    if (entry.dtype() == DType.I64) {
      long[] longs = longValues(entry);
      float[] values = new float[longs.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = longs[i];
      }
      return values;
    }
    if (entry.dtype() != DType.F32) {
      throw new WeightsException(
          "%s: is %s where F32 is needed".formatted(entry.name(), entry.dtype()));
    }
    ByteBuffer data = entry.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[data.remaining() / 4];
    data.asFloatBuffer().get(values);
    return values;
  }

  private static long[] longValues(TensorEntry entry) {
    ByteBuffer data = entry.data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long[] values = new long[data.remaining() / 8];
    data.asLongBuffer().get(values);
    return values;
  }
}
