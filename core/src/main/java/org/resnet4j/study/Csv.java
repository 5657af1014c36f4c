package org.resnet4j.study;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** A table as a CSV file: names in the first line, numbers in full. */
final class Csv {
  private final StringBuilder text = new StringBuilder();
  private final int columns;

  Csv(String... names) {
    columns = names.length;
    text.append(String.join(",", names)).append('\n');
  }

  /** Adds a line; a number that is not finite is left empty. */
  Csv row(Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException(
          "%d cells do not fit %d columns".formatted(cells.length, columns));
    }
    text.append(Arrays.stream(cells).map(Csv::cell).collect(Collectors.joining(","))).append('\n');
    return this;
  }

  private static String cell(Object value) {
    if (value instanceof Double number) {
      return Double.isFinite(number) ? String.format(Locale.ROOT, "%.8g", number) : "";
    }
    String word = value.toString();
    boolean plain = word.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? word : '"' + word.replace("\"", "\"\"") + '"';
  }

  String text() {
    return text.toString();
  }
}
