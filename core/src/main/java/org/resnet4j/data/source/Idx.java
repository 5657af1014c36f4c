package org.resnet4j.data.source;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.resnet4j.data.DataException;

/**
 * An array of unsigned bytes from an IDX file: two zero bytes, the type 8, the number of axes,
 * their big-endian sizes, the values.
 *
 * @param sizes of every axis
 */
@SuppressWarnings("ArrayRecordComponent") // Read once and handed on, never compared.
record Idx(Path file, List<Integer> sizes, byte[] values) {
  private static final int UNSIGNED_BYTE = 0x0800;

  int size(int axis) {
    return sizes.get(axis);
  }

  int[] unsigned() {
    int[] unsigned = new int[values.length];
    for (int i = 0; i < unsigned.length; i++) {
      unsigned[i] = values[i] & 0xff;
    }
    return unsigned;
  }

  /** Throws {@link DataException} unless it has that many axes and exactly the values they need. */
  static Idx read(Path file, int axes) {
    try (DataInputStream in = new DataInputStream(Gzip.open(file))) {
      int magic = in.readInt();
      if (magic != UNSIGNED_BYTE + axes) {
        throw new DataException(
            "%s: starts with 0x%08x, expected 0x%08x: IDX, unsigned bytes, %d %s"
                .formatted(file, magic, UNSIGNED_BYTE + axes, axes, axes == 1 ? "axis" : "axes"));
      }
      List<Integer> sizes = new ArrayList<>();
      long count = 1;
      for (int axis = 0; axis < axes; axis++) {
        int size = in.readInt();
        sizes.add(size);
        count = size < 1 || count > Integer.MAX_VALUE ? -1 : count * size;
      }
      if (count < 1 || count > Integer.MAX_VALUE - 8) {
        throw new DataException(
            "%s: axes of %s; each must be at least 1 and their product below 2^31"
                .formatted(file, sizes));
      }
      return new Idx(file, List.copyOf(sizes), values(file, in, (int) count));
    } catch (EOFException e) {
      throw new DataException(file + ": ends early, it is truncated; fetch it again", e);
    } catch (IOException e) {
      throw new DataException("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
  }

  private static byte[] values(Path file, InputStream in, int count) throws IOException {
    // Grows with what is there, so that a header that lies cannot take the memory.
    byte[] values = in.readNBytes(count);
    if (values.length < count) {
      throw new DataException(
          "%s: %d values where its header promises %d; it is truncated, fetch it again"
              .formatted(file, values.length, count));
    }
    if (in.read() >= 0) {
      throw new DataException(
          "%s: more values than the %d its header promises; fetch it again".formatted(file, count));
    }
    return values;
  }
}
