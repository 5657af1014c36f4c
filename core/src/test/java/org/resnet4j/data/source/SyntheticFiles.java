package org.resnet4j.data.source;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Small data files of every kind. */
final class SyntheticFiles {
  private SyntheticFiles() {}

  /** A 3x2 PNG of one grey value. */
  static byte[] png(int value) {
    BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 6; i++) {
      image.setRGB(i % 3, i / 3, value * 0x010101);
    }
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  static void tar(Path file, Map<String, byte[]> entries) throws IOException {
    tar(file, entries, false);
  }

  /** By another's writer; names over 100 bytes in the way of GNU or of POSIX. */
  static void tar(Path file, Map<String, byte[]> entries, boolean gnu) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
      tar.setLongFileMode(
          gnu ? TarArchiveOutputStream.LONGFILE_GNU : TarArchiveOutputStream.LONGFILE_POSIX);
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        TarArchiveEntry header = new TarArchiveEntry(entry.getKey());
        header.setSize(entry.getValue().length);
        tar.putArchiveEntry(header);
        tar.write(entry.getValue());
        tar.closeArchiveEntry();
      }
    }
  }

  /** An IDX file of the given magic, axes and values. */
  static byte[] idx(int magic, int[] sizes, byte... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + values.length);
    bytes.putInt(magic);
    for (int size : sizes) {
      bytes.putInt(size);
    }
    return bytes.put(values).array();
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** CIFAR records whose planes hold 1, 2 and 3, with these labels behind {@code before} bytes. */
  static byte[] cifar(int before, int... labels) {
    ByteBuffer bytes = ByteBuffer.allocate(labels.length * (before + 1 + 3072));
    for (int label : labels) {
      bytes.put(new byte[before]).put((byte) label);
      for (int i = 0; i < 3072; i++) {
        bytes.put((byte) (1 + i / 1024));
      }
    }
    return bytes.array();
  }
}
