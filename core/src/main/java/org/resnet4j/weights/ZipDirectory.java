package org.resnet4j.weights;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the directory of a zip archive, stricter than most: every entry's own header must agree
 * with it and no byte belongs to two entries, so no two programs see different contents.
 */
final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int DESCRIPTOR = 0x08074b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;

  private static final int LOCAL_LENGTH = 30;
  private static final int CENTRAL_LENGTH = 46;
  private static final int END_LENGTH = 22;
  private static final int END_64_LENGTH = 56;
  private static final int LOCATOR_64_LENGTH = 20;

  private static final int EXTRA_64 = 1;
  private static final int ENCRYPTED = 1;
  private static final int DESCRIBED = 1 << 3;

  /** Compression levels, descriptor, UTF-8. */
  private static final int KNOWN_FLAGS = 0b1000_0000_1110;

  private static final int FILE_TYPE = 0xf000;
  private static final int SYMBOLIC_LINK = 0xa000;
  private static final int DEFLATED = 8;

  /** Of a 32-bit field whose value stands in a 64-bit one. */
  private static final long ELSEWHERE = 0xffff_ffffL;

  private static final int MOST_ENTRIES = 100_000;
  private static final int LONGEST = 16 << 20;
  private static final int HIGHEST_RATIO = 100;

  private static final Pattern OUTSIDE =
      Pattern.compile(
          "([/\\\\]|[A-Za-z]:).*|.*\\\\.*|(.*/)?\\.\\.(/.*)?|.*\\p{Cntrl}.*|", Pattern.DOTALL);

  private final FileBytes bytes;

  private ZipDirectory(FileBytes bytes) {
    this.bytes = bytes;
  }

  /** The entries by name, in the order of the directory. */
  static Map<String, ZipEntry> read(FileBytes bytes) throws IOException {
    return new ZipDirectory(bytes).entries();
  }

  /** What the directory says, before the entry's own header is seen. */
  private record Listing(
      String name, int flags, int method, int checksum, long stored, long size, long header) {}

  /** Where the directory lies. */
  private record Place(long position, long length, long entries) {}

  private Map<String, ZipEntry> entries() throws IOException {
    Place place = place();
    List<Listing> records = records(place);
    records.sort(Comparator.comparingLong(Listing::header));
    Map<String, ZipEntry> entries = new LinkedHashMap<>();
    long end = 0;
    for (Listing entry : records) {
      if (entry.header() < end || (entries.isEmpty() && entry.header() > 0)) {
        throw fault(
            entry.name(),
            "begins at %d but what is before it ends at %d".formatted(entry.header(), end));
      }
      ZipEntry checked = checked(entry, place.position());
      end = checked.position() + checked.stored() + descriptor(entry, checked);
      if (end > place.position()) {
        throw fault(entry.name(), "ends at %d, inside the directory".formatted(end));
      }
      if (entries.put(entry.name(), checked) != null) {
        throw fault(entry.name(), "the name is taken; a reader could not know which is meant");
      }
    }
    return entries;
  }

  private Place place() throws IOException {
    long position = bytes.size() - END_LENGTH;
    if (position < 0) {
      throw bytes.fault("%d bytes are no zip archive".formatted(bytes.size()));
    }
    ByteBuffer end = bytes.read(position, END_LENGTH);
    if (end.getInt(0) != END || end.getShort(20) != 0) {
      throw bytes.fault(
          "a zip archive without its end record; it is cut off or something follows it");
    }
    Place narrow =
        new Place(
            wide(end.getInt(16)), wide(end.getInt(12)), Short.toUnsignedLong(end.getShort(10)));
    boolean oneDisk = end.getInt(4) == 0 && end.getShort(8) == end.getShort(10);
    Place place = narrow;
    long locator = position - LOCATOR_64_LENGTH;
    if (locator >= 0 && bytes.read(locator, Integer.BYTES).getInt(0) == LOCATOR_64) {
      position = locator - END_64_LENGTH;
      ByteBuffer end64 = end64(locator);
      oneDisk &= end64.getLong(16) == 0 && end64.getLong(24) == end64.getLong(32);
      place = new Place(end64.getLong(48), end64.getLong(40), end64.getLong(32));
      oneDisk &=
          agrees(narrow.position(), place.position())
              && agrees(narrow.length(), place.length())
              && (narrow.entries() == 0xffff || narrow.entries() == place.entries());
    }
    if (!oneDisk) {
      throw bytes.fault("the end records of the zip archive contradict each other");
    }
    if (place.entries() < 0 || place.entries() > MOST_ENTRIES || place.length() > LONGEST) {
      throw bytes.fault(
          "a zip directory of %d entries in %d bytes; at most %d in %d are read"
              .formatted(place.entries(), place.length(), MOST_ENTRIES, LONGEST));
    }
    if (place.length() < 0 || place.position() != position - place.length()) {
      throw bytes.fault(
          "the zip directory at %d, %d bytes, does not end at its end record at %d"
              .formatted(place.position(), place.length(), position));
    }
    return place;
  }

  private ByteBuffer end64(long locator) throws IOException {
    long position = bytes.read(locator, LOCATOR_64_LENGTH).getLong(8);
    if (position != locator - END_64_LENGTH) {
      throw bytes.fault("the 64-bit end record of the zip archive is not where it should be");
    }
    ByteBuffer end = bytes.read(position, END_64_LENGTH);
    if (end.getInt(0) != END_64) {
      throw bytes.fault("the 64-bit end record of the zip archive is damaged");
    }
    return end;
  }

  private static boolean agrees(long narrow, long wide) {
    return narrow == ELSEWHERE || narrow == wide;
  }

  private List<Listing> records(Place place) throws IOException {
    ByteBuffer directory = bytes.read(place.position(), (int) place.length());
    List<Listing> records = new ArrayList<>();
    while (directory.hasRemaining()) {
      records.add(record(directory));
    }
    if (records.size() != place.entries()) {
      throw bytes.fault(
          "the zip directory has %d entries but says %d"
              .formatted(records.size(), place.entries()));
    }
    return records;
  }

  private Listing record(ByteBuffer directory) {
    ByteBuffer head = take(directory, CENTRAL_LENGTH);
    if (head.getInt(0) != CENTRAL) {
      throw bytes.fault("the zip directory is damaged");
    }
    String name = name(take(directory, Short.toUnsignedInt(head.getShort(28))));
    ByteBuffer extra = take(directory, Short.toUnsignedInt(head.getShort(30)));
    take(directory, Short.toUnsignedInt(head.getShort(32)));
    int flags = head.getShort(8);
    int method = head.getShort(10);
    if ((flags & ~KNOWN_FLAGS) != 0 || head.getShort(34) != 0) {
      throw fault(
          name,
          (flags & ENCRYPTED) != 0
              ? "is encrypted"
              : "needs a feature of zip that checkpoints do not use");
    }
    if (method != 0 && method != DEFLATED) {
      throw fault(
          name, "is compressed by method %d; only 0 and %d are read".formatted(method, DEFLATED));
    }
    if (((head.getInt(38) >>> 16) & FILE_TYPE) == SYMBOLIC_LINK) {
      throw fault(name, "is a symbolic link");
    }
    Wide wide = new Wide(name, extra);
    long size = wide.value(head.getInt(24));
    long stored = wide.value(head.getInt(20));
    Listing entry =
        new Listing(
            name, flags, method, head.getInt(16), stored, size, wide.value(head.getInt(42)));
    if (method == 0 ? size != stored : size / HIGHEST_RATIO > stored) {
      throw fault(name, "%d bytes that claim to inflate to %d".formatted(stored, size));
    }
    return entry;
  }

  private String name(ByteBuffer encoded) {
    String name;
    try {
      name = UTF_8.newDecoder().decode(encoded).toString();
    } catch (CharacterCodingException e) {
      throw new WeightsException(bytes.file(), "the name of a zip entry is not UTF-8", e);
    }
    if (OUTSIDE.matcher(name).matches()) {
      throw fault(name, "is a path that leads outside the archive; no checkpoint has one");
    }
    return name;
  }

  /** Compares an entry's own header with the directory and finds its bytes. */
  private ZipEntry checked(Listing entry, long limit) throws IOException {
    if (entry.header() < 0 || entry.header() > limit - LOCAL_LENGTH) {
      throw fault(
          entry.name(), "begins at %d, outside the archive's entries".formatted(entry.header()));
    }
    ByteBuffer head = bytes.read(entry.header(), LOCAL_LENGTH);
    int nameLength = Short.toUnsignedInt(head.getShort(26));
    int extraLength = Short.toUnsignedInt(head.getShort(28));
    ByteBuffer rest = bytes.read(entry.header() + LOCAL_LENGTH, nameLength + extraLength);
    if (head.getInt(0) != LOCAL
        || head.getShort(6) != entry.flags()
        || head.getShort(8) != entry.method()
        || !take(rest, nameLength).equals(UTF_8.encode(entry.name()))) {
      throw disagreement(entry);
    }
    boolean described = (entry.flags() & DESCRIBED) != 0;
    Wide wide = new Wide(entry.name(), take(rest, extraLength));
    boolean later = described && head.getInt(14) == 0 && head.getLong(18) == 0;
    if (!later
        && (head.getInt(14) != entry.checksum()
            || wide.value(head.getInt(22)) != entry.size()
            || wide.value(head.getInt(18)) != entry.stored())) {
      throw disagreement(entry);
    }
    long position = entry.header() + LOCAL_LENGTH + nameLength + extraLength;
    if (entry.stored() < 0 || entry.stored() > limit - position) {
      throw fault(
          entry.name(), "%d bytes at %d reach the directory".formatted(entry.stored(), position));
    }
    return new ZipEntry(
        entry.name(),
        entry.method() == DEFLATED,
        position,
        entry.stored(),
        entry.size(),
        entry.checksum());
  }

  /** The length of what repeats checksum and sizes after the bytes, with 32-bit sizes or 64. */
  private int descriptor(Listing entry, ZipEntry checked) throws IOException {
    if ((entry.flags() & DESCRIBED) == 0) {
      return 0;
    }
    ByteBuffer found = bytes.read(checked.position() + checked.stored(), 16);
    if (found.getInt(0) == DESCRIPTOR && found.getInt(4) == entry.checksum()) {
      if (wide(found.getInt(8)) == entry.stored() && wide(found.getInt(12)) == entry.size()) {
        return 16;
      }
      ByteBuffer sizes = bytes.read(checked.position() + checked.stored() + 8, 16);
      if (sizes.getLong(0) == entry.stored() && sizes.getLong(8) == entry.size()) {
        return 24;
      }
    }
    throw disagreement(entry);
  }

  private WeightsException disagreement(Listing entry) {
    return fault(entry.name(), "the entry's own header and the directory say different things");
  }

  /** The 64-bit values of an extra field, in the order in which they are asked for. */
  private final class Wide {
    private final String name;
    private final ByteBuffer values;

    Wide(String name, ByteBuffer extra) {
      this.name = name;
      ByteBuffer found = ByteBuffer.allocate(0);
      while (extra.remaining() >= 2 * Short.BYTES) {
        int tag = extra.getShort();
        int length = Short.toUnsignedInt(extra.getShort());
        ByteBuffer field = take(extra, length);
        found = tag == EXTRA_64 ? field : found;
      }
      this.values = found;
    }

    long value(int narrow) {
      if (wide(narrow) != ELSEWHERE) {
        return wide(narrow);
      }
      if (values.remaining() < Long.BYTES) {
        throw fault(name, "a 64-bit size or place is missing");
      }
      return values.getLong();
    }
  }

  private ByteBuffer take(ByteBuffer from, int length) {
    if (length > from.remaining()) {
      throw bytes.fault("the zip directory is damaged");
    }
    ByteBuffer taken = from.slice(from.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    from.position(from.position() + length);
    return taken;
  }

  private static long wide(int narrow) {
    return Integer.toUnsignedLong(narrow);
  }

  private WeightsException fault(String name, String reason) {
    return bytes.fault("zip entry %s: %s".formatted(WeightsException.quote(name), reason));
  }
}
