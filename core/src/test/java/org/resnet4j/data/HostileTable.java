package org.resnet4j.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The tables of {@code docs/hostile-images.md}, written by the tests whose output they are.
 *
 * <p>{@code -Dresnet4j.write-docs=true} writes them; otherwise a test fails where one is not
 * current.
 */
public final class HostileTable {
  private static final Path FILE = Path.of("..", "docs", "hostile-images.md");

  private HostileTable() {}

  /** The rows of a section, each with its cells separated by {@code |}. */
  public static void isCurrent(String section, List<String> rows) {
    String start = "<!-- " + section + " -->\n";
    String end = "<!-- end -->";
    try {
      String text = Files.readString(FILE);
      int from = text.indexOf(start) + start.length();
      int to = text.indexOf(end, from);
      assertThat(from).as("section %s of %s", section, FILE).isGreaterThan(start.length());
      StringBuilder table = new StringBuilder();
      rows.forEach(row -> table.append("| ").append(row).append(" |\n"));
      if (Boolean.getBoolean("resnet4j.write-docs")) {
        Files.write(FILE, (text.substring(0, from) + table + text.substring(to)).getBytes(UTF_8));
      } else {
        assertThat(text.substring(from, to)).isEqualTo(table.toString());
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
