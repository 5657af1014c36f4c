package org.resnet4j.data.source;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A tar file written block by block, as wrong as a test wants it. */
final class TarBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** An entry of the POSIX format. */
  TarBytes entry(char type, String name, byte[] content) {
    return header(type, name, "%011o\0".formatted(content.length)).content(content);
  }

  /** A header alone, its size as given, up to 12 characters of Latin-1. */
  TarBytes header(char type, String name, String size) {
    byte[] block = new byte[512];
    put(block, 0, name);
    put(block, 124, size);
    block[156] = (byte) type;
    put(block, 257, "ustar\00000");
    out.writeBytes(summed(block));
    return this;
  }

  TarBytes content(byte[] content) {
    out.writeBytes(Arrays.copyOf(content, (content.length + 511) / 512 * 512));
    return this;
  }

  /** A POSIX attribute of the next entry. */
  TarBytes attribute(String pair) {
    int length = pair.getBytes(StandardCharsets.UTF_8).length + 2;
    int digits = Integer.toString(length + Integer.toString(length).length()).length();
    return entry('x', "pax", utf8((length + digits) + " " + pair + "\n"));
  }

  byte[] unended() {
    return out.toByteArray();
  }

  byte[] ended() {
    return Arrays.copyOf(out.toByteArray(), out.size() + 1024);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The block with its checksum. */
  static byte[] summed(byte[] block) {
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte value : block) {
      sum += value & 0xff;
    }
    put(block, 148, "%06o\0 ".formatted(sum));
    return block;
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }
}
