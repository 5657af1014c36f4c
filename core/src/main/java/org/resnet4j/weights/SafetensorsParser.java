package org.resnet4j.weights;

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
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxNumberLength(20)
                  .maxNameLength(1_000)
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
  static SafetensorsHeader parse(Path file, String header) {
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), header)) {
      SafetensorsParser parser = new SafetensorsParser(file, json);
      parser.header();
      return new SafetensorsHeader(parser.slots, parser.metadata);
    } catch (JacksonException e) {
      throw new WeightsException(
          file,
          "the header is not valid JSON at character %d: %s"
              .formatted(e.getLocation().getCharOffset(), Json.reason(e)),
          e);
    }
  }

  private void header() {
    json.nextToken();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = wellFormed(json.currentName());
      if (name.equals(SafetensorsHeader.METADATA)) {
        metadata();
      } else {
        slots.add(slot(name));
      }
      if (slots.size() > MOST_TENSORS) {
        throw fault("the header has more than %d tensors".formatted(MOST_TENSORS));
      }
    }
    if (json.nextToken() != null) {
      throw fault("something follows the header's closing brace");
    }
  }

  private void metadata() {
    expect(JsonToken.START_OBJECT, SafetensorsHeader.METADATA + " must be an object");
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = wellFormed(json.currentName());
      expect(
          JsonToken.VALUE_STRING,
          "%s: %s must be a text".formatted(SafetensorsHeader.METADATA, quote(key)));
      metadata.put(key, wellFormed(json.getString()));
    }
  }

  private Slot slot(String name) {
    String place = quote(name);
    expect(JsonToken.START_OBJECT, place + " must be an object");
    DType dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      switch (json.currentName()) {
        case "dtype" -> dtype = dtype(place);
        case "shape" -> shape = numbers(place + ": shape");
        case "data_offsets" -> offsets = numbers(place + ": data_offsets");
        default ->
            throw fault(
                "%s: unknown field %s; a tensor has dtype, shape and data_offsets"
                    .formatted(place, quote(json.currentName())));
      }
    }
    offsets = present(offsets, place, "data_offsets");
    if (offsets.size() != 2) {
      throw fault(
          "%s: data_offsets must be two numbers, there are %d".formatted(place, offsets.size()));
    }
    return new Slot(
        name,
        present(dtype, place, "dtype"),
        present(shape, place, "shape"),
        offsets.get(0),
        offsets.get(1));
  }

  private DType dtype(String place) {
    expect(JsonToken.VALUE_STRING, place + ": dtype must be a text");
    String name = json.getString();
    return DType.named(name)
        .orElseThrow(
            () ->
                fault(
                    "%s: unknown dtype %s; there are F32, F16, BF16, F64, I64, I32, U8 and BOOL"
                        .formatted(place, quote(name))));
  }

  private List<Long> numbers(String place) {
    expect(JsonToken.START_ARRAY, place + " must be an array");
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT || numbers.size() == MOST_AXES) {
        throw fault("%s must be at most %d whole numbers".formatted(place, MOST_AXES));
      }
      long number = json.getLongValue();
      if (number < 0) {
        throw fault("%s: %d is negative".formatted(place, number));
      }
      numbers.add(number);
    }
    return numbers;
  }

  private void expect(JsonToken token, String rule) {
    if (json.nextToken() != token) {
      throw fault(rule);
    }
  }

  private <T> T present(@Nullable T value, String place, String field) {
    if (value == null) {
      throw fault("%s: %s is missing".formatted(place, field));
    }
    return value;
  }

  /** JSON can escape half a surrogate pair, which no UTF-8 can hold. */
  private String wellFormed(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw fault("a text has half a surrogate pair");
    }
    return text;
  }

  private static String quote(String text) {
    return WeightsException.quote(text);
  }

  private WeightsException fault(String reason) {
    return new WeightsException(file, reason);
  }
}
