package org.resnet4j.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many threads an operation uses, found out without native code.
 *
 * @param wanted as many as the operations of this process shall use
 * @param natural as many as OpenMP gives to whoever says nothing
 */
record Threads(int wanted, int natural) {
  private static final int MOST = 1024;
  private static final Pattern FIRST_NUMBER = Pattern.compile("\\s*\\+?(\\d{1,9})\\s*(?:,.*)?");
  private static final Pattern ALLOWED =
      Pattern.compile("^Cpus_allowed:\\s*([0-9a-fA-F,]+)$", Pattern.MULTILINE);

  /** Those of this process. */
  static Threads here() {
    int available = Runtime.getRuntime().availableProcessors();
    int processors = processors(Path.of("/proc/self/status"), available);
    int natural = natural(System.getenv("OMP_NUM_THREADS"), processors);
    return new Threads(
        wanted(System.getenv("RESNET4J_THREADS"), Math.min(natural, available)), natural);
  }

  /**
   * What the user wishes, or else that many.
   *
   * @throws IllegalArgumentException if it is no number of threads
   */
  static int wanted(@Nullable String wish, int otherwise) {
    if (wish == null || wish.isBlank()) {
      return otherwise;
    }
    try {
      int threads = Integer.parseInt(wish.trim());
      if (threads >= 1 && threads <= MOST) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // Told below, with the value.
    }
    throw new IllegalArgumentException(
        "RESNET4J_THREADS = \"%s\": must be a whole number from 1 to %d".formatted(wish, MOST));
  }

  /** The variable may have a number for each level of nested teams; without one all are used. */
  static int natural(@Nullable String variable, int processors) {
    Matcher matcher = FIRST_NUMBER.matcher(variable == null ? "" : variable);
    int threads = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    return threads > 0 ? threads : processors;
  }

  /**
   * The processors that the system lets this process run on. Java may count fewer: it heeds the
   * share of them that a container has, and OpenMP does not.
   */
  static int processors(Path status, int otherwise) {
    try {
      Matcher matcher = ALLOWED.matcher(Files.isReadable(status) ? Files.readString(status) : "");
      int allowed = matcher.find() ? matcher.group(1).chars().map(Threads::bits).sum() : 0;
      return allowed > 0 ? allowed : otherwise;
    } catch (IOException e) {
      return otherwise;
    }
  }

  private static int bits(int digit) {
    return digit == ',' ? 0 : Integer.bitCount(Character.digit(digit, 16));
  }
}
