package org.resnet4j.data.source;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.resnet4j.data.DataException;

/** Collects a {@link Listing} entry by entry. */
final class ListingBuilder {
  /** Ten times ImageNet; more is a mistaken folder or a hostile archive. */
  private static final int MOST_ENTRIES = 12_000_000;

  private final Path root;
  private final int mostEntries;
  private final TreeSet<String> folders = new TreeSet<>();
  private final List<StoredImage> images = new ArrayList<>();
  private int others;
  private int entries;

  ListingBuilder(Path root) {
    this(root, MOST_ENTRIES);
  }

  ListingBuilder(Path root, int mostEntries) {
    this.root = root;
    this.mostEntries = mostEntries;
  }

  void folder(String path) {
    count();
    if (!path.isEmpty() && !isHidden(path)) {
      addFolders(path);
    }
  }

  void file(String path, StoredImage image) {
    count();
    if (isHidden(path)) {
      return;
    }
    if (!Listing.isImage(path)) {
      others++;
      return;
    }
    images.add(image);
    int slash = path.lastIndexOf('/');
    if (slash > 0) {
      addFolders(path.substring(0, slash));
    }
  }

  /** Counts an entry that is neither a folder nor a file to be read. */
  void other() {
    count();
    others++;
  }

  Listing build() {
    return new Listing(root, folders, images, others);
  }

  /** Adds the folder and those it lies in; an archive need not name them. */
  private void addFolders(String path) {
    String folder = path;
    while (folders.add(folder) && folder.indexOf('/') > 0) {
      folder = folder.substring(0, folder.lastIndexOf('/'));
    }
  }

  private void count() {
    if (++entries > mostEntries) {
      throw new DataException(
          "%s: more than %d entries; name the folder of the images".formatted(root, mostEntries));
    }
  }

  private static boolean isHidden(String path) {
    return path.startsWith(".") || path.contains("/.");
  }
}
