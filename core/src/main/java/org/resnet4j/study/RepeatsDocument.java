package org.resnet4j.study;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What {@code results.json} of several runs holds; accuracies are fractions. */
record RepeatsDocument(
    String folder,
    String by,
    List<Run> runs,
    double mean,
    double deviation,
    double low,
    double high,
    @Nullable Pooled images) {

  record Run(long number, String run, double top1, int images, int mistakes, double loss) {}

  /** All images of all folds, each judged once. */
  record Pooled(long right, long images, double low, double high) {}

  RepeatsDocument(Repeats.Result result) {
    this(
        result.folder().toString(),
        word(result.by()),
        result.repeats().stream()
            .map(
                repeat ->
                    new Run(
                        repeat.number(),
                        "runs/" + word(result.by()) + "-" + repeat.number(),
                        repeat.points() / 100,
                        repeat.images(),
                        repeat.mistakes(),
                        repeat.loss()))
            .toList(),
        result.points().mean() / 100,
        result.points().deviation() / 100,
        result.points().low() / 100,
        result.points().high() / 100,
        result
            .images()
            .map(all -> new Pooled(all.count(), all.cases(), all.low(), all.high()))
            .orElse(null));
  }

  private static String word(Repeats.By by) {
    return by.name().toLowerCase(Locale.ROOT);
  }
}
