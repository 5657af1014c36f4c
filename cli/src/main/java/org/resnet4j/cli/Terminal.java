package org.resnet4j.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is known about the place the program talks to.
 *
 * @param live whether standard error is a terminal whose last line can be rewritten
 * @param results whether standard output is a terminal
 * @param colour whether escape sequences for colour are welcome
 * @param columns width of a line
 * @param command how the user starts the program, for commands to copy
 */
record Terminal(boolean live, boolean results, boolean colour, int columns, String command) {
  private static final int USUAL_COLUMNS = 80;

  /**
   * Reads the environment; the launcher says there what is a terminal.
   *
   * @param console the answer where no launcher gave one
   */
  static Terminal of(Map<String, String> environment, boolean console) {
    boolean dumb = "dumb".equals(environment.get("TERM"));
    boolean live = says(environment, "RESNET4J_TTY", console) && !dumb;
    boolean results = says(environment, "RESNET4J_TTY_OUT", console);
    // https://no-color.org: present and not empty, whatever its value.
    boolean colour = live && environment.getOrDefault("NO_COLOR", "").isEmpty();
    return new Terminal(
        live,
        results,
        colour,
        columns(environment.getOrDefault("COLUMNS", "")),
        environment.getOrDefault("RESNET4J_COMMAND", "resnet4j"));
  }

  /** The terminal of this process. */
  @SuppressWarnings("SystemConsoleNull") // Asked only where the answer means something.
  static Terminal here() {
    // From JDK 22 on there is a console even where there is no terminal.
    boolean console = Runtime.version().feature() < 22 && System.console() != null;
    return of(System.getenv(), console);
  }

  private static boolean says(Map<String, String> environment, String name, boolean otherwise) {
    String value = environment.get(name);
    return value == null ? otherwise : value.equals("1");
  }

  private static int columns(String value) {
    return value.matches("[1-9]\\d{1,3}") ? Integer.parseInt(value) : USUAL_COLUMNS;
  }

  /** A command line that can be copied into a shell. */
  String commandLine(Object... words) {
    return command + quoted(Arrays.stream(words).map(Object::toString).toList());
  }

  /** The words as a shell reads them again, a space before each. */
  static String quoted(List<String> words) {
    return words.stream().map(word -> " " + quoted(word)).collect(Collectors.joining());
  }

  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  String bold(String text) {
    return colour ? "\u001b[1m" + text + "\u001b[0m" : text;
  }
}
