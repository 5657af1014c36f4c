package org.resnet4j.train;

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
import org.resnet4j.weights.DType;
import org.resnet4j.weights.TensorEntry;

/** Native tensors as entries of a file and back. */
final class TensorEntries {
  private TensorEntries() {}

  /** Copies of the tensors, in order, each name with the prefix before it. */
  static List<TensorEntry> of(String prefix, Map<String, Tensor> tensors) {
    List<TensorEntry> entries = new ArrayList<>();
    tensors.forEach((name, tensor) -> entries.add(entry(prefix + name, tensor)));
    return entries;
  }

  private static TensorEntry entry(String name, Tensor tensor) {
    List<Long> shape = new ArrayList<>();
    for (long axis = 0; axis < tensor.dim(); axis++) {
      shape.add(tensor.size(axis));
    }
    try (PointerScope temporaries = new PointerScope()) {
      if (tensor.scalar_type().intern() != torch.ScalarType.Long) {
        return TensorEntry.ofFloats(name, shape, Tensors.floats(tensor));
      }
      LongBuffer values = tensor.cpu().contiguous().createBuffer();
      ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(Long.BYTES * tensor.numel()));
      data.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
      return new TensorEntry(name, DType.I64, shape, data);
    }
  }

  /**
   * Writes an entry's values into a tensor.
   *
   * @throws IllegalArgumentException if the number of values or their type differs
   */
  static void copy(TensorEntry entry, Tensor tensor) {
    long size = entry.shape().stream().reduce(1L, Math::multiplyExact);
    if (size != tensor.numel()) {
      throw new IllegalArgumentException(
          "%s has %d values where %d are needed".formatted(entry.name(), size, tensor.numel()));
    }
    try (PointerScope temporaries = new PointerScope()) {
      Tensor values =
          entry.dtype() == DType.I64
              ? Tensor.create(longs(entry), size)
              : Tensors.of(floats(entry), size);
      tensor.copy_(values.view_as(tensor));
    }
  }

  /**
   * The values of an entry of real numbers, or of integers below 2^24.
   *
   * @throws IllegalArgumentException for another type
   */
  static float[] floats(TensorEntry entry) {
    if (entry.dtype().real()) {
      return entry.floats();
    }
    if (entry.dtype() != DType.I64) {
      throw new IllegalArgumentException(
          "%s is %s where numbers are needed".formatted(entry.name(), entry.dtype()));
    }
    long[] longs = longs(entry);
    float[] values = new float[longs.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = longs[i];
    }
    return values;
  }

  private static long[] longs(TensorEntry entry) {
    long[] values = new long[entry.data().remaining() / Long.BYTES];
    entry.data().asLongBuffer().get(values);
    return values;
  }
}
