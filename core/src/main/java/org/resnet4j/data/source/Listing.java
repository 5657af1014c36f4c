package org.resnet4j.data.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.resnet4j.data.DataException;

/**
 * The images and folders below a root, be it a folder or a tar file; hidden ones left out.
 *
 * @param root the folder or tar file, for messages
 * @param folders every folder's path below the root, empty ones too
 * @param images in no particular order
 * @param others how many files are not JPEG or PNG by their extension
 */
record Listing(Path root, TreeSet<String> folders, List<StoredImage> images, int others) {
  /** Lists a folder and all below it, following links as torchvision does. */
  static Listing ofFolder(Path root) {
    ListingBuilder found = new ListingBuilder(root);
    try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
      for (Iterator<Path> paths = walk.iterator(); paths.hasNext(); ) {
        Path file = paths.next();
        String path = root.relativize(file).toString().replace('\\', '/');
        if (Files.isDirectory(file)) {
          found.folder(path);
        } else {
          found.file(path, new StoredImage.InFolder(root, path));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DataException("%s: cannot be listed (%s)".formatted(root, e.getMessage()), e);
    }
    return found.build();
  }

  /** Several roots as one; the folders of a class are one folder. */
  static Listing merged(Path root, List<Listing> parts) {
    if (parts.size() == 1) {
      return parts.get(0);
    }
    TreeSet<String> folders = new TreeSet<>();
    List<StoredImage> images = new ArrayList<>();
    int others = 0;
    for (Listing part : parts) {
      folders.addAll(part.folders);
      images.addAll(part.images);
      others += part.others;
    }
    return new Listing(root, folders, images, others);
  }

  static boolean isImage(String path) {
    String name = path.toLowerCase(Locale.ROOT);
    return name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png");
  }
}
