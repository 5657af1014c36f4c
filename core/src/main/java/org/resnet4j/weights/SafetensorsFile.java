package org.resnet4j.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.resnet4j.weights.SafetensorsHeader.Slot;

/**
 * An open safetensors file whose values are read where they are asked for, by any number of
 * threads; a whole network passes through a few hundred kilobytes of heap.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final int CHUNK = 1 << 18;

  private final FileChannel channel;
  private final FileBytes bytes;
  private final long data;
  private final Map<String, Slot> slots = new HashMap<>();

  private SafetensorsFile(FileChannel channel, FileBytes bytes) throws IOException {
    this.channel = channel;
    this.bytes = bytes;
    long length = Safetensors.headerLength(bytes);
    this.data = Long.BYTES + length;
    SafetensorsHeader header =
        SafetensorsParser.parse(bytes.file(), bytes.stream(Long.BYTES, length));
    header.check(bytes.file(), bytes.size() - data);
    header.slots().forEach(slot -> slots.put(slot.name(), slot));
  }

  /**
   * Opens a file and reads its header.
   *
   * @throws WeightsException if it is missing or its header breaks any rule of the format
   */
  public static SafetensorsFile open(Path file) {
    @Nullable FileChannel channel = null;
    try {
      channel = FileChannel.open(file);
      return new SafetensorsFile(channel, new FileBytes(file, channel));
    } catch (NoSuchFileException e) {
      throw new WeightsException(file, "there is no such file", e);
    } catch (IOException | WeightsException e) {
      close(channel, e);
      throw e instanceof WeightsException fault
          ? fault
          : new WeightsException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  private static void close(@Nullable FileChannel channel, Exception reason) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  /** The number of tensors. */
  public int size() {
    return slots.size();
  }

  /** Whether there is such a tensor. */
  public boolean holds(String name, DType dtype, List<Long> shape) {
    Slot slot = slots.get(name);
    return slot != null && slot.dtype() == dtype && slot.shape().equals(shape);
  }

  /**
   * Puts the 32-bit floats of a tensor into a buffer.
   *
   * @throws WeightsException if the file became shorter
   */
  public void read(String name, FloatBuffer target) {
    Slot slot = slot(name);
    for (long at = slot.begin(); at < slot.end(); at += CHUNK) {
      target.put(chunk(at, (int) Math.min(CHUNK, slot.end() - at)).asFloatBuffer());
    }
  }

  /**
   * The 32-bit floats of a tensor.
   *
   * @throws WeightsException if the file became shorter
   */
  public float[] floats(String name) {
    Slot slot = slot(name);
    float[] values = new float[Math.toIntExact((slot.end() - slot.begin()) / Float.BYTES)];
    read(name, FloatBuffer.wrap(values));
    return values;
  }

  /** The value of a 64-bit integer without axes. */
  public long scalar(String name) {
    return chunk(slot(name).begin(), Long.BYTES).getLong();
  }

  private Slot slot(String name) {
    return Objects.requireNonNull(slots.get(name), name);
  }

  private ByteBuffer chunk(long at, int length) {
    try {
      return bytes.read(data + at, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
