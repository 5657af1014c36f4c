package org.resnet4j.nn;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Tensors of float32 that a script beside this package stored as {@code case/key}. */
final class GoldenFile {
  private GoldenFile() {}

  /** Case to key to values. */
  static Map<String, Map<String, float[]>> read(String name) {
    ByteBuffer file = ByteBuffer.wrap(unpack(name)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] header = new byte[Math.toIntExact(file.getLong())];
    file.get(header);
    ByteBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Map<String, float[]>> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : new JsonMapper().readTree(header).properties()) {
      String[] caseAndKey = entry.getKey().split("/", 2);
      tensors
          .computeIfAbsent(caseAndKey[0], key -> new LinkedHashMap<>())
          .put(caseAndKey[1], floats(data, entry.getValue().get("data_offsets")));
    }
    return tensors;
  }

  private static float[] floats(ByteBuffer data, JsonNode offsets) {
    int from = offsets.get(0).asInt();
    int to = offsets.get(1).asInt();
    float[] values = new float[(to - from) / Float.BYTES];
    data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  private static byte[] unpack(String name) {
    try (InputStream in =
            Objects.requireNonNull(
                GoldenFile.class.getResourceAsStream(name), name + " is missing");
        GZIPInputStream unpacked = new GZIPInputStream(in)) {
      return unpacked.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
