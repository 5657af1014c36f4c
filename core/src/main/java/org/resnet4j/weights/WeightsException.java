package org.resnet4j.weights;

import java.nio.file.Path;

/** A file of a model that cannot be used: missing, damaged, or not what the network needs. */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST_QUOTE = 80;

  // A Path is not serializable.
  private final String file;
  private final String reason;

  /** The message is the file's path and the reason. */
  public WeightsException(Path file, String reason) {
    super(file + ": " + reason);
    this.file = file.toString();
    this.reason = reason;
  }

  public WeightsException(Path file, String reason, Throwable cause) {
    super(file + ": " + reason, cause);
    this.file = file.toString();
    this.reason = reason;
  }

  public Path file() {
    return Path.of(file);
  }

  /** What is wrong and what would be right, without the file. */
  public String reason() {
    return reason;
  }

  /** A text from a file as a message may show it: one line, not too long. */
  public static String quote(String text) {
    String shown = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
    return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
  }
}
