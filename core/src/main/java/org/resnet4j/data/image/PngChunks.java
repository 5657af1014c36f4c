package org.resnet4j.data.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32;
import javax.imageio.IIOException;

/** The chunks of a PNG file (PNG specification, third edition, section 5). */
final class PngChunks {
  private static final int SIGNATURE = 8;

  /** Length, type and checksum. */
  private static final int FRAME = 12;

  private static final int HEADER = type("IHDR");
  private static final int PALETTE = type("PLTE");
  private static final int PIXELS = type("IDAT");
  private static final int EXIF = type("eXIf");
  private static final int END = type("IEND");
  private static final Set<Integer> KEPT = Set.of(HEADER, PALETTE, PIXELS, END);

  private final ByteBuffer bytes;

  PngChunks(byte[] bytes) {
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /** The file without any ancillary chunk, up to its end chunk; every kept chunk is whole. */
  byte[] pixelsOnly() throws IIOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream(bytes.capacity());
    kept.write(bytes.array(), 0, SIGNATURE);
    int at = SIGNATURE;
    int type;
    do {
      int end = end(at);
      type = bytes.getInt(at + 4);
      if (KEPT.contains(type)) {
        verify(at, end);
        kept.write(bytes.array(), at, end - at);
      }
      at = end;
    } while (type != END);
    return kept.toByteArray();
  }

  /** The content of the first eXIf chunk, empty if there is none. */
  byte[] exif() throws IIOException {
    int at = SIGNATURE;
    while (bytes.getInt(at + 4) != END) {
      int end = end(at);
      if (bytes.getInt(at + 4) == EXIF) {
        return Arrays.copyOfRange(bytes.array(), at + 8, end - 4);
      }
      at = end;
    }
    return new byte[0];
  }

  private int end(int at) throws IIOException {
    long left = (long) bytes.capacity() - at - FRAME;
    long length = left < 0 ? 0 : Integer.toUnsignedLong(bytes.getInt(at));
    if (length > left) {
      throw new IIOException("the file ends before its IEND chunk; it is truncated");
    }
    return at + FRAME + (int) length;
  }

  private void verify(int at, int end) throws IIOException {
    CRC32 sum = new CRC32();
    sum.update(bytes.array(), at + 4, end - at - 8);
    if ((int) sum.getValue() != bytes.getInt(end - 4)) {
      throw new IIOException("the checksum of a chunk at byte %d is wrong".formatted(at));
    }
  }

  private static int type(String name) {
    return name.charAt(0) << 24 | name.charAt(1) << 16 | name.charAt(2) << 8 | name.charAt(3);
  }
}
