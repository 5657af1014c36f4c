package org.resnet4j.weights.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.resnet4j.arch.Network;
import org.resnet4j.weights.DType;
import org.resnet4j.weights.Json;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.model.Quantization.Scale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * A {@link Quantization} as safetensors: each scale a scalar under the name of its feature map, the
 * rest in the metadata, lists of names there as JSON.
 */
final class QuantizationFile {
  private static final String FORMAT = "1";
  private static final Set<String> KEYS = Set.of("format", "method", "images", "signed", "kept");

  private QuantizationFile() {}

  static void write(Path file, Quantization quantization) throws IOException {
    List<TensorEntry> scales = new ArrayList<>();
    Set<String> signed = new TreeSet<>();
    quantization
        .activations()
        .forEach(
            (name, scale) -> {
              scales.add(TensorEntry.ofFloats(name, List.of(), new float[] {scale.scale()}));
              if (scale.signed()) {
                signed.add(name);
              }
            });
    Map<String, String> metadata =
        Map.of(
            "format",
            FORMAT,
            "method",
            quantization.method(),
            "images",
            Integer.toString(quantization.images()),
            "signed",
            json(signed),
            "kept",
            json(quantization.kept()));
    Safetensors.write(file, scales, metadata);
  }

  private static String json(Set<String> names) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    names.forEach(array::add);
    return array.toString();
  }

  static Quantization read(Path file, Network network) {
    Safetensors contents = Safetensors.read(file);
    Map<String, String> metadata = contents.metadata();
    requireKeys(file, metadata);
    Set<String> signed = names(file, metadata, "signed");
    try {
      Map<String, Scale> activations = new LinkedHashMap<>();
      for (TensorEntry entry : contents.entries()) {
        activations.put(entry.name(), scale(file, entry, signed.remove(entry.name())));
      }
      if (!signed.isEmpty()) {
        throw new WeightsException(
            file,
            "signed: there is no scale of " + WeightsException.quote(signed.iterator().next()));
      }
      Quantization read =
          new Quantization(
              activations,
              names(file, metadata, "kept"),
              text(metadata, "method"),
              images(file, text(metadata, "images")));
      read.requireFits(network);
      return read;
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static void requireKeys(Path file, Map<String, String> metadata) {
    for (String key : new TreeSet<>(KEYS)) {
      if (!metadata.containsKey(key)) {
        throw new WeightsException(file, "the metadata lack " + key);
      }
    }
    for (String key : metadata.keySet()) {
      if (!KEYS.contains(key)) {
        throw new WeightsException(file, "unknown metadata " + WeightsException.quote(key));
      }
    }
    String format = text(metadata, "format");
    if (!format.equals(FORMAT)) {
      throw new WeightsException(
          file,
          "format is %s but this version reads %s"
              .formatted(WeightsException.quote(format), FORMAT));
    }
  }

  private static String text(Map<String, String> metadata, String key) {
    return metadata.getOrDefault(key, "");
  }

  private static Scale scale(Path file, TensorEntry entry, boolean signed) {
    String name = WeightsException.quote(entry.name());
    if (entry.dtype() != DType.F32 || !entry.shape().isEmpty()) {
      throw new WeightsException(
          file, "%s is %s%s but must be F32[]".formatted(name, entry.dtype(), entry.shape()));
    }
    try {
      return new Scale(entry.floats()[0], signed);
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file, name + ": " + e.getMessage(), e);
    }
  }

  private static int images(Path file, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new WeightsException(
          file, "images = %s: must be a whole number".formatted(WeightsException.quote(text)), e);
    }
  }

  private static Set<String> names(Path file, Map<String, String> metadata, String key) {
    JsonCursor list = new JsonCursor(file, key, Json.parse(file, text(metadata, key)));
    Set<String> names = new TreeSet<>();
    for (String name : list.texts()) {
      if (!names.add(name)) {
        throw list.fault("has %s twice".formatted(WeightsException.quote(name)));
      }
    }
    return names;
  }
}
