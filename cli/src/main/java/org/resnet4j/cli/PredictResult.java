package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.resnet4j.data.DataException;
import org.resnet4j.infer.Prediction;

/** What a model says about a file; as a record, also an element of {@code predict --json}. */
sealed interface PredictResult {
  /** The widest bar. */
  int BAR = 30;

  String file();

  /** The classes, most probable first. */
  record Success(String file, List<Prediction> predictions) implements PredictResult {}

  /** The file could not be judged. */
  record Failure(String file, String error) implements PredictResult {}

  /**
   * Judges files and folders in order; one that fails does not keep the others from it.
   *
   * @param stop asked before each file; once true, the rest is left out
   */
  static List<PredictResult> of(
      List<Path> paths, Function<Path, List<Prediction>> classifier, BooleanSupplier stop) {
    List<PredictResult> results = new ArrayList<>();
    for (Path path : paths) {
      try {
        for (Path image : ImageFiles.at(path)) {
          if (stop.getAsBoolean()) {
            return results;
          }
          results.add(of(image, classifier));
        }
      } catch (DataException e) {
        results.add(new Failure(path.toString(), String.valueOf(e.getMessage())));
      }
    }
    return results;
  }

  private static PredictResult of(Path image, Function<Path, List<Prediction>> classifier) {
    try {
      return new Success(image.toString(), classifier.apply(image));
    } catch (DataException e) {
      return new Failure(image.toString(), String.valueOf(e.getMessage()));
    }
  }

  /** Prints a success; with bars on a terminal. */
  static void print(PrintWriter out, Success success, boolean bars) {
    List<Prediction> predictions = success.predictions();
    int width = predictions.stream().mapToInt(p -> p.label().length()).max().orElse(0);
    out.println(success.file());
    for (Prediction p : predictions) {
      String label = p.label() + " ".repeat(width - p.label().length());
      String bar = bars ? "  " + "#".repeat((int) Math.round(BAR * p.probability())) : "";
      String line =
          String.format(Locale.ROOT, "  %s  %5.1f %%%s", label, 100 * p.probability(), bar);
      out.println(line.stripTrailing());
    }
  }
}
