package org.resnet4j.weights;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What the header of a safetensors file says.
 *
 * @param slots in the order of their bytes
 * @param metadata texts about the file
 */
record SafetensorsHeader(List<Slot> slots, Map<String, String> metadata) {
  /** The key that is no tensor. */
  static final String METADATA = "__metadata__";

  /** Where a tensor's bytes lie, counted from the end of the header. */
  record Slot(String name, DType dtype, List<Long> shape, long begin, long end) {}

  SafetensorsHeader {
    slots =
        slots.stream()
            .sorted(Comparator.comparingLong(Slot::begin).thenComparingLong(Slot::end))
            .toList();
  }

  /** Throws {@link WeightsException} unless the slots cover all bytes, each of them once. */
  void check(Path file, long length) {
    long position = 0;
    for (Slot slot : slots) {
      if (slot.begin() > slot.end()) {
        throw fault(file, slot, "begins at %d but ends at %d".formatted(slot.begin(), slot.end()));
      }
      if (slot.begin() != position) {
        throw fault(
            file,
            slot,
            "begins at %d but what comes before it ends at %d; tensors must follow each other"
                .formatted(slot.begin(), position));
      }
      checkSize(file, slot);
      position = slot.end();
    }
    if (position != length) {
      throw new WeightsException(
          file,
          "the tensors need %d bytes but %d follow the header; %s"
              .formatted(
                  position,
                  length,
                  position > length ? "the file is cut off" : "the rest belongs to no tensor"));
    }
  }

  private static void checkSize(Path file, Slot slot) {
    long expected;
    try {
      expected = TensorEntry.bytes(slot.dtype(), slot.shape());
    } catch (IllegalArgumentException e) {
      throw fault(file, slot, String.valueOf(e.getMessage()));
    }
    long actual = slot.end() - slot.begin();
    if (actual != expected) {
      throw fault(
          file,
          slot,
          "%s%s needs %d bytes but its offsets span %d"
              .formatted(slot.dtype(), slot.shape(), expected, actual));
    }
    if (actual > Integer.MAX_VALUE) {
      throw fault(
          file,
          slot,
          "%d bytes; a tensor may have at most %d".formatted(actual, Integer.MAX_VALUE));
    }
  }

  private static WeightsException fault(Path file, Slot slot, String reason) {
    return new WeightsException(file, WeightsException.quote(slot.name()) + ": " + reason);
  }
}
