package org.resnet4j.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.resnet4j.recipe.Folds;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.statistics.Interval;
import org.resnet4j.train.FinishedRun;

/**
 * What a path leads to: the runs with what each came to, by seed or fold.
 *
 * @param points of each; NaN of a single run whose folder does not tell
 * @param images that each was judged on, at least; 0 of a single run
 */
record ComparedRuns(
    Path path,
    Recipe recipe,
    String data,
    Optional<Repeats.By> by,
    List<Long> numbers,
    List<Double> points,
    int images,
    String network) {

  static ComparedRuns open(Path path) {
    if (!Repeats.isFolder(path)) {
      FinishedRun run = FinishedRun.open(path);
      Recipe recipe = run.recipe();
      return new ComparedRuns(
          path,
          recipe,
          run.data(),
          Optional.empty(),
          List.of(recipe.seed()),
          List.of(100 * run.top1()),
          0,
          recipe.model());
    }
    Repeats.Opened opened = Repeats.Opened.of(path);
    if (opened.repeats().isEmpty()) {
      throw new IllegalArgumentException(
          "%s: no run in it is finished; go on with train --resume %s".formatted(path, path));
    }
    return new ComparedRuns(
        path,
        opened.plan().recipe(),
        opened.plan().data(),
        Optional.of(opened.plan().by()),
        opened.repeats().stream().map(Repeats.Repeat::number).toList(),
        opened.repeats().stream().map(Repeats.Repeat::points).toList(),
        opened.repeats().stream().mapToInt(Repeats.Repeat::images).min().orElseThrow(),
        opened.repeats().get(0).network());
  }

  boolean folds() {
    return by.equals(Optional.of(Repeats.By.FOLD));
  }

  /** What its images are held out as. */
  Folds held() {
    return folds() ? new Folds(numbersPlanned(), 1) : recipe.folds();
  }

  private int numbersPlanned() {
    return Repeats.Opened.of(path).plan().count();
  }

  Path run(long number) {
    return by.isPresent()
        ? path.resolve("runs").resolve((folds() ? "fold-" : "seed-") + number)
        : path;
  }

  double of(long number) {
    return points.get(numbers.indexOf(number));
  }

  /** The deviation of an accuracy that is as sure as so few images can say: one is one or none. */
  double rounding() {
    return Repeats.rounding(images);
  }

  /** The same with what the single run came to. */
  private ComparedRuns with(double point) {
    return new ComparedRuns(path, recipe, data, by, numbers, List.of(point), images, network);
  }

  double[] values() {
    return points.stream().mapToDouble(Double::doubleValue).toArray();
  }

  Comparison.Side side() {
    Interval all = Interval.of(values());
    return new Comparison.Side(
        path, recipe.name(), network, points.size(), all.mean(), all.deviation());
  }

  /** Throws {@link IllegalArgumentException} unless both learned and were judged alike. */
  void requireComparable(ComparedRuns other) {
    if (!data.equals(other.data)) {
      throw new IllegalArgumentException(
          "%s was trained on %s and %s on %s: other data, so nothing can be compared"
              .formatted(path, data, other.path, other.data));
    }
    if (!held().equals(other.held()) || folds() != other.folds()) {
      throw new IllegalArgumentException(
          "%s was judged on %s and %s on %s: other images, so nothing can be compared"
              .formatted(path, judgedOn(), other.path, other.judgedOn()));
    }
  }

  private String judgedOn() {
    Folds held = held();
    if (held.folds() == 0) {
      return "the test images";
    }
    return folds()
        ? "each of %d folds".formatted(held.folds())
        : "fold %d of %d".formatted(held.fold(), held.folds());
  }

  /** With what the run came to, if its folder does not tell. */
  ComparedRuns known(Optional<Double> judged) {
    if (!Double.isNaN(points.get(0))) {
      return this;
    }
    return with(
        judged.orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s: validation images judged its epochs, and its test images cannot be judged now, so nothing can be compared; compare folders of train --seeds"
                        .formatted(path))));
  }
}
