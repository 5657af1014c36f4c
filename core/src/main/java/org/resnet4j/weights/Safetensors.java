package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.resnet4j.weights.SafetensorsHeader.Slot;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The contents of a safetensors file: named tensors and texts about them.
 *
 * <p>The format is that of github.com/huggingface/safetensors: the length of a header as 8
 * little-endian bytes, the header in JSON, the tensors' bytes.
 *
 * @param entries in the order of the file, no two with one name
 * @param metadata texts about the file
 */
public record Safetensors(List<TensorEntry> entries, Map<String, String> metadata) {
  /** As in the Rust library. */
  private static final long LONGEST_HEADER = 100_000_000;

  private static final int ALIGNMENT = 8;

  public Safetensors {
    entries = List.copyOf(entries);
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** The tensor of that name. */
  public Optional<TensorEntry> find(String name) {
    return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /**
   * Reads a whole file into the heap.
   *
   * @throws WeightsException if it is missing or breaks any rule of the format
   */
  public static Safetensors read(Path file) {
    return FileBytes.with(file, Safetensors::read);
  }

  static Safetensors read(FileBytes bytes) throws IOException {
    long length = headerLength(bytes);
    long data = Long.BYTES + length;
    SafetensorsHeader header =
        SafetensorsParser.parse(bytes.file(), bytes.stream(Long.BYTES, length));
    header.check(bytes.file(), bytes.size() - data);
    try {
      // Copying is all the work there is: one processor alone would take half as long again.
      List<TensorEntry> entries =
          header.slots().parallelStream().map(slot -> entry(bytes, data, slot)).toList();
      return new Safetensors(entries, header.metadata());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static TensorEntry entry(FileBytes bytes, long data, Slot slot) {
    try {
      ByteBuffer values = bytes.read(data + slot.begin(), (int) (slot.end() - slot.begin()));
      return new TensorEntry(slot.name(), slot.dtype(), slot.shape(), values);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static long headerLength(FileBytes bytes) throws IOException {
    if (bytes.size() < Long.BYTES) {
      throw bytes.fault(
          "%d bytes are no safetensors file; one starts with 8 bytes for the header's length"
              .formatted(bytes.size()));
    }
    long length = bytes.read(0, Long.BYTES).getLong();
    if (Long.compareUnsigned(length, LONGEST_HEADER) > 0) {
      throw bytes.fault(
          "a header of %s bytes; at most %d are allowed, so this may be no safetensors file"
              .formatted(Long.toUnsignedString(length), LONGEST_HEADER));
    }
    long rest = bytes.size() - Long.BYTES;
    if (length > rest) {
      throw bytes.fault(
          "a header of %d bytes but only %d follow; the file is cut off".formatted(length, rest));
    }
    if (length == 0 || bytes.read(Long.BYTES, 1).get() != '{') {
      throw bytes.fault("the header must start with {");
    }
    return length;
  }

  /**
   * Writes a file through {@link AtomicFile}: the bytes the Rust library would write, whatever the
   * order of the tensors given.
   *
   * @throws IllegalArgumentException if two tensors have one name, or one the name {@code
   *     __metadata__}
   * @throws IOException if it cannot be written; the file is then as it was
   */
  public static void write(Path file, Collection<TensorEntry> entries, Map<String, String> metadata)
      throws IOException {
    List<TensorEntry> sorted = sorted(entries);
    checkNames(sorted);
    ByteBuffer header = header(sorted, metadata);
    AtomicFile.write(
        file,
        channel -> {
          AtomicFile.writeFully(channel, header);
          for (TensorEntry entry : sorted) {
            AtomicFile.writeFully(channel, entry.data());
          }
        });
  }

  /** In the order of the file. */
  static List<TensorEntry> sorted(Collection<TensorEntry> entries) {
    return entries.stream()
        .sorted(
            Comparator.comparing(TensorEntry::dtype).reversed().thenComparing(TensorEntry::name))
        .toList();
  }

  private static void checkNames(List<TensorEntry> entries) {
    Set<String> names = new HashSet<>(Set.of(SafetensorsHeader.METADATA));
    for (TensorEntry entry : entries) {
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException(
            "%s: the name is taken; every tensor of a file needs its own".formatted(entry.name()));
      }
    }
  }

  static ByteBuffer header(List<TensorEntry> entries, Map<String, String> metadata) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (!metadata.isEmpty()) {
      ObjectNode texts = json.putObject(SafetensorsHeader.METADATA);
      new TreeMap<>(metadata).forEach(texts::put);
    }
    long position = 0;
    for (TensorEntry entry : entries) {
      ObjectNode slot = json.putObject(entry.name()).put("dtype", entry.dtype().name());
      entry.shape().forEach(slot.putArray("shape")::add);
      long end = position + entry.data().remaining();
      slot.putArray("data_offsets").add(position).add(end);
      position = end;
    }
    byte[] text = json.toString().getBytes(UTF_8);
    int padding = -text.length & (ALIGNMENT - 1);
    ByteBuffer header =
        ByteBuffer.allocate(Long.BYTES + text.length + padding).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(text.length + padding).put(text).put(" ".repeat(padding).getBytes(UTF_8));
    return header.flip();
  }
}
