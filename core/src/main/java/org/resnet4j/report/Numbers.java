package org.resnet4j.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** How reports write numbers, the same in every locale. */
final class Numbers {
  /** Stands for a value that is not there or not finite. */
  static final String NONE = "–";

  private Numbers() {}

  /** With a minus sign rather than a hyphen, and none before a zero. */
  static String decimal(double value, int digits) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    String written = String.format(Locale.ROOT, "%." + digits + "f", Math.abs(value));
    boolean zero = written.chars().allMatch(c -> c == '0' || c == '.');
    return value < 0 && !zero ? "\u2212" + written : written;
  }

  /** A difference: with its sign, unless it is zero. */
  static String signed(double value, int digits) {
    String written = decimal(value, digits);
    return value > 0 && decimal(-value, digits).startsWith("\u2212") ? "+" + written : written;
  }

  /** A fraction of 1 as a percentage. */
  static String percent(double fraction, int digits) {
    return Double.isFinite(fraction) ? decimal(100 * fraction, digits) + "%" : NONE;
  }

  /** Up to six significant digits, of whole numbers all, in groups: 0.5, 125.25, 64,000. */
  static String plain(double value) {
    double most = Math.abs(value);
    if (most >= 1e15 || (most > 0 && most < 1e-4)) {
      return significant(value);
    }
    if (value == Math.rint(value)) {
      return (value < 0 ? "\u2212" : "") + grouped((long) most);
    }
    BigDecimal rounded = new BigDecimal(most).round(new MathContext(6)).stripTrailingZeros();
    return (value < 0 ? "\u2212" : "") + rounded.toPlainString();
  }

  /** Three significant digits, for learning rates: 0.1, 0.0125, 1.5E-5. */
  static String significant(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toString()
        : NONE;
  }

  /** Every digit, in groups of three. */
  static String grouped(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Below 1000 as it is, above with three significant digits and K, M or G. */
  static String compact(long value) {
    if (value < 1000) {
      return Long.toString(value);
    }
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(3));
    int thousands = Math.min(3, (rounded.precision() - rounded.scale() - 1) / 3);
    BigDecimal shown = rounded.movePointLeft(3 * thousands);
    int digits = Math.max(0, 3 - (shown.precision() - shown.scale()));
    return shown.setScale(digits, RoundingMode.HALF_UP) + " " + "KMG".charAt(thousands - 1);
  }

  /** A length in a drawing, to a hundredth of a pixel. */
  static String coordinate(double value) {
    return new BigDecimal(value)
        .setScale(2, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
