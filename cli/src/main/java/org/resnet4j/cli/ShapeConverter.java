package org.resnet4j.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.resnet4j.arch.Shape;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code CxHxW}. */
final class ShapeConverter implements ITypeConverter<Shape> {
  private static final Pattern SHAPE =
      Pattern.compile("([1-9]\\d{0,5})x([1-9]\\d{0,5})x([1-9]\\d{0,5})");

  @Override
  public Shape convert(String value) {
    Matcher matcher = SHAPE.matcher(value);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "\"%s\" is not channels x height x width, e.g. 3x32x32".formatted(value));
    }
    return new Shape(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }
}
