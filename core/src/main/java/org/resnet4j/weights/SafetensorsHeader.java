package org.resnet4j.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads and checks the header of a safetensors file before anything of its data is touched. */
final class SafetensorsHeader {
  private static final long MAX_HEADER = 100_000_000; // As the format's own library.
  private static final int MAX_TENSORS = 100_000;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String file;

  SafetensorsHeader(String file) {
    this.file = file;
  }

  private record Span(String name, DType dtype, List<Long> shape, long begin, long end) {}

  /** The tensors of a whole file, little-endian. */
  Safetensors read(ByteBuffer bytes) {
    long length = bytes.getLong(0);
    if (length < 2 || length > MAX_HEADER || length > bytes.limit() - Long.BYTES) {
      throw problem("header length %d is not from 2 to what the file holds".formatted(length));
    }
    JsonNode header = parse(bytes.slice(Long.BYTES, (int) length));
    ByteBuffer data =
        bytes.slice(Long.BYTES + (int) length, bytes.limit() - Long.BYTES - (int) length);
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Span> spans = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (field.getKey().equals(Safetensors.METADATA)) {
        metadata.putAll(metadata(field.getValue()));
      } else {
        spans.add(span(field.getKey(), field.getValue()));
      }
    }
    spans.sort(Comparator.comparingLong(Span::begin).thenComparingLong(Span::end));
    requireCover(spans, data.limit());
    return new Safetensors(spans.stream().map(span -> entry(span, data)).toList(), metadata);
  }

  private JsonNode parse(ByteBuffer header) {
    if (header.get(0) != '{') {
      throw problem("the header does not start with {");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(header).toString();
      JsonNode node = JSON.readTree(text);
      if (node.size() > MAX_TENSORS) {
        throw problem("more than %d tensors".formatted(MAX_TENSORS));
      }
      return node;
    } catch (CharacterCodingException e) {
      throw problem("the header is not UTF-8");
    } catch (JacksonException e) {
      throw new WeightsException(
          "%s: the header is not valid JSON: %s"
              .formatted(file, e.getOriginalMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  private Map<String, String> metadata(JsonNode node) {
    if (!node.isObject()) {
      throw problem("%s must be an object of strings".formatted(Safetensors.METADATA));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!field.getValue().isString()) {
        throw problem("%s.%s must be a string".formatted(Safetensors.METADATA, field.getKey()));
      }
      metadata.put(field.getKey(), field.getValue().stringValue());
    }
    return metadata;
  }

  private Span span(String name, JsonNode node) {
    if (!node.isObject() || node.size() != 3) {
      throw problem("%s must have exactly dtype, shape and data_offsets".formatted(name));
    }
    DType dtype = dtype(name, node.path("dtype"));
    List<Long> shape = wholes(name + ".shape", node.path("shape"));
    List<Long> offsets = wholes(name + ".data_offsets", node.path("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw problem("%s.data_offsets = %s: must be begin and end".formatted(name, offsets));
    }
    long held = offsets.get(1) - offsets.get(0);
    if (bytes(name, dtype, shape) != held) {
      throw problem(
          "%s: %s of shape %s does not fit its %d bytes".formatted(name, dtype, shape, held));
    }
    return new Span(name, dtype, shape, offsets.get(0), offsets.get(1));
  }

  private DType dtype(String name, JsonNode node) {
    for (DType dtype : DType.values()) {
      if (node.isString() && dtype.name().equals(node.stringValue())) {
        return dtype;
      }
    }
    throw problem(
        "%s.dtype = %s: must be one of %s".formatted(name, node, List.of(DType.values())));
  }

  private List<Long> wholes(String name, JsonNode node) {
    if (!node.isArray() || node.size() > 16) {
      throw problem("%s must be a list of at most 16 numbers".formatted(name));
    }
    List<Long> values = new ArrayList<>();
    for (JsonNode value : node) {
      if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
        throw problem("%s: %s is not a whole number from 0 to 2^63 - 1".formatted(name, value));
      }
      values.add(value.longValue());
    }
    return values;
  }

  private long bytes(String name, DType dtype, List<Long> shape) {
    try {
      return Math.multiplyExact(TensorEntry.size(shape), dtype.bytes());
    } catch (ArithmeticException e) {
      throw problem("%s.shape = %s: more values than can be counted".formatted(name, shape));
    }
  }

  private void requireCover(List<Span> spans, long size) {
    long end = 0;
    for (Span span : spans) {
      if (span.begin() != end) {
        throw problem(
            "%s begins at byte %d of the data, but what comes before ends at %d"
                .formatted(span.name(), span.begin(), end));
      }
      end = span.end();
    }
    if (end != size) {
      throw problem("the tensors end at byte %d but the data at %d".formatted(end, size));
    }
  }

  private static TensorEntry entry(Span span, ByteBuffer data) {
    int length = (int) (span.end() - span.begin());
    ByteBuffer slice = data.slice((int) span.begin(), length).order(ByteOrder.LITTLE_ENDIAN);
    return new TensorEntry(span.name(), span.dtype(), span.shape(), slice);
  }

  private WeightsException problem(String reason) {
    return new WeightsException(file + ": not a valid safetensors file: " + reason);
  }
}
