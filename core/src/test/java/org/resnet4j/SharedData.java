package org.resnet4j;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds real data beside the project, which not every machine has. */
public final class SharedData {
  private SharedData() {}

  /**
   * A folder of the real data: below the environment's {@code RESNET4J_SHARED_DATA}, else below
   * {@code shared/data} in the nearest folder around the working directory that has it.
   */
  public static Optional<Path> find(String folder) {
    String set = System.getenv("RESNET4J_SHARED_DATA");
    if (set != null) {
      return Optional.of(Path.of(set, folder)).filter(Files::isDirectory);
    }
    for (Path around = Path.of("").toAbsolutePath(); around != null; around = around.getParent()) {
      Path found = around.resolve("shared/data").resolve(folder);
      if (Files.isDirectory(found)) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }
}
