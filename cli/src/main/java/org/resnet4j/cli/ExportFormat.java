package org.resnet4j.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A format that {@code export} writes; on the command line and in file names in lower case. */
enum ExportFormat {
  ONNX,
  SAFETENSORS,
  PTH;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads one; picocli's own converter offers each name twice. */
  static final class Converter implements ITypeConverter<ExportFormat> {
    @Override
    public ExportFormat convert(String value) {
      List<ExportFormat> formats = Arrays.asList(values());
      return formats.stream()
          .filter(format -> format.toString().equals(value))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("'%s' is none of %s".formatted(value, formats)));
    }
  }
}
