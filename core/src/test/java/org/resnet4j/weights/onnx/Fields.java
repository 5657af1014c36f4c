package org.resnet4j.weights.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A protobuf message read back field by field, from the description of the format alone. */
record Fields(Map<Integer, List<Object>> values) {
  static Fields of(byte[] bytes) {
    return of(ByteBuffer.wrap(bytes));
  }

  private static Fields of(ByteBuffer bytes) {
    bytes.order(ByteOrder.LITTLE_ENDIAN);
    Map<Integer, List<Object>> values = new TreeMap<>();
    while (bytes.hasRemaining()) {
      int key = (int) varint(bytes);
      Object value =
          switch (key & 7) {
            case 0 -> varint(bytes);
            case 2 -> block(bytes, (int) varint(bytes));
            case 5 -> bytes.getFloat();
            default -> throw new AssertionError("type " + (key & 7));
          };
      values.computeIfAbsent(key >>> 3, field -> new ArrayList<>()).add(value);
    }
    return new Fields(values);
  }

  private static long varint(ByteBuffer bytes) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = bytes.get();
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  private static ByteBuffer block(ByteBuffer bytes, int length) {
    ByteBuffer block = bytes.slice(bytes.position(), length);
    bytes.position(bytes.position() + length);
    return block;
  }

  private List<Object> all(int field) {
    return values.getOrDefault(field, List.of());
  }

  List<Long> integers(int field) {
    return all(field).stream().map(Long.class::cast).toList();
  }

  long integer(int field) {
    return integers(field).get(0);
  }

  float real(int field) {
    return (Float) all(field).get(0);
  }

  ByteBuffer bytes(int field) {
    return ((ByteBuffer) all(field).get(0)).duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  List<String> texts(int field) {
    return all(field).stream()
        .map(value -> UTF_8.decode(((ByteBuffer) value).duplicate()).toString())
        .toList();
  }

  String text(int field) {
    return texts(field).get(0);
  }

  List<Fields> parts(int field) {
    return all(field).stream().map(value -> of(((ByteBuffer) value).duplicate())).toList();
  }

  Fields part(int field) {
    return parts(field).get(0);
  }
}
