package org.resnet4j.data.image;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import javax.imageio.IIOException;

/** The marker segments of a JPEG file (ITU-T T.81, annex B). */
final class JpegSegments {
  private static final int START = 0xD8;
  private static final int END = 0xD9;

  /** What the JDK goes over in about two seconds: ten scans of a photograph of 40 megapixels. */
  static final long MOST_WALKED = 400_000_000;

  private static final int SCAN = 0xDA;
  private static final int COMMENT = 0xFE;
  private static final int BASELINE = 0xC0;
  private static final int PROGRESSIVE = 0xC2;
  private static final int JFIF = 0xE0;
  private static final int ADOBE = 0xEE;

  /** Where, behind its length, an Adobe segment has the transform: 0 for none. */
  private static final int ADOBE_TRANSFORM = 11;

  private static final int EXIF = 0xE1;
  private static final byte[] JFIF_START = {'J', 'F', 'I', 'F', 0};
  private static final byte[] EXIF_START = {'E', 'x', 'i', 'f', 0, 0};

  private final byte[] bytes;
  private final int maxScans;
  private final long maxWalked;
  private final ByteArrayOutputStream kept;
  private int scans;
  private long pixels;

  /**
   * A file to go through.
   *
   * @param maxScans the most scans it may have
   * @param maxWalked the most pixels that all scans together may go over
   */
  JpegSegments(byte[] bytes, int maxScans, long maxWalked) {
    this.bytes = bytes;
    this.maxScans = maxScans;
    this.maxWalked = maxWalked;
    this.kept = new ByteArrayOutputStream(bytes.length);
  }

  /**
   * The file without comments and application data, up to its end marker.
   *
   * <p>JFIF and Adobe segments stay: they tell how the channels encode colour.
   */
  byte[] pixelsOnly() throws IIOException {
    int at = marker(0);
    while (code(at) != END) {
      int end = end(at);
      if (!isMetadata(code(at))) {
        kept.write(bytes, at, end - at);
      }
      at = marker(end);
    }
    kept.write(bytes, at, 2);
    return kept.toByteArray();
  }

  /**
   * Whether a file of four channels stores luma and chroma, as its Adobe segment tells.
   *
   * @param jpeg a whole file
   */
  static boolean isYcck(byte[] jpeg) throws IIOException {
    byte[] adobe = new JpegSegments(jpeg, 1, Long.MAX_VALUE).header(ADOBE, new byte[0]);
    return adobe.length > ADOBE_TRANSFORM && adobe[ADOBE_TRANSFORM] != 0;
  }

  /**
   * Whether a file is what nearly all are, about which no two readers disagree: JFIF, baseline or
   * progressive, of eight bits, grey or in luma and chroma, the latter at its coarsest.
   *
   * @param jpeg what {@link #pixelsOnly} has left of a file
   */
  static boolean isPlain(byte[] jpeg) throws IIOException {
    JpegSegments file = new JpegSegments(jpeg, 1, Long.MAX_VALUE);
    int at = file.marker(2);
    boolean plain = file.code(at) == JFIF && file.startsAt(at + 4, JFIF_START);
    boolean framed = false;
    while (plain && file.code(at) != SCAN && file.code(at) != END) {
      plain = file.code(at) != ADOBE;
      if (isFrame(file.code(at))) {
        plain &= !framed && file.isPlainFrame(at);
        framed = true;
      }
      at = file.marker(file.end(at));
    }
    return plain && framed;
  }

  private boolean isPlainFrame(int at) {
    if (code(at) != BASELINE && code(at) != PROGRESSIVE) {
      return false;
    }
    boolean grey = startsAt(at + 9, new byte[] {1});
    boolean coloured =
        startsAt(at + 9, new byte[] {3, 1})
            && startsAt(at + 13, new byte[] {2, 0x11})
            && startsAt(at + 16, new byte[] {3, 0x11});
    return bytes[at + 4] == 8 && (grey || coloured);
  }

  private boolean startsAt(int at, byte[] start) {
    return at + start.length <= bytes.length
        && Arrays.equals(bytes, at, at + start.length, start, 0, start.length);
  }

  /** The first EXIF data of a whole file, empty if it has none. */
  static byte[] exif(byte[] jpeg) throws IIOException {
    return new JpegSegments(jpeg, 1, Long.MAX_VALUE).header(EXIF, EXIF_START);
  }

  /** What follows a start in the first such segment before the pixels, empty if there is none. */
  private byte[] header(int code, byte[] start) throws IIOException {
    int at = marker(0);
    while (code(at) != SCAN && code(at) != END) {
      int end = end(at);
      int content = at + 4 + start.length;
      if (code(at) == code
          && content <= end
          && Arrays.equals(bytes, at + 4, content, start, 0, start.length)) {
        return Arrays.copyOfRange(bytes, content, end);
      }
      at = marker(end);
    }
    return new byte[0];
  }

  private int code(int at) {
    return bytes[at + 1] & 0xFF;
  }

  /** Where the next marker starts; what lies before it belongs to nothing, as libjpeg has it. */
  private int marker(int from) throws IIOException {
    for (int at = from; at + 1 < bytes.length; at++) {
      if (bytes[at] == (byte) 0xFF && code(at) != 0 && code(at) != 0xFF) {
        return at;
      }
    }
    throw truncated();
  }

  /** Where the segment, and the scan that may follow it, ends. */
  private int end(int at) throws IIOException {
    if (code(at) == START || isRestart(code(at)) || code(at) == 1) {
      return at + 2;
    }
    if (at + 4 > bytes.length) {
      throw truncated();
    }
    int end = at + 2 + ((bytes[at + 2] & 0xFF) << 8 | (bytes[at + 3] & 0xFF));
    if (end > bytes.length) {
      throw truncated();
    }
    if (isFrame(code(at)) && at + 9 <= end) {
      int height = ((bytes[at + 5] & 0xFF) << 8) | (bytes[at + 6] & 0xFF);
      int width = ((bytes[at + 7] & 0xFF) << 8) | (bytes[at + 8] & 0xFF);
      pixels = (long) height * width;
    }
    return code(at) == SCAN ? scanEnd(end) : end;
  }

  private int scanEnd(int from) throws IIOException {
    if (++scans > maxScans) {
      throw new IIOException("more than %d scans".formatted(maxScans));
    }
    if (scans > 1 && scans * pixels > maxWalked) { // One scan alone is judged by its size.
      throw new IIOException(
          "%d scans of %d pixels; at most %d pixels in all".formatted(scans, pixels, maxWalked));
    }
    int at = marker(from);
    while (isRestart(code(at))) {
      at = marker(at + 2);
    }
    return at;
  }

  private static boolean isRestart(int code) {
    return code >= 0xD0 && code <= 0xD7;
  }

  /** A start of frame: not the tables of Huffman and arithmetic codes, which lie between. */
  private static boolean isFrame(int code) {
    return code >= 0xC0 && code <= 0xCF && code != 0xC4 && code != 0xC8 && code != 0xCC;
  }

  private static boolean isMetadata(int code) {
    return code == COMMENT || (code > JFIF && code <= 0xEF && code != ADOBE);
  }

  private static IIOException truncated() {
    return new IIOException("the file ends before its end marker; it is truncated");
  }
}
