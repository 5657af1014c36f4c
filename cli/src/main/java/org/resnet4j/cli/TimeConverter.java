package org.resnet4j.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a length of time, as {@code 90s}, {@code 20m} or {@code 1h30m}, in seconds. */
final class TimeConverter implements ITypeConverter<Double> {
  private static final Pattern TIME =
      Pattern.compile("(?:(\\d{1,4})h)?(?:(\\d{1,5})m)?(?:(\\d{1,6})s)?");

  @Override
  public Double convert(String value) {
    Matcher time = TIME.matcher(value);
    if (value.isEmpty() || !time.matches()) {
      throw new TypeConversionException(
          "'%s' is no length of time such as 90s, 20m or 1h30m".formatted(value));
    }
    double seconds = 3600 * part(time, 1) + 60 * part(time, 2) + part(time, 3);
    if (seconds <= 0) {
      throw new TypeConversionException("'%s' is no time at all".formatted(value));
    }
    return seconds;
  }

  private static double part(Matcher time, int group) {
    String digits = time.group(group);
    return digits == null ? 0 : Integer.parseInt(digits);
  }
}
