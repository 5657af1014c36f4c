package org.resnet4j.weights.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.resnet4j.weights.WeightsException;
import tools.jackson.databind.JsonNode;

/** A place in a JSON file that says where it is when something is wrong with it. */
record JsonCursor(Path file, String path, JsonNode node) {
  static JsonCursor root(Path file, JsonNode node) {
    return new JsonCursor(file, "$", node);
  }

  boolean has(String field) {
    return node.has(field);
  }

  /** The field of an object, which must be there. */
  JsonCursor at(String field) {
    if (!node.isObject()) {
      throw fault("must be an object");
    }
    JsonNode child = node.get(field);
    if (child == null) {
      throw fault("%s is missing".formatted(field));
    }
    return new JsonCursor(file, path + "." + field, child);
  }

  /** Throws if there are fields that are not among those known. */
  JsonCursor only(String... known) {
    if (!node.isObject()) {
      throw fault("must be an object");
    }
    for (String field : node.propertyNames()) {
      if (!Set.of(known).contains(field)) {
        throw fault(
            "unknown field %s; known are %s"
                .formatted(WeightsException.quote(field), String.join(", ", known)));
      }
    }
    return this;
  }

  List<JsonCursor> elements() {
    if (!node.isArray()) {
      throw fault("must be an array");
    }
    List<JsonCursor> elements = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      elements.add(new JsonCursor(file, path + "[" + i + "]", node.get(i)));
    }
    return elements;
  }

  int integer() {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw fault("must be a whole number below 2^31");
    }
    return node.intValue();
  }

  double number() {
    if (!node.isNumber()) {
      throw fault("must be a number");
    }
    return node.doubleValue();
  }

  String text() {
    if (!node.isString()) {
      throw fault("must be a text");
    }
    return node.stringValue();
  }

  boolean truth() {
    if (!node.isBoolean()) {
      throw fault("must be true or false");
    }
    return node.booleanValue();
  }

  List<Double> numbers() {
    return elements().stream().map(JsonCursor::number).toList();
  }

  List<String> texts() {
    return elements().stream().map(JsonCursor::text).toList();
  }

  WeightsException fault(String rule) {
    return new WeightsException(file, path + ": " + rule);
  }

  WeightsException fault(String rule, Throwable cause) {
    return new WeightsException(file, path + ": " + rule, cause);
  }
}
