package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
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
   * Reads a whole file into the heap; a mapped one would kill the process if it were cut off later.
   *
   * @throws WeightsException if it is missing or breaks any rule of the format
   */
  public static Safetensors read(Path file) {
    try (FileChannel channel = FileChannel.open(file)) {
      SafetensorsHeader header = SafetensorsParser.parse(file, header(file, channel));
      header.check(file, channel.size() - channel.position());
      List<TensorEntry> entries = new ArrayList<>();
      for (Slot slot : header.slots()) {
        ByteBuffer data = bytes(file, channel, (int) (slot.end() - slot.begin()));
        entries.add(new TensorEntry(slot.name(), slot.dtype(), slot.shape(), data));
      }
      return new Safetensors(entries, header.metadata());
    } catch (NoSuchFileException e) {
      throw new WeightsException(file, "there is no such file", e);
    } catch (IOException e) {
      throw new WeightsException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static String header(Path file, FileChannel channel) throws IOException {
    if (channel.size() < Long.BYTES) {
      throw new WeightsException(
          file,
          "%d bytes are no safetensors file; one starts with 8 bytes for the header's length"
              .formatted(channel.size()));
    }
    long length = bytes(file, channel, Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (Long.compareUnsigned(length, LONGEST_HEADER) > 0) {
      throw new WeightsException(
          file,
          "a header of %s bytes; at most %d are allowed, so this may be no safetensors file"
              .formatted(Long.toUnsignedString(length), LONGEST_HEADER));
    }
    long rest = channel.size() - Long.BYTES;
    if (length > rest) {
      throw new WeightsException(
          file,
          "a header of %d bytes but only %d follow; the file is cut off".formatted(length, rest));
    }
    ByteBuffer header = bytes(file, channel, (int) length);
    if (length == 0 || header.get(0) != '{') {
      throw new WeightsException(file, "the header must start with {");
    }
    try {
      return UTF_8.newDecoder().decode(header).toString();
    } catch (CharacterCodingException e) {
      throw new WeightsException(file, "the header is not UTF-8", e);
    }
  }

  private static ByteBuffer bytes(Path file, FileChannel channel, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new WeightsException(file, "the file became shorter while it was read");
      }
    }
    return bytes.flip();
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
    List<TensorEntry> sorted =
        entries.stream()
            .sorted(
                Comparator.comparing(TensorEntry::dtype)
                    .reversed()
                    .thenComparing(TensorEntry::name))
            .toList();
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

  private static void checkNames(List<TensorEntry> entries) {
    Set<String> names = new HashSet<>(Set.of(SafetensorsHeader.METADATA));
    for (TensorEntry entry : entries) {
      if (!names.add(entry.name())) {
        throw new IllegalArgumentException(
            "%s: the name is taken; every tensor of a file needs its own".formatted(entry.name()));
      }
    }
  }

  private static ByteBuffer header(List<TensorEntry> entries, Map<String, String> metadata) {
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
