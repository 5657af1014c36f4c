package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Reads what TensorBoard would, after its formats alone. */
final class TensorBoardFile {
  private TensorBoardFile() {}

  /** The curves in the only file of a folder: name, step, value. */
  static Map<String, Map<Long, Float>> scalars(Path folder) throws IOException {
    Map<String, Map<Long, Float>> curves = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(file -> file.toString().contains("tfevents")).toList();
      assertThat(found).hasSize(1);
      List<ByteBuffer> records = records(found.get(0));
      for (ByteBuffer record : records.subList(1, records.size())) {
        Map<Integer, Object> event = message(record);
        Map<Integer, Object> point =
            message((ByteBuffer) message((ByteBuffer) event.get(5)).get(1));
        curves
            .computeIfAbsent(text(point.get(1)), name -> new TreeMap<>())
            .put((Long) event.get(2), (Float) point.get(2));
      }
    }
    return curves;
  }

  static List<ByteBuffer> records(Path file) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    List<ByteBuffer> records = new ArrayList<>();
    while (in.hasRemaining()) {
      ByteBuffer header = in.slice(in.position(), 8);
      int length = (int) in.getLong();
      assertThat(unmasked(in.getInt())).isEqualTo(crc(header));
      ByteBuffer data = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
      in.position(in.position() + length);
      assertThat(unmasked(in.getInt())).isEqualTo(crc(data.duplicate()));
      records.add(data);
    }
    return records;
  }

  private static int unmasked(int masked) {
    return Integer.rotateLeft(masked - 0xa282ead8, 15);
  }

  private static int crc(ByteBuffer data) {
    CRC32C crc = new CRC32C();
    crc.update(data);
    return (int) crc.getValue();
  }

  static Map<Integer, Object> message(ByteBuffer in) {
    Map<Integer, Object> fields = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      int key = (int) varint(in);
      Object value =
          switch (key & 7) {
            case 0 -> varint(in);
            case 1 -> in.getDouble();
            case 2 -> bytes(in);
            case 5 -> in.getFloat();
            default -> throw new AssertionError("wire type " + (key & 7));
          };
      assertThat(fields.put(key >> 3, value)).isNull();
    }
    return fields;
  }

  private static ByteBuffer bytes(ByteBuffer in) {
    int length = (int) varint(in);
    ByteBuffer bytes = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + length);
    return bytes;
  }

  private static long varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte next = in.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
  }

  static String text(Object bytes) {
    return UTF_8.decode((ByteBuffer) bytes).toString();
  }
}
