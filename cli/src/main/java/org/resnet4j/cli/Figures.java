package org.resnet4j.cli;

import java.util.Locale;

/** Numbers as people read them, the same in every locale. */
final class Figures {
  private Figures() {}

  /** A fraction in percent, {@code 74.2 %}; a dash if there is none. */
  static String percent(double fraction) {
    return Double.isNaN(fraction) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }

  /** Three decimals, {@code 0.812}; a dash if there is none. */
  static String decimal(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  /** Digits in groups of three, {@code 269,722}. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A length of time, {@code 1:02} or {@code 1:02:03}; a dash if it is not known. */
  static String clock(double seconds) {
    if (!(seconds >= 0 && seconds < Integer.MAX_VALUE)) {
      return "-";
    }
    long whole = Math.round(seconds);
    long hours = whole / 3600;
    long minutes = whole / 60 % 60;
    return hours > 0
        ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d", minutes, whole % 60);
  }
}
