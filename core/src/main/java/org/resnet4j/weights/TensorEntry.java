package org.resnet4j.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A named tensor in plain memory, its values in row-major order and little-endian.
 *
 * @param name the key in a state dict, e.g. {@code layer1.0.conv1.weight}
 * @param dtype the type of the values
 * @param shape empty for a scalar
 * @param data the bytes of the values; shared with the caller, never changed here
 */
public record TensorEntry(String name, DType dtype, List<Long> shape, ByteBuffer data) {
  /**
   * Takes what remains of {@code data}.
   *
   * <p>Throws {@link IllegalArgumentException} unless the data are as long as shape and type say.
   */
  public TensorEntry {
    shape = List.copyOf(shape);
    data = data.slice().asReadOnlyBuffer();
    long expected = bytes(dtype, shape);
    if (data.remaining() != expected) {
      throw new IllegalArgumentException(
          "%s: %s%s needs %d bytes but the data have %d"
              .formatted(name, dtype, shape, expected, data.remaining()));
    }
  }

  /** A tensor of 32-bit floats; copies them. */
  public static TensorEntry ofFloats(String name, List<Long> shape, float[] values) {
    ByteBuffer data = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    data.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return new TensorEntry(name, DType.F32, shape, data);
  }

  /** A scalar, as {@code num_batches_tracked} is one. */
  public static TensorEntry ofLong(String name, long value) {
    ByteBuffer data = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return new TensorEntry(name, DType.I64, List.of(), data.putLong(0, value));
  }

  /** A read-only, little-endian view with a position of its own. */
  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A copy of the values: those of 16 bits exactly, those of 64 rounded to the nearest.
   *
   * @throws IllegalStateException if they are no real numbers
   */
  public float[] floats() {
    if (!dtype.real()) {
      throw new IllegalStateException("%s: values are %s, not real".formatted(name, dtype));
    }
    float[] values = new float[data.remaining() / dtype.bytes()];
    ByteBuffer bytes = data();
    switch (dtype) {
      case F16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Half.toFloat(bytes.getShort());
        }
      }
      case BF16 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = Float.intBitsToFloat(bytes.getShort() << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) bytes.getDouble();
        }
      }
      default -> bytes.asFloatBuffer().get(values);
    }
    return values;
  }

  /**
   * The size of a tensor in bytes.
   *
   * @throws IllegalArgumentException for a negative length or a size of 2^63 or more
   */
  static long bytes(DType dtype, List<Long> shape) {
    if (shape.stream().anyMatch(length -> length < 0)) {
      throw new IllegalArgumentException("shape " + shape + " has a negative length");
    }
    try {
      return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("shape " + shape + " is too large for any file", e);
    }
  }
}
