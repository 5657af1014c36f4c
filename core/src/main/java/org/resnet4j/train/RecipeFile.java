package org.resnet4j.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Recipes as flat YAML files. */
@SuppressWarnings("DoNotCallSuggester")
public final class RecipeFile {
  private RecipeFile() {}

  /** The recipes that come with the library. */
  public static List<String> shipped() {
    return List.of("shapes", "cifar-paper", "cifar-fast");
  }

  /**
   * Reads a shipped recipe by name or a file, then replaces keys.
   *
   * @param nameOrFile a name of {@link #shipped} or a path ending in {@code .yaml} or {@code .yml}
   * @param overrides key to value, both as in the file
   * @throws IllegalArgumentException for an unknown name, key or value, naming file and key, with a
   *     suggestion
   */
  public static Recipe load(String nameOrFile, Map<String, String> overrides) {
    throw new UnsupportedOperationException();
  }

  /** The recipe as YAML, every key included. */
  public static String write(Recipe recipe, Path source) {
    throw new UnsupportedOperationException();
  }
}
