package org.resnet4j.cli;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The option {@code --json} and the document it prints. */
public final class Json {
  /** Of its own, as most commands print no JSON and a mapper takes long to make. */
  private static final class Mapper {
    static final JsonMapper INDENTING =
        JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
  }

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  private boolean wanted;

  public boolean wanted() {
    return wanted;
  }

  /** Prints records as objects and lists as arrays. */
  public static void print(PrintWriter out, Object document) {
    out.println(Mapper.INDENTING.writeValueAsString(document));
  }

  /** The number, or null where it is none: JSON has no NaN. */
  static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
