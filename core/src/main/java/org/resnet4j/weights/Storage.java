package org.resnet4j.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/** Bytes that lie somewhere in a checkpoint's file and are read when a tensor needs them. */
sealed interface Storage {
  /** How many bytes there are. */
  long size();

  /** How many bytes must be read to have some of them. */
  long work(long length);

  /** A copy of some of them; both numbers within the storage. */
  ByteBuffer read(long start, int length) throws IOException;

  /** Part of the file as it is. */
  record Plain(FileBytes bytes, long position, long size) implements Storage {
    @Override
    public long work(long length) {
      return length;
    }

    @Override
    public ByteBuffer read(long start, int length) throws IOException {
      return bytes.read(position + start, length);
    }
  }

  /** An entry of a zip archive, whose checksum is compared at the first reading. */
  final class Zipped implements Storage {
    private final FileBytes bytes;
    private final ZipEntry entry;
    private boolean checked;

    Zipped(FileBytes bytes, ZipEntry entry) {
      this.bytes = bytes;
      this.entry = entry;
      this.checked = entry.checksum() == 0;
    }

    @Override
    public long size() {
      return entry.size();
    }

    @Override
    public long work(long length) {
      return entry.deflated() ? entry.size() : length;
    }

    @Override
    public ByteBuffer read(long start, int length) throws IOException {
      if (!entry.deflated() && (checked || length == entry.size())) {
        ByteBuffer whole = bytes.read(entry.position() + start, length);
        check(whole);
        return whole;
      }
      return stream(start, length);
    }

    private void check(ByteBuffer whole) {
      if (!checked) {
        CRC32 sum = new CRC32();
        sum.update(whole.duplicate());
        check(sum);
      }
    }

    private void check(CRC32 sum) {
      if (!checked && (int) sum.getValue() != entry.checksum()) {
        throw fault("the checksum is wrong; the file is damaged");
      }
      checked = true;
    }

    /** Goes through all bytes of the entry, keeps some and sums up the rest. */
    private ByteBuffer stream(long start, int length) throws IOException {
      ByteBuffer kept = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      CRC32 sum = new CRC32();
      byte[] chunk = new byte[1 << 16];
      long at = 0;
      long consumed;
      Inflater inflater = new Inflater(true);
      try {
        InputStream in = bytes.stream(entry.position(), entry.stored());
        in = entry.deflated() ? new InflaterInputStream(in, inflater) : in;
        for (int count; at <= size() && (count = in.read(chunk)) > 0; at += count) {
          sum.update(chunk, 0, count);
          int from = (int) Math.min(count, Math.max(0, start - at));
          int to = (int) Math.min(count, Math.max(from, start + length - at));
          kept.put(chunk, from, to - from);
        }
        consumed = inflater.getBytesRead();
      } catch (ZipException | EOFException e) {
        throw fault("cannot be inflated: " + e.getMessage());
      } finally {
        inflater.end();
      }
      if (at != size() || (entry.deflated() && consumed != entry.stored())) {
        throw fault("does not inflate to its %d bytes".formatted(size()));
      }
      check(sum);
      return kept.flip();
    }

    private WeightsException fault(String reason) {
      return bytes.fault(
          "zip entry %s: %s".formatted(WeightsException.quote(entry.name()), reason));
    }
  }
}
