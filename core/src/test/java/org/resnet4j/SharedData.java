package org.resnet4j;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the real data that some machines have beside the project. */
public final class SharedData {
  private SharedData() {}

  /** A folder of it, from RESNET4J_SHARED_DATA or a shared/data beside any parent folder. */
  public static Optional<Path> find(String folder) {
    String configured = System.getenv("RESNET4J_SHARED_DATA");
    if (configured != null) {
      return Optional.of(Path.of(configured, folder)).filter(Files::exists);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path found = at.resolve("shared/data").resolve(folder);
      if (Files.exists(found)) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }
}
