package org.resnet4j.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Gathers what is wrong with the keys of a recipe, so that all of it is told at once. */
final class Problems {
  private final List<String> found = new ArrayList<>();

  /** Notes a problem unless the condition holds; the values are written as programs read them. */
  @SuppressWarnings("AnnotateFormatMethod")
  Problems check(boolean holds, String problem, Object... values) {
    if (!holds) {
      found.add(String.format(Locale.ROOT, problem, values));
    }
    return this;
  }

  /** Throws {@link IllegalArgumentException} with all that was noted, if anything was. */
  void refuse() {
    if (!found.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", found));
    }
  }
}
