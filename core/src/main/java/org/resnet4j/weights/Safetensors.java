package org.resnet4j.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A safetensors file: eight bytes of length, a JSON header, the tensors' bytes.
 *
 * <p>Reading trusts nothing: the whole header is checked against the file's size before a value is
 * touched, and tensors must cover the data without hole or overlap.
 *
 * @param entries in the order of their bytes
 * @param metadata strings by key
 */
public record Safetensors(List<TensorEntry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";
  private static final int ALIGNMENT = 8;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public Safetensors {
    entries = List.copyOf(entries);
    metadata = Map.copyOf(metadata);
  }

  /** The tensor of that name, if it is there. */
  public Optional<TensorEntry> find(String name) {
    return entries.stream().filter(entry -> entry.name().equals(name)).findFirst();
  }

  /**
   * Reads a file; its tensors are views of one mapping of it.
   *
   * @throws IOException if the file cannot be read
   * @throws WeightsException if it is no valid safetensors file, saying where and why
   */
  public static Safetensors read(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      long size = channel.size();
      if (size < Long.BYTES) {
        throw new WeightsException(
            "%s: %d bytes are too few for a safetensors file".formatted(file, size));
      }
      if (size > Integer.MAX_VALUE) {
        throw new WeightsException(
            "%s: %d bytes; files above 2 GiB are not read".formatted(file, size));
      }
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
      return new SafetensorsHeader(file.toString()).read(bytes.order(ByteOrder.LITTLE_ENDIAN));
    }
  }

  /**
   * Writes a file whole or not at all, tensors in the given order.
   *
   * @throws IOException if it cannot be written; what was there before stays
   */
  public static void write(Path file, Collection<TensorEntry> entries, Map<String, String> metadata)
      throws IOException {
    byte[] header = header(entries, metadata);
    AtomicFile.write(file, out -> write(out, header, entries));
  }

  private static void write(OutputStream out, byte[] header, Collection<TensorEntry> entries)
      throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.write(length.putLong(header.length).array());
    out.write(header);
    WritableByteChannel channel = Channels.newChannel(out);
    for (TensorEntry entry : entries) {
      ByteBuffer data = entry.data().duplicate();
      while (data.hasRemaining()) {
        channel.write(data);
      }
    }
  }

  private static byte[] header(Collection<TensorEntry> entries, Map<String, String> metadata) {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = header.putObject(METADATA);
      metadata.forEach(node::put);
    }
    long offset = 0;
    Map<String, TensorEntry> seen = new LinkedHashMap<>();
    for (TensorEntry entry : entries) {
      if (entry.name().equals(METADATA) || seen.put(entry.name(), entry) != null) {
        throw new IllegalArgumentException(
            "tensor name \"%s\": must be used once and not be %s"
                .formatted(entry.name(), METADATA));
      }
      ObjectNode node = header.putObject(entry.name());
      node.put("dtype", entry.dtype().name());
      entry.shape().forEach(node.putArray("shape")::add);
      long end = offset + entry.data().remaining();
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] text = header.toString().getBytes(StandardCharsets.UTF_8);
    // Spaces to a multiple of eight, so that the tensors are aligned when the file is mapped.
    byte[] padded = Arrays.copyOf(text, (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    Arrays.fill(padded, text.length, padded.length, (byte) ' ');
    return padded;
  }
}
