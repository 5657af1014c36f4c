package org.resnet4j.recipe;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Finds the word that was meant. */
final class Nearest {
  private Nearest() {}

  /** {@code ; did you mean "WORD"?}, or nothing if no word is near. */
  static String suggestion(String wrong, List<String> right) {
    return right.stream()
        .filter(word -> distance(wrong, word) <= Math.max(2, word.length() / 3))
        .min(Comparator.comparingInt(word -> distance(wrong, word)))
        .map(word -> "; did you mean \"" + word + "\"?")
        .orElse("");
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
