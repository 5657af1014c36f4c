package org.resnet4j.weights;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.resnet4j.weights.SafetensorsHeader.Slot;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Reads the JSON of a safetensors header, token by token: a hostile one costs no memory. */
final class SafetensorsParser {
  private static final int MOST_TENSORS = 100_000;
  private static final int MOST_AXES = 64;
  private static final int MOST_TEXTS = 10_000;
  private static final int LONGEST_TEXT = 4_000_000;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxNumberLength(20)
                  .maxNameLength(1_000)
                  .maxStringLength(LONGEST_TEXT)
                  .build())
          .build();

  private final Path file;
  private final JsonParser json;
  private final List<Slot> slots = new ArrayList<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsParser(Path file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  /** Throws {@link WeightsException} for a header that is not what the format asks for. */
  static SafetensorsHeader parse(Path file, InputStream header) {
    // A decoder made this way refuses what is not UTF-8.
    Reader text = new InputStreamReader(header, StandardCharsets.UTF_8.newDecoder());
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
      SafetensorsParser parser = new SafetensorsParser(file, json);
      parser.header();
      return new SafetensorsHeader(parser.slots, parser.metadata);
    } catch (JacksonException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw new WeightsException(file, "the header is not UTF-8", e);
      }
      throw new WeightsException(file, "the header is " + Json.fault(e), e);
    }
  }

  private void header() {
    json.nextToken();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      if (name.equals(SafetensorsHeader.METADATA)) {
        metadata();
      } else {
        slots.add(slot(name));
      }
      if (slots.size() > MOST_TENSORS) {
        throw new WeightsException(
            file, "the header has more than %d tensors".formatted(MOST_TENSORS));
      }
    }
    if (json.nextToken() != null) {
      throw new WeightsException(file, "something follows the header's closing brace");
    }
  }

  private void metadata() {
    expect(JsonToken.START_OBJECT, SafetensorsHeader.METADATA, "must be an object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = json.currentName();
      expect(JsonToken.VALUE_STRING, key, "metadata must be a text");
      String text = json.getString();
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
        throw fault(key, "metadata has half a surrogate pair");
      }
      metadata.put(key, text);
      if (metadata.size() > MOST_TEXTS) {
        throw new WeightsException(
            file, "the metadata has more than %d texts".formatted(MOST_TEXTS));
      }
    }
  }

  private Slot slot(String name) {
    expect(JsonToken.START_OBJECT, name, "must be an object");
    DType dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      switch (json.currentName()) {
        case "dtype" -> dtype = dtype(name);
        case "shape" -> shape = numbers(name, "shape");
        case "data_offsets" -> offsets = numbers(name, "data_offsets");
        default ->
            throw fault(
                name,
                "unknown field %s; a tensor has dtype, shape and data_offsets"
                    .formatted(WeightsException.quote(json.currentName())));
      }
    }
    offsets = present(offsets, name, "data_offsets");
    if (offsets.size() != 2) {
      throw fault(name, "data_offsets must be two numbers, there are " + offsets.size());
    }
    return new Slot(
        name,
        present(dtype, name, "dtype"),
        present(shape, name, "shape"),
        offsets.get(0),
        offsets.get(1));
  }

  private DType dtype(String name) {
    expect(JsonToken.VALUE_STRING, name, "dtype must be a text");
    String dtype = json.getString();
    return DType.named(dtype)
        .orElseThrow(
            () ->
                fault(
                    name,
                    "unknown dtype %s; there are F32, F16, BF16, F64, I64, I32, I16, I8, U8 and BOOL"
                        .formatted(WeightsException.quote(dtype))));
  }

  private List<Long> numbers(String name, String field) {
    expect(JsonToken.START_ARRAY, name, field + " must be an array");
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || numbers.size() == MOST_AXES) {
        throw fault(name, "%s must be at most %d whole numbers".formatted(field, MOST_AXES));
      }
      long number = json.getLongValue();
      if (number < 0) {
        throw fault(name, "%s: %d is negative".formatted(field, number));
      }
      numbers.add(number);
    }
    return numbers;
  }

  private void expect(JsonToken token, String name, String rule) {
    if (json.nextToken() != token) {
      throw fault(name, rule);
    }
  }

  private <T> T present(@Nullable T value, String name, String field) {
    if (value == null) {
      throw fault(name, field + " is missing");
    }
    return value;
  }

  private WeightsException fault(String name, String rule) {
    return new WeightsException(file, WeightsException.quote(name) + ": " + rule);
  }
}
