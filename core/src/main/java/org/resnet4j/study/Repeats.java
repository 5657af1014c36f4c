package org.resnet4j.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.report.Figure;
import org.resnet4j.report.StudyReport;
import org.resnet4j.statistics.Interval;
import org.resnet4j.statistics.Proportion;
import org.resnet4j.train.Outcome;
import org.resnet4j.train.Training;

/**
 * One recipe run several times, by seed or by fold: the mean of what comes out, and how sure it is.
 *
 * <p>Each run is an ordinary run folder in {@code runs} below the folder of all; one that is
 * finished is never done again.
 */
public final class Repeats {
  private static final String KIND = "repeats";

  private Repeats() {}

  /** What differs between the runs. */
  public enum By {
    /** Initialisation, order and augmentation; the same test images for all. */
    SEED,
    /** The part of the training images that is held out and judged on. */
    FOLD
  }

  /**
   * What to run how often.
   *
   * @param recipe of each run; its seed is that of the first, or of all folds
   * @param from a model to go on with, with a head that fits the data
   * @param count of runs, at least 2
   * @param folder must not exist; {@code runs/<time>-<seeds or folds>} if absent
   * @param command what the user typed, for the record
   */
  public record Plan(
      Recipe recipe,
      String data,
      Optional<Path> from,
      By by,
      int count,
      Optional<Path> folder,
      String command) {
    /** Throws {@link IllegalArgumentException} for a plan that cannot be. */
    public Plan {
      String what = by == By.SEED ? "seeds" : "folds";
      if (count < 2 || count > 1000) {
        throw new IllegalArgumentException(
            "%s = %d: must be from 2 to 1000%s"
                .formatted(what, count, count == 1 ? "; one run says nothing of the spread" : ""));
      }
      if (by == By.FOLD && recipe.folds().folds() > 0) {
        throw new IllegalArgumentException(
            "the recipe holds out fold %d of %d itself: leave its keys out, or the %d folds"
                .formatted(recipe.folds().fold(), recipe.folds().folds(), count));
      }
    }

    private Plan anchored() {
      Path path = Path.of(data);
      String there = Files.exists(path) ? path.toAbsolutePath().normalize().toString() : data;
      return new Plan(
          recipe,
          there,
          from.map(model -> model.toAbsolutePath().normalize()),
          by,
          count,
          Optional.empty(),
          command);
    }

    /** The seed or fold of each run, in order. */
    List<Long> numbers() {
      List<Long> numbers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        numbers.add(by == By.SEED ? recipe.seed() + i : i + 1L);
      }
      return numbers;
    }

    private Recipe recipe(long number) {
      return by == By.SEED
          ? RecipeFile.with(recipe, Map.of("seed", String.valueOf(number)))
          : RecipeFile.with(
              recipe, Map.of("folds", String.valueOf(count), "fold", String.valueOf(number)));
    }

    String key(long number) {
      return by.name().toLowerCase(Locale.ROOT) + "-" + number;
    }
  }

  /**
   * What one run came to at its end.
   *
   * @param number its seed or fold
   * @param images judged
   * @param loss on them
   */
  public record Repeat(
      long number, String network, int images, int mistakes, double loss, double seconds) {
    /** The share of right images, in percent. */
    public double points() {
      return 100.0 * (images - mistakes) / images;
    }
  }

  /**
   * All runs together.
   *
   * @param points mean accuracy in percent with its interval over the runs, by Student's t, the
   *     deviation at least that of counting whole images; over folds it is narrower than it should
   *     be, as they learn from common images
   * @param images by fold, the right ones of all training images, each judged once by a network
   *     that has not learned it; absent for seeds
   */
  public record Result(
      Path folder, By by, List<Repeat> repeats, Interval points, Optional<Proportion> images) {
    public Result {
      repeats = List.copyOf(repeats);
    }

    static Result of(Path folder, By by, List<Repeat> repeats) {
      double[] points = repeats.stream().mapToDouble(Repeat::points).toArray();
      int fewest = repeats.stream().mapToInt(Repeat::images).min().orElse(0);
      long judged = repeats.stream().mapToLong(Repeat::images).sum();
      long wrong = repeats.stream().mapToLong(Repeat::mistakes).sum();
      return new Result(
          folder,
          by,
          repeats,
          Interval.ofAtLeast(rounding(fewest), points),
          by == By.FOLD ? Optional.of(Proportion.of(judged - wrong, judged)) : Optional.empty());
    }
  }

  /**
   * Does all runs.
   *
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws org.resnet4j.data.DataException for data that cannot be used
   * @throws org.resnet4j.train.DivergedException if one of them diverges
   * @throws org.resnet4j.train.RunException if the folder exists or cannot be written
   * @throws StudyStoppedException if told to stop; what is finished is kept
   */
  public static Result run(Plan plan, Consumer<StudyEvent> events, BooleanSupplier stop) {
    Path path =
        plan.folder().orElseGet(() -> StudyFolder.fresh(plan.by() == By.SEED ? "seeds" : "folds"));
    Plan anchored = plan.anchored();
    StudyFolder made = StudyFolder.create(path, KIND, plan.command(), anchored);
    return made.alone(() -> go(made, anchored, events, stop));
  }

  /** Goes on where {@link #run} was stopped or killed; otherwise the same. */
  public static Result resume(Path path, Consumer<StudyEvent> events, BooleanSupplier stop) {
    StudyFolder folder = StudyFolder.open(path, KIND);
    return folder.alone(() -> go(folder, folder.plan(Plan.class), events, stop));
  }

  /** Whether it is a folder that {@link #run} made. */
  public static boolean isFolder(Path path) {
    return Files.isRegularFile(path.resolve("study.json"));
  }

  /**
   * The deviation, in points, that counting whole images alone gives an accuracy: runs that agree
   * on few images agree no better than that; 0 of no images.
   */
  static double rounding(int images) {
    return images == 0 ? 0 : 100.0 / images / Math.sqrt(12);
  }

  private static Result go(
      StudyFolder folder, Plan plan, Consumer<StudyEvent> events, BooleanSupplier stop) {
    ArmTraining training = new ArmTraining(folder, plan.data(), stop);
    List<Cells.Cell<Repeat>> cells = new ArrayList<>();
    for (long number : plan.numbers()) {
      cells.add(
          new Cells.Cell<>(
              plan.key(number),
              plan.key(number).replace('-', ' '),
              1,
              Repeat.class,
              ticker -> train(training, plan, number, ticker),
              done ->
                  String.format(
                      Locale.ROOT,
                      "%.2f %% (%d of %d wrong)",
                      done.points(),
                      done.mistakes(),
                      done.images())));
    }
    String what = plan.by() == By.SEED ? "seeds" : "folds";
    String title =
        "%d %s of %s on %s".formatted(plan.count(), what, plan.recipe().name(), name(plan.data()));
    Cells work = Cells.of(folder, title, cells, List.of(), events, stop);
    List<Repeat> repeats = new ArrayList<>();
    cells.forEach(cell -> repeats.add(work.run(cell)));
    Result result = Result.of(folder.path(), plan.by(), repeats);
    leave(folder, plan, title, result);
    return result;
  }

  private static String name(String data) {
    Path last = Path.of(data).getFileName();
    return last == null ? data : last.toString();
  }

  private static Repeat train(ArmTraining training, Plan plan, long number, Cells.Ticker ticker) {
    Outcome outcome =
        training.train(
            plan.key(number), plan.recipe(number), plan.from(), Training.Head.FITTED, ticker);
    return new Repeat(
        number,
        outcome.network().name(),
        outcome.test().images(),
        outcome.test().mistakes(),
        outcome.test().loss(),
        outcome.seconds());
  }

  /** The finished runs of a folder, and what they were planned as. */
  record Opened(Plan plan, List<Repeat> repeats) {
    static Opened of(Path path) {
      StudyFolder folder = StudyFolder.open(path, KIND);
      Plan plan = folder.plan(Plan.class);
      List<Repeat> repeats = new ArrayList<>();
      for (long number : plan.numbers()) {
        folder.result(plan.key(number), Repeat.class).ifPresent(kept -> repeats.add(kept.value()));
      }
      return new Opened(plan, repeats);
    }
  }

  private static void leave(StudyFolder folder, Plan plan, String title, Result result) {
    Csv table =
        new Csv(
            plan.by().name().toLowerCase(Locale.ROOT),
            "top1",
            "images",
            "mistakes",
            "loss",
            "seconds");
    for (Repeat repeat : result.repeats()) {
      table.row(
          repeat.number(),
          repeat.points() / 100,
          repeat.images(),
          repeat.mistakes(),
          repeat.loss(),
          repeat.seconds());
    }
    folder.finish(
        report(plan, title, result), new RepeatsDocument(result), Map.of("repeats.csv", table));
  }

  private static StudyReport report(Plan plan, String title, Result result) {
    Interval points = result.points();
    Map<String, String> headline = new LinkedHashMap<>();
    headline.put("Mean accuracy", "%s %%".formatted(two(points.mean())));
    headline.put("Standard deviation", "%s points".formatted(two(points.deviation())));
    headline.put("95 % interval", "%s to %s %%".formatted(two(points.low()), two(points.high())));
    result
        .images()
        .ifPresent(
            all ->
                headline.put(
                    "All images once",
                    "%d of %d right, %s to %s %%"
                        .formatted(
                            all.count(),
                            all.cases(),
                            two(100 * all.low()),
                            two(100 * all.high()))));
    List<List<String>> rows = new ArrayList<>();
    for (Repeat repeat : result.repeats()) {
      rows.add(
          List.of(
              String.valueOf(repeat.number()),
              two(repeat.points()),
              String.valueOf(repeat.mistakes()),
              String.valueOf(repeat.images()),
              String.format(Locale.ROOT, "%.4f", repeat.loss())));
    }
    Figure runs =
        new Figure.Numbers(
            "Every run as it ended, not at its best.",
            List.of(
                plan.by().name().toLowerCase(Locale.ROOT),
                "accuracy (%)",
                "mistakes",
                "images",
                "loss"),
            rows,
            false);
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", plan.command());
    conditions.put("Data", plan.data());
    plan.from().ifPresent(model -> conditions.put("From", model.toString()));
    conditions.put("Recipe", RecipeFile.write(plan.recipe()).strip().replace("\n", ", "));
    return new StudyReport(
        title,
        explained(plan.by()),
        headline,
        List.of(new StudyReport.Section("Runs", "", List.of(runs))),
        "./resnet4j compare %s ANOTHER".formatted(result.folder()),
        conditions);
  }

  static String explained(By by) {
    return by == By.SEED
        ? "One recipe with several seeds. The interval holds the mean over all seeds with 95 % confidence, if accuracies are about normal; it says nothing of other test images."
        : "The training images in parts with the classes in equal shares; each is judged by a network that learned the others. The interval over folds is narrower than it should be, as their networks learn from common images (Bengio and Grandvalet, JMLR 5, 2004); that over images takes them as independent. No test image was read.";
  }

  private static String two(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.2f", value);
  }
}
