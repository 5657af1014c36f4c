package org.resnet4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder for the files of a benchmark, which goes with it. */
final class Workshop {
  private Workshop() {}

  /** Work that needs a folder. */
  interface Work<T> {
    T in(Path folder) throws IOException, InterruptedException;
  }

  static <T> T with(Work<T> work) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("resnet4j-bench");
    try {
      return work.in(folder);
    } finally {
      try (Stream<Path> paths = Files.walk(folder)) {
        List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        for (Path path : deepestFirst) {
          Files.deleteIfExists(path);
        }
      }
    }
  }
}
