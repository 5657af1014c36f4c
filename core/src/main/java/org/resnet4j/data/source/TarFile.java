package org.resnet4j.data.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import org.resnet4j.data.DataException;

/**
 * Lists a tar file by reading it once; nothing is ever unpacked to a disk.
 *
 * <p>The images of a plain one are then read in place. Those of a gzipped one, which has no places
 * to go to, are kept in memory as they are encoded.
 */
final class TarFile {
  private final Path tar;
  private final ListingBuilder found;
  private final boolean isGzip;
  private long memory;

  private TarFile(Path tar, boolean isGzip, long memory) {
    this.tar = tar;
    this.found = new ListingBuilder(tar);
    this.isGzip = isGzip;
    this.memory = memory;
  }

  /** Whether the file, gzipped or not, starts as POSIX and GNU tar do. */
  static boolean isTar(Path file) {
    try (InputStream in = Gzip.open(file)) {
      return TarHeader.isTar(in.readNBytes(TarHeader.BLOCK));
    } catch (IOException e) {
      throw new DataException("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
  }

  /** Throws {@link DataException} if the file is damaged, ends early or needs too much memory. */
  static Listing list(Path tar) {
    return list(tar, Runtime.getRuntime().maxMemory() / 4);
  }

  /**
   * The same.
   *
   * @param memory how many bytes the images of a gzipped file may take
   */
  static Listing list(Path tar, long memory) {
    try (InputStream in = Gzip.open(tar)) {
      boolean isGzip = Gzip.isGzip(tar);
      Listing listing = new TarFile(tar, isGzip, memory).list(new TarReader(in));
      if (isGzip) {
        in.transferTo(OutputStream.nullOutputStream()); // The checksum comes last.
      }
      return listing;
    } catch (IOException e) {
      throw new DataException("%s: cannot be read (%s)".formatted(tar, e.getMessage()), e);
    }
  }

  private Listing list(TarReader reader) {
    try {
      for (Optional<TarReader.Entry> next = reader.next(); next.isPresent(); next = reader.next()) {
        add(next.get(), reader);
      }
    } catch (IOException e) {
      throw new DataException(
          "%s: not a sound tar file, at byte %d: %s"
              .formatted(tar, reader.position(), e.getMessage()),
          e);
    }
    return found.build();
  }

  private void add(TarReader.Entry entry, TarReader reader) throws IOException {
    String path = path(entry.name());
    if (entry.kind() == TarReader.Kind.FOLDER) {
      found.folder(path);
    } else if (entry.kind() == TarReader.Kind.OTHER || isOutside(path)) {
      found.other();
    } else if (isGzip && Listing.isImage(path) && entry.size() <= StoredImage.MOST_BYTES) {
      memory -= entry.size();
      if (memory < 0) {
        throw new DataException(
            "%s: its images do not fit the memory, of which they get a quarter; gunzip it, then they are read in place"
                .formatted(tar));
      }
      found.file(path, new StoredImage.InMemory(tar, path, reader.content()));
    } else {
      found.file(path, new StoredImage.InTar(tar, path, entry.offset(), entry.size()));
    }
  }

  /** Not {@code ..}: such a name starts with a dot, and what does is hidden. */
  private static boolean isOutside(String path) {
    return path.isEmpty()
        || path.startsWith("/")
        || path.contains("\\")
        || path.chars().anyMatch(Character::isISOControl);
  }

  private static String path(String name) {
    String path = name;
    while (path.startsWith("./")) {
      path = path.substring(2);
    }
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
