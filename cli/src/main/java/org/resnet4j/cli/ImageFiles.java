package org.resnet4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.resnet4j.data.DataException;

/** The images that a path on the command line stands for. */
final class ImageFiles {
  private ImageFiles() {}

  /**
   * A file itself, whatever its name; of a folder, the JPEG and PNG files in it and below, sorted.
   *
   * @throws DataException if the folder has none or cannot be read
   */
  static List<Path> at(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> below = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> images = below.filter(ImageFiles::isImage).sorted().toList();
      if (images.isEmpty()) {
        throw new DataException(path + ": no .jpg, .jpeg or .png file in this folder or below");
      }
      return images;
    } catch (IOException | UncheckedIOException e) {
      throw new DataException(path + ": cannot be listed; check that the folder is readable", e);
    }
  }

  private static boolean isImage(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    boolean named = name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png");
    return named && Files.isRegularFile(path);
  }
}
