package org.resnet4j.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file's bytes, read into the heap where they are asked for; a mapped file would kill the process
 * if it were cut off later.
 */
final class FileBytes {
  /** The JDK keeps a buffer outside the heap as large as the largest read. */
  private static final int LARGEST_READ = 1 << 20;

  private final Path file;
  private final FileChannel channel;
  private final long size;

  FileBytes(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
  }

  /** What is done with an open file. */
  @FunctionalInterface
  interface Reader<T> {
    T read(FileBytes bytes) throws IOException;
  }

  /** Opens, reads and closes a file; throws {@link WeightsException} if that cannot be done. */
  static <T> T with(Path file, Reader<T> reader) {
    // Opening a named pipe would wait for ever.
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new WeightsException(file, "cannot be read: it is a folder or device, not a file");
    }
    try (FileChannel channel = FileChannel.open(file)) {
      return reader.read(new FileBytes(file, channel));
    } catch (NoSuchFileException e) {
      throw new WeightsException(file, "there is no such file", e);
    } catch (IOException e) {
      throw new WeightsException(file, "cannot be read: " + e.getMessage(), e);
    }
  }

  Path file() {
    return file;
  }

  long size() {
    return size;
  }

  WeightsException fault(String reason) {
    return new WeightsException(file, reason);
  }

  /** A copy of the bytes from a position on, to be read as little-endian. */
  ByteBuffer read(long position, int length) throws IOException {
    if (position < 0 || length > size - position) {
      throw fault(
          "%d bytes at %d are needed but the file has %d; it is cut off"
              .formatted(length, position, size));
    }
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.position() < length) {
      bytes.limit(Math.min(length, bytes.position() + LARGEST_READ));
      if (channel.read(bytes, position + bytes.position()) < 0) {
        throw fault("the file became shorter while it was read");
      }
    }
    return bytes.flip();
  }

  /** The bytes from a position on, one chunk in memory at a time. */
  InputStream stream(long position, long length) {
    return new Range(position, length);
  }

  private final class Range extends InputStream {
    private static final int CHUNK = 1 << 16;
    private final long end;
    private long next;
    private ByteBuffer chunk = ByteBuffer.allocate(0);

    Range(long position, long length) {
      next = position;
      end = position + length;
    }

    @Override
    public int read() throws IOException {
      return fill() ? chunk.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!fill()) {
        return -1;
      }
      int count = Math.min(length, chunk.remaining());
      chunk.get(into, offset, count);
      return count;
    }

    private boolean fill() throws IOException {
      if (!chunk.hasRemaining() && next < end) {
        chunk = FileBytes.this.read(next, (int) Math.min(CHUNK, end - next));
        next += chunk.remaining();
      }
      return chunk.hasRemaining();
    }
  }
}
