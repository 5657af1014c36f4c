package org.resnet4j.data.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One header block of a tar file (POSIX.1-2001, "ustar interchange format"; GNU tar manual, "Basic
 * tar format").
 *
 * @param type what the entry is, a letter or digit
 */
record TarHeader(String name, long size, char type) {
  static final int BLOCK = 512;
  private static final int NAME = 100;
  private static final int SIZE_AT = 124;
  private static final int SUM_AT = 148;
  private static final int TYPE_AT = 156;
  private static final int MAGIC_AT = 257;
  private static final int PREFIX_AT = 345;
  private static final int PREFIX = 155;

  /** Neither padding to whole blocks nor adding to a position may overflow. */
  private static final long MOST_SIZE = Long.MAX_VALUE / 4;

  /** Whether a block has the magic of POSIX or GNU tar. */
  static boolean isTar(byte[] block) {
    return block.length == BLOCK && text(block, MAGIC_AT, 5).equals("ustar");
  }

  /** Throws {@link IOException} unless it is a whole header whose checksum is right. */
  static TarHeader of(byte[] block) throws IOException {
    if (!isTar(block)) {
      throw new IOException("no header of POSIX or GNU tar where one is expected");
    }
    if (number(block, SUM_AT, 8) != sum(block)) {
      throw new IOException("the checksum of a header is wrong");
    }
    String name = text(block, 0, NAME);
    // GNU's magic ends in a blank, and what is the prefix of POSIX has another use there.
    String prefix = block[MAGIC_AT + 5] == 0 ? text(block, PREFIX_AT, PREFIX) : "";
    return new TarHeader(
        prefix.isEmpty() ? name : prefix + "/" + name,
        number(block, SIZE_AT, 12),
        (char) (block[TYPE_AT] & 0xff));
  }

  /** The sum of all bytes, those of the checksum itself taken as blanks. */
  private static long sum(byte[] block) {
    byte[] blanked = block.clone();
    Arrays.fill(blanked, SUM_AT, SUM_AT + 8, (byte) ' ');
    long sum = 0;
    for (byte value : blanked) {
      sum += value & 0xff;
    }
    return sum;
  }

  /** Octal digits, or GNU's big-endian binary number, marked by its first bit. */
  private static long number(byte[] block, int at, int length) throws IOException {
    if ((block[at] & 0x80) == 0) {
      return number(text(block, at, length).strip(), 8);
    }
    long value = block[at] & 0x7f;
    for (int i = at + 1; i < at + length; i++) {
      // A negative number, whose first bits are all set, ends here, too.
      if (value > MOST_SIZE >> 8) {
        throw new IOException("a size is negative or beyond any file");
      }
      value = value << 8 | (block[i] & 0xff);
    }
    return value;
  }

  /** Throws {@link IOException} unless all are digits and there are no more than a file needs. */
  static long number(String digits, int radix) throws IOException {
    if (digits.length() > 18 || !digits.chars().allMatch(c -> Character.digit(c, radix) >= 0)) {
      throw new IOException("a number is none or too long");
    }
    return digits.isEmpty() ? 0 : Long.parseLong(digits, radix);
  }

  private static String text(byte[] block, int at, int length) {
    int end = at;
    while (end < at + length && block[end] != 0) {
      end++;
    }
    return new String(block, at, end - at, StandardCharsets.UTF_8);
  }
}
