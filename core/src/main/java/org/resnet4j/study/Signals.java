package org.resnet4j.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.report.Verdict;
import org.resnet4j.study.SignalsLook.Moment;
import org.resnet4j.train.Setup;
import org.resnet4j.train.WatchedTraining;

/**
 * Is the gradient vanishing? arXiv 1512.03385, section 4.1, and figure 7.
 *
 * <p>Every network of the plan is looked at in four variants: residual and plain, with batch norm
 * and without; when initialised, after a quarter of a short training, and after it. What is
 * measured is defined at {@link SignalsLook}, and what is concluded at {@link SignalsFindings}.
 *
 * <p>Twins have one seed: the same branches to begin with, the same images in the same order.
 */
public final class Signals {
  private static final String KIND = "signals";
  static final int BATCHES_IN_TRAINING = 4;
  static final int BATCHES_OF_A_MODEL = 8;

  /** What a batch looked at costs beside a step of training: fp32, and every value twice. */
  private static final double LOOK_COST = 2;

  private static final int TIMED_STEPS = 3;

  private final SignalsPlan plan;
  private final List<SignalsVariant> variants;

  private Signals(SignalsPlan plan) {
    this.plan = plan;
    this.variants = SignalsVariant.all(plan, SignalsSubject.open(plan));
  }

  /** A trial with where it belongs. */
  record Placed(SignalsVariant variant, int seed, SignalsTrial trial) {
    Optional<SignalsLook> at(Moment moment) {
      return trial.at(moment);
    }
  }

  /**
   * What a study would do.
   *
   * @param trials one a line
   * @param seconds how long it takes, from a few steps that were timed
   */
  public record Forecast(List<String> trials, double seconds, List<String> notes) {
    public Forecast {
      trials = List.copyOf(trials);
      notes = List.copyOf(notes);
    }
  }

  /**
   * Looks, trains and looks again.
   *
   * @param folder the study's, which must not exist; {@code runs/<time>-signals} if absent
   * @param command what the user typed, for the record
   * @param stop asked after each step
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws org.resnet4j.data.DataException for data that cannot be used, or whose classes are not
   *     those of a model
   * @throws org.resnet4j.weights.WeightsException for a model that cannot be used
   * @throws org.resnet4j.train.RunException if the folder exists or cannot be written
   * @throws StudyStoppedException if told to stop before the end
   */
  public static SignalsResults run(
      SignalsPlan plan,
      Optional<Path> folder,
      String command,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    Signals study = new Signals(plan);
    Path path = folder.orElseGet(() -> StudyFolder.fresh(KIND));
    StudyFolder made = StudyFolder.create(path, KIND, command, plan);
    return made.alone(() -> study.run(made, events, stop));
  }

  /** Goes on with a study that was stopped; otherwise as {@link #run}. */
  public static SignalsResults resume(
      Path path, Consumer<StudyEvent> events, BooleanSupplier stop) {
    StudyFolder folder = StudyFolder.open(path, KIND);
    Signals study = new Signals(folder.plan(SignalsPlan.class));
    return folder.alone(() -> study.run(folder, events, stop));
  }

  /** Says what {@link #run} would do, and times a few steps to say how long it takes. */
  public static Forecast forecast(SignalsPlan plan) {
    return new Signals(plan).forecast();
  }

  private Forecast forecast() {
    List<String> trials = new ArrayList<>();
    double cost = 0;
    for (Planned planned : planned()) {
      trials.add(planned.cell().title());
      cost += planned.cell().cost();
    }
    return new Forecast(trials, cost * secondsPerCost(), notes());
  }

  private double secondsPerCost() {
    SignalsVariant first = variants.get(0);
    SignalsPlan few = plan.withSteps(1 + TIMED_STEPS);
    List<Long> times = new ArrayList<>();
    Setup setup = first.subject().training(few, first.network(), 0);
    WatchedTraining.run(setup, (step, loss, network) -> times.add(System.nanoTime()));
    int last = times.size() - 1;
    int from = Math.min(1, last - 1); // The first step starts the engine.
    double seconds = (times.get(last) - times.get(from)) / 1e9 / (last - from);
    return seconds / first.network().multiplyAdds();
  }

  private SignalsResults run(
      StudyFolder folder, Consumer<StudyEvent> events, BooleanSupplier stop) {
    List<Planned> all = planned();
    Cells cells =
        Cells.of(folder, title(), all.stream().map(Planned::cell).toList(), notes(), events, stop);
    List<Placed> trials = new ArrayList<>();
    for (Planned planned : all) {
      trials.add(new Placed(planned.variant(), planned.seed(), cells.run(planned.cell())));
    }
    SignalsFindings findings = new SignalsFindings(variants, trials);
    List<Verdict> verdicts = findings.verdicts();
    SignalsResults results = SignalsResults.of(folder.path(), plan, findings, verdicts);
    folder.finish(
        new SignalsReport(plan, findings, verdicts, folder.command(), notes()).report(),
        results,
        SignalsTables.of(trials));
    return results;
  }

  private String title() {
    return "signals of " + String.join(", ", variants.stream().map(SignalsVariant::title).toList());
  }

  private List<String> notes() {
    return variants.stream()
        .flatMap(variant -> variant.subject().setup().data().notes().stream())
        .distinct()
        .toList();
  }

  private record Planned(SignalsVariant variant, int seed, Cells.Cell<SignalsTrial> cell) {}

  /** Seed by seed, so that what is there after a kill is a whole smaller study. */
  private List<Planned> planned() {
    List<Planned> planned = new ArrayList<>();
    for (int seed = 0; seed < plan.seeds(); seed++) {
      for (SignalsVariant variant : variants) {
        if (!variant.saved() || seed == 0) {
          planned.add(new Planned(variant, seed, cell(variant, seed)));
        }
      }
    }
    return planned;
  }

  private Cells.Cell<SignalsTrial> cell(SignalsVariant variant, int seed) {
    String safe = variant.title().replaceAll("[^A-Za-z0-9.-]", "-");
    String key =
        variant.saved()
            ? variant.index() + "-" + safe
            : variant.index() + "-" + safe + "-seed" + seed;
    String title =
        variant.saved()
            ? variant.title() + " as it is"
            : "%s, seed %d%s"
                .formatted(
                    variant.title(),
                    seed,
                    variant.trains() ? ", %d steps".formatted(plan.steps()) : ", initialised");
    int looks = !variant.trains() ? 1 : SignalsTrial.middle(plan.steps()) > 0 ? 3 : 2;
    double steps = (variant.trains() ? plan.steps() : 0) + LOOK_COST * looks * batches(variant);
    return new Cells.Cell<>(
        key,
        title,
        steps * variant.network().multiplyAdds(),
        SignalsTrial.class,
        ticker -> trial(variant, seed, ticker),
        SignalsTrial::said);
  }

  private SignalsTrial trial(SignalsVariant variant, int seed, Cells.Ticker ticker) {
    // The same for all variants of a subject.
    List<Batch> batches = variant.subject().batches(plan, seed, batches(variant));
    if (variant.saved()) {
      return SignalsTrial.saved(variant.subject().model().orElseThrow(), batches, ticker);
    }
    Setup setup = variant.subject().training(plan, variant.network(), seed);
    return variant.trains()
        ? SignalsTrial.trained(setup, batches, ticker)
        : SignalsTrial.initialised(setup, batches, ticker);
  }

  private static int batches(SignalsVariant variant) {
    return variant.subject().model().isPresent() ? BATCHES_OF_A_MODEL : BATCHES_IN_TRAINING;
  }
}
