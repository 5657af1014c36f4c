package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a pickle, with the place of the operation that a fault is about. */
final class PickleInput {
  private final FileBytes file;
  private final InputStream in;
  private final long length;
  private long position;
  private long operation;

  /** Takes a stream that has at least as many bytes as {@code length} says. */
  PickleInput(FileBytes file, InputStream in, long length) {
    this.file = file;
    this.in = in;
    this.length = length;
  }

  /** How many bytes were taken. */
  long position() {
    return position;
  }

  int opcode() throws IOException {
    operation = position;
    return (int) unsigned(1);
  }

  /** A little-endian number of up to 8 bytes. */
  long unsigned(int bytes) throws IOException {
    need(bytes);
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= (long) next() << (Byte.SIZE * i);
    }
    return number;
  }

  byte[] bytes(long count) throws IOException {
    need(count);
    position += count;
    byte[] bytes = in.readNBytes((int) count);
    if (bytes.length < count) {
      throw new EOFException("the file became shorter while it was read");
    }
    return bytes;
  }

  /** A text that ends with a line feed. */
  String line(int longest) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = (int) unsigned(1); next != '\n'; next = (int) unsigned(1)) {
      if (line.size() == longest) {
        throw fault("has a name of more than %d bytes".formatted(longest));
      }
      line.write(next);
    }
    return line.toString(UTF_8);
  }

  private void need(long count) {
    if (count > Math.min(length - position, Integer.MAX_VALUE)) {
      throw fault(
          "needs %d bytes where %d are left; the file is cut off or damaged"
              .formatted(count, length - position));
    }
  }

  private int next() throws IOException {
    position++;
    int next = in.read();
    if (next < 0) {
      throw new EOFException("the file became shorter while it was read");
    }
    return next;
  }

  /** A fault of the operation that is under way; the reason starts with a verb. */
  WeightsException fault(String reason) {
    return file.fault("the pickle's operation at byte %d %s".formatted(operation, reason));
  }
}
