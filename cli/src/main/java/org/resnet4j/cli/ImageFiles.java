package org.resnet4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The images that a path on the command line stands for.
 *
 * @param error why there are none, if so
 */
record ImageFiles(Path path, List<Path> files, Optional<String> error) {

  /**
   * A file itself, whatever its name; of a folder, the JPEG and PNG files in it and below, sorted.
   * A folder that has none or cannot be read is an error.
   */
  static ImageFiles at(Path path) {
    if (!Files.isDirectory(path)) {
      return new ImageFiles(path, List.of(path), Optional.empty());
    }
    try (Stream<Path> below = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
      List<Path> images = below.filter(ImageFiles::isImage).sorted().toList();
      if (images.isEmpty()) {
        return without(path, "no .jpg, .jpeg or .png file in this folder or below");
      }
      return new ImageFiles(path, images, Optional.empty());
    } catch (IOException | UncheckedIOException e) {
      return without(path, "cannot be listed; check that the folder is readable");
    }
  }

  private static ImageFiles without(Path path, String reason) {
    return new ImageFiles(path, List.of(), Optional.of(path + ": " + reason));
  }

  private static boolean isImage(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    boolean named = name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png");
    return named && Files.isRegularFile(path);
  }
}
