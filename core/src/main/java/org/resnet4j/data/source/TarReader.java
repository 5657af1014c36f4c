package org.resnet4j.data.source;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The entries of a tar stream, one after the other.
 *
 * <p>Reads headers only; what an entry holds is skipped unless asked for. Takes no more memory than
 * the longest name allowed, whatever the stream says.
 */
final class TarReader {
  /** Of names and of POSIX attributes; a file system allows 4096. */
  private static final int MOST_ATTRIBUTES = 1 << 16;

  private final InputStream in;
  private long position;
  private long left;

  /**
   * A file, folder, link or device.
   *
   * @param offset where in the stream its content starts
   */
  record Entry(String name, Kind kind, long size, long offset) {}

  enum Kind {
    FILE,
    FOLDER,
    OTHER
  }

  TarReader(InputStream in) {
    this.in = in;
  }

  /** Throws {@link IOException} if the stream is damaged or ends before its end mark. */
  Optional<Entry> next() throws IOException {
    String longName = "";
    String attributes = "";
    while (true) {
      skipRest();
      byte[] block = read(TarHeader.BLOCK);
      if (isZero(block)) {
        return Optional.empty();
      }
      TarHeader header = TarHeader.of(block);
      left = header.size();
      switch (header.type()) {
        case 'L' -> longName = text(header.size());
        case 'x' -> attributes = text(header.size());
        case 'g', 'K' -> {} // Of all entries, or of links: nothing that matters here.
        default -> {
          return Optional.of(entry(header, longName, attributes));
        }
      }
    }
  }

  /** The content of the entry that was read last. */
  byte[] content() throws IOException {
    byte[] bytes = read(Math.toIntExact(left));
    left = 0;
    return bytes;
  }

  /** How many bytes were read, to say where the damage is. */
  long position() {
    return position;
  }

  private Entry entry(TarHeader header, String longName, String attributes) throws IOException {
    String name = longName.isEmpty() ? header.name() : utf8(longName.split("\0", 2)[0]);
    long size = header.size();
    for (int at = 0; at < attributes.length(); ) {
      String record = record(attributes, at);
      String pair = utf8(record.substring(record.indexOf(' ') + 1, record.length() - 1));
      if (pair.startsWith("path=")) {
        name = pair.substring("path=".length());
      } else if (pair.startsWith("size=")) {
        size = TarHeader.number(pair.substring("size=".length()), 10);
      } else if (pair.startsWith("GNU.sparse.")) {
        throw sparse();
      }
      at += record.length();
    }
    left = hasContent(header.type()) ? size : 0;
    return new Entry(name, kind(header.type(), name), left, position);
  }

  private static Kind kind(char type, String name) throws IOException {
    return switch (type) {
      case 0, '0', '7' -> name.endsWith("/") ? Kind.FOLDER : Kind.FILE;
      case '5' -> Kind.FOLDER;
      case 'S' -> throw sparse();
      default -> Kind.OTHER;
    };
  }

  /** Links, devices, folders and pipes have none, even if they state a size. */
  private static boolean hasContent(char type) {
    return type < '1' || type > '6';
  }

  /** The {@code "length keyword=value\n"} there, length being that of all of it. */
  private static String record(String attributes, int at) throws IOException {
    int blank = attributes.indexOf(' ', at);
    long length = blank <= at ? -1 : TarHeader.number(attributes.substring(at, blank), 10);
    long end = at + length;
    if (length < blank - at + 2
        || end > attributes.length()
        || attributes.charAt((int) end - 1) != '\n') {
      throw new IOException("the attributes of an entry are damaged");
    }
    return attributes.substring(at, (int) end);
  }

  private static IOException sparse() {
    return new IOException("a sparse entry; write the archive without --sparse");
  }

  /** Its bytes, one a character: lengths inside count bytes. */
  private String text(long size) throws IOException {
    if (size > MOST_ATTRIBUTES) {
      throw new IOException(
          "a name or attributes of %d bytes, at most %d are read".formatted(size, MOST_ATTRIBUTES));
    }
    return new String(content(), StandardCharsets.ISO_8859_1);
  }

  private static String utf8(String bytes) {
    return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private byte[] read(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("it ends early, it is truncated");
    }
    position += length;
    return bytes;
  }

  /** Skips what is left of an entry and fills up its last block. */
  private void skipRest() throws IOException {
    long skipped = left + (-(position + left) & (TarHeader.BLOCK - 1));
    try {
      in.skipNBytes(skipped);
    } catch (EOFException truncated) {
      throw new EOFException("it ends early, it is truncated");
    }
    position += skipped;
    left = 0;
  }

  private static boolean isZero(byte[] block) {
    for (byte value : block) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }
}
