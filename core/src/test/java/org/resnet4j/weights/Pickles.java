package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.LinkedHashMap;
import java.util.Map;

/** Checkpoints made by hand; a character of a pickle is a byte. */
final class Pickles {
  static final String START = "\200\2";
  static final String ORDERED_DICT = "ccollections\nOrderedDict\n";

  /** The tensor [[0, 1, 2], [3, 4, 5]] in storage 0. */
  static final String TENSOR = tensor(storage("FloatStorage", "0", 6), 0, "K\2K\3", "K\3K\1");

  private Pickles() {}

  static String text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return "X" + number(bytes.length, 4) + new String(bytes, ISO_8859_1);
  }

  static String integer(long number) {
    return "\212\10" + number(number, 8);
  }

  static String number(long number, int bytes) {
    byte[] little = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array();
    return new String(little, 0, bytes, ISO_8859_1);
  }

  static String storage(String type, String key, long count) {
    return "(%sctorch\n%s\n%s%s%stQ"
        .formatted(text("storage"), type, text(key), text("cpu"), integer(count));
  }

  static String tensor(String storage, long offset, String shape, String strides) {
    return "ctorch._utils\n_rebuild_tensor_v2\n(%s%s(%st(%st\211%s)RtR"
        .formatted(storage, integer(offset), shape, strides, ORDERED_DICT);
  }

  /** A pickle of {@code {"w": value}}. */
  static String dict(String value) {
    return START + "}" + text("w") + value + "s.";
  }

  /** An archive as PyTorch's, with storage 0 of six floats. */
  static byte[] zip(String pickle) {
    return archive(contents(pickle));
  }

  static Map<String, byte[]> contents(String pickle) {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    contents.put("archive/data.pkl", bytes(pickle));
    contents.put("archive/byteorder", bytes("little"));
    contents.put("archive/data/0", floats(6));
    contents.put("archive/version", bytes("3\n"));
    return contents;
  }

  static byte[] archive(Map<String, byte[]> contents) {
    Map<String, ByteBuffer> buffers = new LinkedHashMap<>();
    contents.forEach((name, bytes) -> buffers.put(name, ByteBuffer.wrap(bytes)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new ZipWriter(buffers).write(Channels.newChannel(out));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** A file as before PyTorch 1.6, with what follows the pickle of the tensors. */
  static byte[] legacy(String pickle, String rest) {
    return bytes(LEGACY_START + pickle + rest);
  }

  static final String MAGIC = START + "\212\nl\374\234F\371 j\250P\31.";
  private static final String LEGACY_START =
      MAGIC + START + "M\351\3." + START + "}" + text("little_endian") + "\210s.";

  /** The list of storages and storage 0 of six floats, so many times. */
  static String storages(int times) {
    String values = number(6, 8) + new String(floats(6), ISO_8859_1);
    return START + "](" + text("0").repeat(times) + "e." + values.repeat(times);
  }

  static byte[] floats(int count) {
    ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putFloat(i);
    }
    return data.array();
  }

  static byte[] bytes(String characters) {
    return characters.getBytes(ISO_8859_1);
  }
}
