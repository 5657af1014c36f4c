package org.resnet4j.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Splits;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.report.Verdict;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.Machine;
import org.resnet4j.train.Training;

/**
 * Does depth alone make networks worse? Plain and residual twins of several depths, trained alike.
 *
 * <p>arXiv 1512.03385, figures 1 and 6, sections 1, 4.1 and 4.2.
 */
public final class Degradation {
  private static final String KIND = "degradation";

  /** Below this error, in points, networks have learned all there is: no difference is left. */
  private static final double TOO_EASY = 1;

  /** Fewer test images than this resolve half a point only. */
  private static final int FEW_IMAGES = 200;

  private final DegradationPlan plan;
  private final Splits splits;
  private final List<DegradationPlan.Run> runs;

  private Degradation(DegradationPlan plan) {
    if (plan.data().isEmpty()) {
      throw new IllegalArgumentException(
          "preset paper: trains on CIFAR-10, which is not built in; give its folder with --data");
    }
    this.plan = plan;
    this.splits = DataSources.open(plan.data(), Unreadable.FAIL);
    this.runs = plan.runs();
    runs.forEach(run -> network(run.recipe()));
  }

  /**
   * What came out.
   *
   * @param folder with {@code report.html}, {@code results.json} and CSV files
   */
  public record Results(Path folder, Document document) {}

  /** What {@code results.json} holds. */
  public record Document(
      String preset,
      String data,
      int seeds,
      List<ArmRow> arms,
      List<VerdictRow> verdicts,
      List<String> notes) {}

  /**
   * A run; errors are fractions.
   *
   * @param trainError in evaluation mode, without augmentation, over all training images
   */
  public record ArmRow(
      String network,
      String arm,
      int depth,
      boolean plain,
      int seed,
      double trainError,
      double testError,
      double seconds,
      boolean diverged) {}

  /** A verdict; difference and interval in points. */
  public record VerdictRow(
      String claim, String status, String reason, double difference, double low, double high) {}

  /** One line of a plan. */
  public record Estimate(String network, String arm, long steps, int seeds, double seconds) {}

  /**
   * Runs a study from the beginning.
   *
   * @param folder which must not exist; {@code runs/TIME-degradation} if absent
   * @param command what the user typed, for the record
   * @param stop asked after each step; once true, all that was done is kept and the study ends
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws org.resnet4j.data.DataException for data that cannot be used
   * @throws org.resnet4j.train.RunException if the folder exists or cannot be written
   * @throws StudyStoppedException if told to stop before the end
   */
  public static Results run(
      DegradationPlan plan,
      Optional<Path> folder,
      String command,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    Degradation study = new Degradation(plan);
    Path path = folder.orElseGet(() -> StudyFolder.fresh(KIND));
    StudyFolder made = StudyFolder.create(path, KIND, command, plan);
    return made.alone(() -> study.run(made, events, stop));
  }

  /** Goes on with the study in that folder; otherwise as {@link #run}. */
  public static Results resume(Path path, Consumer<StudyEvent> events, BooleanSupplier stop) {
    StudyFolder folder = StudyFolder.open(path, KIND);
    Degradation study = new Degradation(folder.plan(DegradationPlan.class));
    return folder.alone(() -> study.run(folder, events, stop));
  }

  /** What a study would train and how long it would take here, from a few measured steps. */
  public static List<Estimate> estimate(DegradationPlan plan) {
    Degradation study = new Degradation(plan);
    Map<String, Double> clock = study.clock();
    List<Estimate> estimates = new ArrayList<>();
    for (DegradationPlan.Run run : study.runs) {
      if (run.seed() == 0) {
        estimates.add(
            new Estimate(
                run.recipe().model(),
                run.arm().title(),
                study.steps(run.recipe()),
                plan.seeds(),
                plan.seeds() * study.cost(run, clock)));
      }
    }
    return estimates;
  }

  private Results run(StudyFolder folder, Consumer<StudyEvent> events, BooleanSupplier stop) {
    Map<String, Double> clock = clock();
    ArmTraining training = new ArmTraining(folder, plan.data(), stop);
    List<Cells.Cell<ArmRun>> list = runs.stream().map(run -> cell(run, training, clock)).toList();
    List<String> notes = new ArrayList<>(splits.notes());
    notes.addAll(smallness());
    Cells cells = Cells.of(folder, title(), list, notes, events, stop);
    List<ArmRun> done = new ArrayList<>();
    @Nullable Results results = null;
    for (Cells.Cell<ArmRun> cell : list) {
      done.add(cells.run(cell));
      results = write(folder, done); // What there is can be read while the rest is trained.
    }
    return Objects.requireNonNull(results);
  }

  private String title() {
    return "degradation on %s: %s, depths %s"
        .formatted(
            splits.name(),
            String.join(", ", plan.arms().stream().map(Arm::title).toList()),
            String.join(", ", plan.depths().stream().map(String::valueOf).toList()));
  }

  private Cells.Cell<ArmRun> cell(
      DegradationPlan.Run run, ArmTraining training, Map<String, Double> clock) {
    Network network = network(run.recipe());
    return new Cells.Cell<>(
        run.key(),
        "%s, seed %d%s"
            .formatted(
                network.name(),
                run.seed(),
                run.arm().iterations() == 1 ? "" : ", " + run.arm().iterations() + " x iterations"),
        cost(run, clock),
        ArmRun.class,
        ticker -> training.armRun(run, network, splits, ticker),
        Degradation::said);
  }

  private static String said(ArmRun run) {
    return run.diverged().isEmpty()
        ? String.format(
            Locale.ROOT,
            "training error %.1f %%, test error %.1f %%",
            100 * run.trainError(),
            100 * run.testError())
        : "diverged";
  }

  private Network network(Recipe recipe) {
    return Training.network(recipe, splits);
  }

  /** Seconds of a step of each network. */
  private Map<String, Double> clock() {
    Map<String, Double> clock = new LinkedHashMap<>();
    for (DegradationPlan.Run run : runs) {
      Recipe recipe = run.recipe();
      clock.computeIfAbsent(
          recipe.model(),
          name ->
              StepClock.seconds(
                  network(recipe), recipe.batch(), recipe.device(), recipe.precision()));
    }
    return clock;
  }

  private long steps(Recipe recipe) {
    return recipe.iterations() > 0 ? recipe.iterations() : recipe.epochs() * stepsPerEpoch(recipe);
  }

  private long stepsPerEpoch(Recipe recipe) {
    return Math.max(1, splits.train().size() / recipe.batch());
  }

  /** Seconds: steps, the test after each epoch, and the training images once at the end. */
  private double cost(DegradationPlan.Run run, Map<String, Double> clock) {
    Recipe recipe = run.recipe();
    double step = clock.getOrDefault(recipe.model(), 0.0);
    double epochs = Math.ceil((double) steps(recipe) / stepsPerEpoch(recipe));
    double judged = epochs * splits.test().size() + splits.train().size();
    return step * (steps(recipe) + StepClock.FORWARD_SHARE * judged / recipe.batch());
  }

  private Results write(StudyFolder folder, List<ArmRun> done) {
    DegradationClaims claims =
        new DegradationClaims(
            plan,
            done,
            new DegradationClaims.Resolution(
                splits.train().size(), splits.test().size(), Guessing.error(splits.train())));
    List<Verdict> verdicts = claims.verdicts();
    List<String> notes = new ArrayList<>(smallness());
    notes.addAll(difficulty(claims, done));
    if (done.size() < runs.size()) {
      notes.add(0, "Unfinished: %d of %d runs are done.".formatted(done.size(), runs.size()));
    }
    Map<String, String> conditions = conditions(folder);
    DegradationReport report =
        new DegradationReport(plan, done, claims, verdicts, notes, conditions, paper());
    Document document = document(folder, done, verdicts, notes);
    folder.finish(
        report.report(),
        document,
        Map.of("runs.csv", runsCsv(document), "curves.csv", curves(done)));
    return new Results(folder.path(), document);
  }

  private Document document(
      StudyFolder folder, List<ArmRun> done, List<Verdict> verdicts, List<String> notes) {
    List<ArmRow> arms = new ArrayList<>();
    for (int i = 0; i < done.size(); i++) {
      ArmRun run = done.get(i);
      double seconds = folder.result(runs.get(i).key(), ArmRun.class).orElseThrow().seconds();
      arms.add(
          new ArmRow(
              run.network(),
              run.arm().id(),
              run.depth(),
              run.arm().plain(),
              run.seed(),
              run.trainError(),
              run.testError(),
              seconds,
              !run.diverged().isEmpty()));
    }
    List<VerdictRow> rows =
        verdicts.stream()
            .map(
                v ->
                    new VerdictRow(
                        v.claim(),
                        v.status().label(),
                        v.reason(),
                        v.difference(),
                        v.low(),
                        v.high()))
            .toList();
    return new Document(plan.preset(), splits.name(), plan.seeds(), arms, rows, notes);
  }

  private boolean paper() {
    return plan.asInThePaper()
        && splits.train().size() == 50_000
        && splits.test().size() == 10_000
        && splits.train().classes().size() == 10;
  }

  /** What is known before anything is trained. */
  private List<String> smallness() {
    int images = splits.test().size();
    return images < FEW_IMAGES
        ? List.of(
            String.format(
                Locale.ROOT,
                "The data are small: one of %d test images is %.1f points, so small differences of test error cannot be seen.",
                images,
                100.0 / images))
        : List.of();
  }

  /** Whether the task left room for a difference. */
  private List<String> difficulty(DegradationClaims claims, List<ArmRun> done) {
    List<String> notes = new ArrayList<>();
    double guessing = 100 * Guessing.error(splits.train());
    double[] errors =
        Stream.of(plan.shallowest(), plan.deepest())
            .flatMapToDouble(
                depth -> Arrays.stream(claims.errors(Arm.PLAIN, depth, ArmRun::trainError)))
            .toArray();
    if (errors.length > 0 && Arrays.stream(errors).allMatch(e -> e < TOO_EASY)) {
      notes.add(
          String.format(
              Locale.ROOT,
              "Too easy to decide: every plain network mistakes less than %.0f %% of the training images, so depth has nothing left to make worse. Take fewer steps (--set iterations=N), narrower networks (--width) or harder data.",
              TOO_EASY));
    }
    if (errors.length > 0
        && Arrays.stream(claims.errors(Arm.PLAIN, plan.shallowest(), ArmRun::trainError))
            .allMatch(e -> e > Guessing.SHARE * guessing)) {
      notes.add(
          "Too hard to decide: even the shallowest plain network is hardly better than guessing. Take more steps (--set iterations=N) or shallower networks (--depths).");
    }
    long diverged = done.stream().filter(run -> !run.diverged().isEmpty()).count();
    if (diverged > 0) {
      notes.add(
          "%d of %d runs diverged: the loss was no longer a number. They count as the most frequent class for all images."
              .formatted(diverged, done.size()));
    }
    return notes;
  }

  private Map<String, String> conditions(StudyFolder folder) {
    Recipe recipe = runs.get(0).recipe();
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", folder.command());
    conditions.put(
        "Data",
        "%s, %d training and %d test images"
            .formatted(splits.name(), splits.train().size(), splits.test().size()));
    conditions.put("Seeds", "0 to " + (plan.seeds() - 1));
    conditions.put("Machine", Machine.describe());
    conditions.put("Engine", Engine.describe());
    conditions.put("Recipe", RecipeFile.write(recipe).strip().replace("\n", ", "));
    conditions.put("Recipes that differ", differences());
    conditions.put(
        "Margin",
        String.format(
            Locale.ROOT,
            "\"not worse\" means at most %.0f point of training error, a choice made beforehand",
            DegradationClaims.MARGIN));
    conditions.put(
        "Training error",
        "of the table and the verdicts: all training images once, in evaluation mode, without augmentation");
    return conditions;
  }

  /** What the recipes of other networks have that the first does not, but network and seed. */
  private String differences() {
    List<String> common = RecipeFile.write(runs.get(0).recipe()).lines().toList();
    List<String> texts = new ArrayList<>();
    for (DegradationPlan.Run run : runs) {
      List<String> own =
          RecipeFile.write(run.recipe())
              .lines()
              .filter(line -> !common.contains(line))
              .filter(line -> !line.startsWith("model:") && !line.startsWith("seed:"))
              .toList();
      if (run.seed() == 0 && !own.isEmpty()) {
        texts.add(run.recipe().model() + ": " + String.join(", ", own));
      }
    }
    return texts.isEmpty() ? "none, but network and seed" : String.join("; ", texts);
  }

  private static Csv runsCsv(Document document) {
    Csv csv =
        new Csv(
            "network",
            "arm",
            "depth",
            "plain",
            "seed",
            "train_error",
            "test_error",
            "seconds",
            "diverged");
    for (ArmRow row : document.arms()) {
      csv.row(
          row.network(),
          row.arm(),
          row.depth(),
          row.plain(),
          row.seed(),
          row.trainError(),
          row.testError(),
          row.seconds(),
          row.diverged());
    }
    return csv;
  }

  private static Csv curves(List<ArmRun> done) {
    Csv csv =
        new Csv(
            "network",
            "arm",
            "seed",
            "step",
            "train_error",
            "test_error",
            "train_loss",
            "test_loss");
    for (ArmRun run : done) {
      for (ArmRun.Epoch epoch : run.curve()) {
        csv.row(
            run.network(),
            run.arm().id(),
            run.seed(),
            epoch.step(),
            epoch.trainError(),
            epoch.testError(),
            epoch.trainLoss(),
            epoch.testLoss());
      }
    }
    return csv;
  }
}
