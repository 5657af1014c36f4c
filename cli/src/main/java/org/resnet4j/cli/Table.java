package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Text in columns: words to the left, numbers to the right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final boolean[] numeric;

  public Table(String... headers) {
    rows.add(List.of(headers));
    numeric = new boolean[headers.length];
  }

  /** Adds a row with one cell a column; a column with a number in it is a column of numbers. */
  public void row(Object... cells) {
    if (cells.length != numeric.length) {
      throw new IllegalArgumentException(
          "a row of %d cells does not fit %d columns".formatted(cells.length, numeric.length));
    }
    List<String> row = new ArrayList<>();
    for (int c = 0; c < cells.length; c++) {
      numeric[c] |= cells[c] instanceof Number;
      row.add(text(cells[c]));
    }
    rows.add(row);
  }

  /** Adds a line of its own between rows, with a blank line before it. */
  void heading(String text) {
    rows.add(List.of(text));
  }

  private static String text(Object cell) {
    if (cell instanceof Double value) {
      return Figures.decimal(value);
    }
    return cell instanceof Number value ? Figures.count(value.longValue()) : cell.toString();
  }

  public void print(PrintWriter out) {
    for (List<String> row : rows) {
      if (isHeading(row)) {
        out.println();
        out.println(row.get(0));
        continue;
      }
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < numeric.length; c++) {
        String padding = " ".repeat(width(c) - row.get(c).length());
        line.append(c == 0 ? "" : GAP);
        line.append(numeric[c] ? padding + row.get(c) : row.get(c) + padding);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private boolean isHeading(List<String> row) {
    return row.size() < numeric.length;
  }

  private int width(int column) {
    return rows.stream()
        .filter(row -> !isHeading(row))
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
