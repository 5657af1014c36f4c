package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.resnet4j.infer.Classification;
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
   * @param classifier of all files at once, in their order; what a stop leaves out has no result
   */
  static List<PredictResult> of(
      List<ImageFiles> paths, Function<List<Path>, List<Classification>> classifier) {
    List<Path> files = paths.stream().flatMap(some -> some.files().stream()).toList();
    Iterator<Classification> classified = classifier.apply(files).iterator();
    List<PredictResult> results = new ArrayList<>();
    for (ImageFiles path : paths) {
      path.error().ifPresent(error -> results.add(new Failure(path.path().toString(), error)));
      for (int i = 0; i < path.files().size() && classified.hasNext(); i++) {
        results.add(of(classified.next()));
      }
    }
    return results;
  }

  private static PredictResult of(Classification classification) {
    String file = classification.image().toString();
    return classification instanceof Classification.Success success
        ? new Success(file, success.predictions())
        : new Failure(
            file, String.valueOf(((Classification.Failure) classification).reason().getMessage()));
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
