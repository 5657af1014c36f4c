package org.resnet4j.data.source;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.resnet4j.data.DataException;

/** Lists a tar file by reading it once; its images are then read in place, never unpacked. */
final class TarFile {
  private static final int MAGIC_OFFSET = 257;
  private static final byte[] MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);

  private TarFile() {}

  /** Whether the file has the magic of POSIX and GNU tar. */
  static boolean isTar(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] start = in.readNBytes(MAGIC_OFFSET + MAGIC.length);
      return start.length == MAGIC_OFFSET + MAGIC.length
          && Arrays.equals(MAGIC, Arrays.copyOfRange(start, MAGIC_OFFSET, start.length));
    } catch (IOException e) {
      throw new DataException("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
  }

  /** Throws {@link DataException} if the file is damaged or ends early. */
  static Listing list(Path tar) {
    ListingBuilder found = new ListingBuilder(tar);
    try (InputStream file = new BufferedInputStream(Files.newInputStream(tar), 1 << 16);
        TarArchiveInputStream entries = new TarArchiveInputStream(file)) {
      long size = Files.size(tar);
      for (TarArchiveEntry entry = entries.getNextEntry();
          entry != null;
          entry = entries.getNextEntry()) {
        add(found, tar, entry, entries.getBytesRead(), size);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new DataException("%s: not a sound tar file (%s)".formatted(tar, e.getMessage()), e);
    }
    return found.build();
  }

  private static void add(
      ListingBuilder found, Path tar, TarArchiveEntry entry, long offset, long tarSize) {
    String path = path(entry.getName());
    if (entry.isDirectory()) {
      found.folder(path);
    } else if (!isPlainFile(entry) || isOutside(path) || entry.getSize() > StoredImage.MOST_BYTES) {
      found.other();
    } else if (offset + entry.getSize() > tarSize) {
      throw new DataException(
          "%s:%s: needs %d bytes at %d, but the file ends at %d; it is truncated"
              .formatted(tar, path, entry.getSize(), offset, tarSize));
    } else {
      found.file(path, new StoredImage.InTar(tar, path, offset, (int) entry.getSize()));
    }
  }

  private static boolean isPlainFile(TarArchiveEntry entry) {
    return entry.isFile() && !entry.isLink() && !entry.isSymbolicLink() && !entry.isSparse();
  }

  private static boolean isOutside(String path) {
    return path.isEmpty() || path.startsWith("/") || path.contains("\\") || path.contains("..");
  }

  private static String path(String name) {
    String path = name;
    while (path.startsWith("./")) {
      path = path.substring(2);
    }
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
