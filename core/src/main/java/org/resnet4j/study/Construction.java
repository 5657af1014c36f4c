package org.resnet4j.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Splits;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.report.Verdict;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.Machine;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.Training;

/**
 * The thought experiment of the paper: "There exists a solution by construction to the deeper
 * model: the added layers are identity mapping, and the other layers are copied from the learned
 * shallower model"; arXiv 1512.03385, section 1.
 *
 * <p>A plain network is trained, a deeper one built from it, and the same deeper one trained from
 * scratch: does it find what was built?
 */
public final class Construction {
  private static final String KIND = "construction";

  private final ConstructionPlan plan;
  private final Splits splits;

  private Construction(ConstructionPlan plan) {
    this.plan = plan;
    this.splits = DataSources.open(plan.data(), Unreadable.FAIL);
    // What cannot be built is told before anything is trained.
    List<DegradationPlan.Run> runs = plan.runs();
    DepthSurgery.grown(network(runs.get(0)), Catalogue.network(plan.to()));
  }

  /**
   * What came out.
   *
   * @param folder with {@code report.html}, {@code results.json} and CSV files
   */
  public record Results(Path folder, Document document) {}

  /** What {@code results.json} holds. */
  public record Document(
      String data,
      String from,
      String to,
      int seeds,
      List<Row> runs,
      List<Degradation.VerdictRow> verdicts,
      List<String> notes) {}

  /**
   * Three networks of one seed; errors are fractions, in evaluation mode and without augmentation,
   * and NaN where a training diverged.
   *
   * @param shallowTrainError of the shallow network, trained
   * @param builtTrainError of the deep one, built from it
   * @param scratchTrainError of the deep one, trained from scratch
   * @param changed training images that the first two give different classes; absent if the first
   *     diverged
   * @param largestDifference between their logits
   */
  public record Row(
      int seed,
      double shallowTrainError,
      double builtTrainError,
      double scratchTrainError,
      double shallowTestError,
      double builtTestError,
      double scratchTestError,
      Optional<Integer> changed,
      double largestDifference) {}

  /** One line of a plan. */
  public record Estimate(String network, long steps, int seeds, double seconds) {}

  /**
   * Runs the study from the beginning.
   *
   * @param folder which must not exist; {@code runs/TIME-construction} if absent
   * @param command what the user typed, for the record
   * @param stop asked after each step; once true, all that was done is kept and the study ends
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws org.resnet4j.data.DataException for data that cannot be used
   * @throws org.resnet4j.train.RunException if the folder exists or cannot be written
   * @throws StudyStoppedException if told to stop before the end
   */
  public static Results run(
      ConstructionPlan plan,
      Optional<Path> folder,
      String command,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    Construction study = new Construction(plan);
    Path path = folder.orElseGet(() -> StudyFolder.fresh(KIND));
    StudyFolder made = StudyFolder.create(path, KIND, command, plan);
    return made.alone(() -> study.run(made, events, stop));
  }

  /** Goes on with the study in that folder; otherwise as {@link #run}. */
  public static Results resume(Path path, Consumer<StudyEvent> events, BooleanSupplier stop) {
    StudyFolder folder = StudyFolder.open(path, KIND);
    Construction study = new Construction(folder.plan(ConstructionPlan.class));
    return folder.alone(() -> study.run(folder, events, stop));
  }

  /** What a study would train and how long it would take here, from a few measured steps. */
  public static List<Estimate> estimate(ConstructionPlan plan) {
    Construction study = new Construction(plan);
    Map<String, Double> clock = study.clock();
    List<Estimate> estimates = new ArrayList<>();
    for (DegradationPlan.Run run : plan.runs()) {
      if (run.seed() == 0) {
        estimates.add(
            new Estimate(
                run.recipe().model(),
                study.steps(run.recipe()),
                plan.seeds(),
                plan.seeds() * study.cost(run, clock)));
      }
    }
    return estimates;
  }

  /** The cells of a seed, in the order that they run in. */
  private record Seed(
      Cells.Cell<ArmRun> shallow, Cells.Cell<Built> built, Cells.Cell<ArmRun> scratch) {}

  private Results run(StudyFolder folder, Consumer<StudyEvent> events, BooleanSupplier stop) {
    List<Seed> seeds = seeds(folder, stop);
    List<Cells.Cell<?>> all = new ArrayList<>();
    seeds.forEach(seed -> all.addAll(List.of(seed.shallow(), seed.built(), seed.scratch())));
    String title =
        "construction on %s: %s built from %s".formatted(splits.name(), plan.to(), plan.model());
    Cells cells = Cells.of(folder, title, all, splits.notes(), events, stop);
    List<ConstructionRow> done = new ArrayList<>();
    @Nullable Results results = null;
    for (Seed seed : seeds) {
      ArmRun shallow = cells.run(seed.shallow());
      Optional<Built> built =
          shallow.diverged().isEmpty() ? Optional.of(cells.run(seed.built())) : Optional.empty();
      done.add(new ConstructionRow(shallow, built, cells.run(seed.scratch())));
      results = write(folder, done); // What there is can be read while the rest is trained.
    }
    return Objects.requireNonNull(results);
  }

  private List<Seed> seeds(StudyFolder folder, BooleanSupplier stop) {
    Map<String, Double> clock = clock();
    ArmTraining training = new ArmTraining(folder, plan.data(), stop);
    List<DegradationPlan.Run> runs = plan.runs();
    List<Seed> seeds = new ArrayList<>();
    for (int seed = 0; seed < plan.seeds(); seed++) {
      DegradationPlan.Run shallow = runs.get(2 * seed);
      DegradationPlan.Run scratch = runs.get(2 * seed + 1);
      seeds.add(
          new Seed(
              cell(folder, shallow, training, clock),
              built(folder, shallow, scratch, clock),
              cell(folder, scratch, training, clock)));
    }
    return seeds;
  }

  private Cells.Cell<ArmRun> cell(
      StudyFolder folder,
      DegradationPlan.Run run,
      ArmTraining training,
      Map<String, Double> clock) {
    Network network = network(run);
    return new Cells.Cell<>(
        run.key(),
        "%s, seed %d".formatted(network.name(), run.seed()),
        cost(run, clock),
        ArmRun.class,
        ticker -> exactly(folder, training.armRun(run, network, splits, ticker), run.key()),
        done -> done.diverged().isEmpty() ? said(done.trainError(), done.testError()) : "diverged");
  }

  /** With the errors in fp32, in which what is built is compared. */
  private ArmRun exactly(StudyFolder folder, ArmRun run, String key) {
    if (!run.diverged().isEmpty()) {
      return run;
    }
    Path path = folder.run(key);
    return new ArmRun(
        run.network(),
        run.arm(),
        run.depth(),
        run.seed(),
        1 - ArmTraining.evaluate(path, splits.train(), "fp32").top1(),
        1 - ArmTraining.evaluate(path, splits.test(), "fp32").top1(),
        run.curve(),
        "");
  }

  private Cells.Cell<Built> built(
      StudyFolder folder,
      DegradationPlan.Run shallow,
      DegradationPlan.Run scratch,
      Map<String, Double> clock) {
    double passes = 2.0 * splits.train().size() / scratch.recipe().batch();
    return new Cells.Cell<>(
        "seed" + shallow.seed() + "-built",
        "%s built from %s, seed %d".formatted(plan.to(), plan.model(), shallow.seed()),
        StepClock.FORWARD_SHARE * passes * clock.getOrDefault(plan.to(), 0.0),
        Built.class,
        ticker -> Built.of(SavedModel.open(folder.run(shallow.key())), plan.to(), splits, ticker),
        done -> said(done.trainError(), done.testError()));
  }

  private static String said(double trainError, double testError) {
    return String.format(
        Locale.ROOT,
        "training error %.1f %%, test error %.1f %%",
        100 * trainError,
        100 * testError);
  }

  private Network network(DegradationPlan.Run run) {
    return Training.network(run.recipe(), splits);
  }

  /** Seconds of a step of each network. */
  private Map<String, Double> clock() {
    Map<String, Double> clock = new LinkedHashMap<>();
    for (DegradationPlan.Run run : plan.runs()) {
      Recipe recipe = run.recipe();
      clock.computeIfAbsent(
          recipe.model(),
          name ->
              StepClock.seconds(network(run), recipe.batch(), recipe.device(), recipe.precision()));
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
    double epochs = Math.ceil((double) steps(recipe) / stepsPerEpoch(recipe));
    double judged = epochs * splits.test().size() + splits.train().size();
    return clock.getOrDefault(recipe.model(), 0.0)
        * (steps(recipe) + StepClock.FORWARD_SHARE * judged / recipe.batch());
  }

  private Results write(StudyFolder folder, List<ConstructionRow> done) {
    ConstructionReport report = new ConstructionReport(plan, splits, done, conditions(folder));
    Document document =
        new Document(
            splits.name(),
            plan.model(),
            plan.to(),
            plan.seeds(),
            done.stream().map(ConstructionRow::row).toList(),
            report.verdicts().stream().map(Construction::row).toList(),
            report.notes());
    Csv csv =
        new Csv(
            "seed",
            "shallow_train_error",
            "built_train_error",
            "scratch_train_error",
            "shallow_test_error",
            "built_test_error",
            "scratch_test_error",
            "changed",
            "largest_difference");
    for (Row row : document.runs()) {
      csv.row(
          row.seed(),
          row.shallowTrainError(),
          row.builtTrainError(),
          row.scratchTrainError(),
          row.shallowTestError(),
          row.builtTestError(),
          row.scratchTestError(),
          row.changed().map(String::valueOf).orElse(""),
          row.largestDifference());
    }
    folder.finish(report.report(), document, Map.of("runs.csv", csv));
    return new Results(folder.path(), document);
  }

  private static Degradation.VerdictRow row(Verdict verdict) {
    return new Degradation.VerdictRow(
        verdict.claim(),
        verdict.status().label(),
        verdict.reason(),
        verdict.difference(),
        verdict.low(),
        verdict.high());
  }

  private Map<String, String> conditions(StudyFolder folder) {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", folder.command());
    conditions.put(
        "Data",
        "%s, %d training and %d test images"
            .formatted(splits.name(), splits.train().size(), splits.test().size()));
    conditions.put("Seeds", "0 to " + (plan.seeds() - 1));
    conditions.put("Machine", Machine.describe());
    conditions.put("Engine", Engine.describe());
    conditions.put(
        "Recipe", RecipeFile.write(plan.runs().get(0).recipe()).strip().replace("\n", ", "));
    conditions.put(
        "Errors",
        "of the final networks in fp32, all images once, in evaluation mode, without augmentation");
    return conditions;
  }
}
