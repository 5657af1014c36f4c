package org.resnet4j.weights.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;

/**
 * A tensor that a graph holds, a {@code TensorProto}; its values come when they are written, so
 * that those of one tensor at a time are in memory.
 *
 * @param head all of the message but the values
 * @param bytes the size of the values
 */
record Constant(String name, Message head, long bytes, Values values) {
  private static final int FLOAT = 1;
  private static final int UINT8 = 2;
  private static final int INT8 = 3;
  private static final int INT32 = 6;
  private static final int INT64 = 7;
  private static final int FLOATS_AT_ONCE = 16_384;

  /** What writes values, little-endian. */
  @FunctionalInterface
  interface Values {
    void write(OutputStream out) throws IOException;
  }

  /** A tensor of floats; {@code values} is called once for each time the graph is written. */
  static Constant floats(String name, List<Integer> shape, Supplier<float[]> values) {
    long count = count(shape);
    return of(
        name,
        longs(shape),
        FLOAT,
        Float.BYTES * count,
        out -> writeFloats(name, count, values.get(), out));
  }

  /** One float. */
  static Constant scalar(String name, float value) {
    return floats(name, List.of(), () -> new float[] {value});
  }

  /** A tensor of signed bytes; {@code values} is called once for each time it is written. */
  static Constant bytes(String name, List<Integer> shape, Supplier<byte[]> values) {
    return of(name, longs(shape), INT8, count(shape), out -> out.write(values.get()));
  }

  /** A tensor of zeros of 8 bits. */
  static Constant zeros(String name, List<Integer> shape, boolean signed) {
    byte[] zeros = new byte[Math.toIntExact(count(shape))];
    return of(name, longs(shape), signed ? INT8 : UINT8, zeros.length, out -> out.write(zeros));
  }

  /** A tensor of integers of 32 bits; {@code values} is called once each time it is written. */
  static Constant integers(String name, List<Integer> shape, Supplier<int[]> values) {
    long bytes = Integer.BYTES * count(shape);
    return of(
        name,
        longs(shape),
        INT32,
        bytes,
        out -> {
          ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(bytes));
          buffer.order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().put(values.get());
          out.write(buffer.array());
        });
  }

  private static long count(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }

  private static List<Long> longs(List<Integer> shape) {
    return shape.stream().map(Integer::longValue).toList();
  }

  /** A list of integers: shapes, axes, pads. */
  static Constant integers(String name, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * values.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
    List<Long> shape = List.of((long) values.length);
    return of(name, shape, INT64, bytes.capacity(), out -> out.write(bytes.array()));
  }

  private static Constant of(String name, List<Long> shape, int type, long bytes, Values values) {
    Message head = new Message();
    shape.forEach(length -> head.integer(1, length));
    head.integer(2, type).text(8, name).opening(9, bytes);
    return new Constant(name, head, bytes, values);
  }

  private static void writeFloats(String name, long count, float[] values, OutputStream out)
      throws IOException {
    if (values.length != count) {
      throw new IllegalArgumentException(
          "%s: %d values where its shape needs %d".formatted(name, values.length, count));
    }
    ByteBuffer chunk = ByteBuffer.allocate(Float.BYTES * FLOATS_AT_ONCE);
    chunk.order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < values.length; from += FLOATS_AT_ONCE) {
      int length = Math.min(FLOATS_AT_ONCE, values.length - from);
      chunk.asFloatBuffer().put(values, from, length);
      out.write(chunk.array(), 0, Float.BYTES * length);
    }
  }

  /** The size of the whole message. */
  long size() {
    return head.size() + bytes;
  }

  void writeTo(OutputStream out) throws IOException {
    head.writeTo(out);
    values.write(out);
  }
}
