package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.resnet4j.infer.OnnxCheck;

/** A file that was written; as a record, also the document of {@code export --json}. */
record ExportResult(
    String model,
    String format,
    String precision,
    String file,
    long bytes,
    @Nullable Checked checked) {
  /**
   * What another program made of the file.
   *
   * @param runtime its name and version
   * @param difference the largest between two logits, as a part of their range; null if one of them
   *     is no number
   * @param tolerance the largest that is not a fault
   */
  record Checked(String runtime, @Nullable Double difference, double tolerance) {}

  static ExportResult of(
      String model,
      ExportFormat format,
      String precision,
      String file,
      long bytes,
      Optional<OnnxCheck> check) {
    Checked checked =
        check
            .map(
                c ->
                    new Checked(
                        "ONNX Runtime " + c.runtime(), Json.finite(c.difference()), c.tolerance()))
            .orElse(null);
    return new ExportResult(model, format.toString(), precision, file, bytes, checked);
  }

  void print(PrintWriter out) {
    out.printf("%s: %s bytes, %s%n", file, Figures.count(bytes), precision);
    if (checked != null) {
      Double difference = checked.difference();
      out.printf(
          "checked with %s: largest difference %s of the logits' range, at most %s%n",
          checked.runtime(),
          difference == null ? "-" : String.format(Locale.ROOT, "%.1e", difference),
          String.format(Locale.ROOT, "%.0e", checked.tolerance()));
    } else if (format.equals(ExportFormat.ONNX.toString())) {
      out.println("not checked: ONNX Runtime is not on the class path");
    }
  }
}
