package org.resnet4j.weights;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A named tensor of a file.
 *
 * @param shape empty for a scalar
 * @param data its values, row by row, little-endian, from position to limit
 */
public record TensorEntry(String name, DType dtype, List<Long> shape, ByteBuffer data) {
  /** Throws {@link IllegalArgumentException} if the data is not as long as shape and type ask. */
  public TensorEntry {
    shape = List.copyOf(shape);
    long expected = Math.multiplyExact(size(shape), dtype.bytes());
    if (data.remaining() != expected) {
      throw new IllegalArgumentException(
          "%s: %s of shape %s needs %d bytes but has %d"
              .formatted(name, dtype, shape, expected, data.remaining()));
    }
  }

  /** The number of values of a shape. */
  static long size(List<Long> shape) {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }
}
