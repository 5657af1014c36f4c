package org.resnet4j.weights.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * A message of protobuf's wire format, field by field; protobuf.dev/programming-guides/encoding.
 */
final class Message {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  Message integer(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  Message real(int field, float value) {
    tag(field, FIXED_32);
    int bits = Float.floatToIntBits(value);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      bytes.write(bits >>> shift);
    }
    return this;
  }

  Message text(int field, String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    opening(field, utf8.length).bytes.writeBytes(utf8);
    return this;
  }

  Message part(int field, Message part) {
    opening(field, part.size()).bytes.writeBytes(part.bytes.toByteArray());
    return this;
  }

  /** The start of a field of that many bytes, which the caller writes after this message. */
  Message opening(int field, long length) {
    tag(field, LENGTH_DELIMITED);
    varint(length);
    return this;
  }

  private void tag(int field, int type) {
    varint((long) field << 3 | type);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }

  int size() {
    return bytes.size();
  }

  void writeTo(OutputStream out) throws IOException {
    bytes.writeTo(out);
  }
}
