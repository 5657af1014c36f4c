package org.resnet4j.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Dataset;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.DivergedException;
import org.resnet4j.train.Event;
import org.resnet4j.train.Outcome;
import org.resnet4j.train.RunException;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.StoppedException;
import org.resnet4j.train.Training;

/**
 * Makes a trained residual network shorter by the blocks that it misses least.
 *
 * <p>"If the added layers are identities, the deeper network is no worse" (arXiv 1512.03385,
 * section 1) read backwards: a block whose branch adds next to nothing to its identity shortcut can
 * go. That single blocks can, without training, is arXiv 1605.06431, section 4.1.
 *
 * <p>Greedy, one block a round. The mean cross-entropy of some <em>training</em> images without
 * each block that can go (those gone before left out) says which goes. Then the statistics of batch
 * norms are computed anew on other training images, as what reaches a norm has changed; they are
 * used where they give those images that choose a lower loss than the stored ones. Test images
 * choose the <em>number</em> of blocks and nothing else: the result is the shortest network that
 * loses no more than the budget. As a few images more or less are chance, the search ends only
 * after three networks in a row beyond it.
 */
public final class Pruning {
  private static final String KIND = "prune";
  private static final String START = "start";
  private static final String LATENCY = "latency";
  private static final String FINE_TUNE = "fine-tune";
  private static final int MOST_TIMED = 12;

  /** Compiled networks are in memory side by side while they are timed. */
  private static final long MOST_VALUES = 250_000_000;

  private static final int LARGEST_NATIVE = 96;

  /** So many networks in a row beyond the budget end the search. */
  private static final int PATIENCE = 3;

  /** Multiply-adds that one process does in the time of a measurement, about. */
  private static final double TIMING_COST = 5e11;

  private final PruningSetup setup;
  private final StudyFolder folder;
  private final Consumer<StudyEvent> events;
  private final BooleanSupplier stop;

  /**
   * What to prune, and how far.
   *
   * @param model a model folder, or a run folder that has one
   * @param data a folder or file, or the name of a built-in data set, with the model's classes
   * @param maxDrop how many points of top-1 the test images may lose, above 0 to 100
   * @param images that choose which block goes, from the training set; as many others renew
   *     statistics
   * @param epochs of fine-tuning at the end; 0 for none
   * @param settings keys of the recipe for that, as in a recipe's file
   * @param batch images that run together; 0 for what suits the network
   */
  public record Plan(
      String model,
      String data,
      double maxDrop,
      int images,
      int epochs,
      Map<String, String> settings,
      long seed,
      int batch) {
    private static final int FEWEST = 8;
    private static final int LARGEST_BATCH = 4096;

    /** Throws {@link IllegalArgumentException} for a value out of its range. */
    public Plan {
      settings = Map.copyOf(settings);
      require(
          maxDrop > 0 && maxDrop <= 100,
          "max-drop = %s: must be above 0 and at most 100 points of top-1".formatted(maxDrop));
      require(images >= FEWEST, "images = %d: must be at least %d".formatted(images, FEWEST));
      require(epochs >= 0, "epochs = %d: must be at least 0".formatted(epochs));
      require(
          batch == 0 || (batch >= 2 && batch <= LARGEST_BATCH),
          "batch = %d: must be from 2 to %d, or 0 to choose".formatted(batch, LARGEST_BATCH));
      require(
          epochs > 0 || settings.isEmpty(),
          "set = %s: is for fine-tuning; give epochs too"
              .formatted(new TreeSet<>(settings.keySet())));
      if (epochs > 0) {
        recipe(epochs, settings, seed, true); // It says what is wrong with a setting.
      }
    }

    private static void require(boolean holds, String message) {
      if (!holds) {
        throw new IllegalArgumentException(message);
      }
    }

    private static Recipe recipe(
        int epochs, Map<String, String> settings, long seed, boolean small) {
      Map<String, String> values = new LinkedHashMap<>();
      values.put("name", FINE_TUNE);
      values.put("epochs", String.valueOf(epochs));
      values.put("iterations", "0");
      // A hundredth of what trained it: it is to settle, not to start over.
      values.put("rate", "0.001");
      values.put("schedule", "cosine");
      values.put("augmentation", small ? "pad-crop-flip" : "random-resized-crop");
      values.put("normalisation", "channel");
      values.put("seed", String.valueOf(seed));
      values.putAll(settings);
      return RecipeFile.load("cifar-paper", values);
    }

    private Plan anchored() {
      return new Plan(
          absolute(model), absolute(data), maxDrop, images, epochs, settings, seed, batch);
    }

    /** A path that still leads there when the study is resumed from another folder. */
    private static String absolute(String pathOrName) {
      Path path = Path.of(pathOrName);
      return Files.exists(path) ? path.toAbsolutePath().normalize().toString() : pathOrName;
    }
  }

  /**
   * What a search will do and about how long it takes.
   *
   * @param blocks in the network
   * @param removable how many of them can go
   * @param firstRound seconds
   * @param everyRound seconds, if the budget lets every block go that can
   * @param fineTuning seconds
   */
  public record Forecast(
      String network,
      int blocks,
      int removable,
      int selectionImages,
      int testImages,
      int batch,
      double firstRound,
      double everyRound,
      double fineTuning) {}

  /** Milliseconds for one image on so many threads, by how many blocks are gone. */
  record Timed(List<Integer> removed, List<Double> millis, int threads) {}

  /**
   * What fine-tuning did to the test images.
   *
   * @param test absent if it diverged
   * @param diverged what became of it then
   */
  record Tuned(double rate, PruningSearch.@Nullable Beside test, @Nullable String diverged) {
    /** Whether the network makes no more mistakes than it did before. */
    boolean kept(int mistakesBefore) {
      return test != null && test.mistakes() <= mistakesBefore;
    }
  }

  private Pruning(
      PruningSetup setup, StudyFolder folder, Consumer<StudyEvent> events, BooleanSupplier stop) {
    this.setup = setup;
    this.folder = folder;
    this.events = events;
    this.stop = stop;
  }

  /**
   * Prunes from the beginning, and leaves a folder with the shorter network in {@code model}.
   *
   * @param out the folder, which must not exist; {@code runs/<time>-prune} if absent
   * @param command what the user typed, for the record
   * @param stop asked often; once true, the search ends, and can be resumed
   * @throws org.resnet4j.weights.WeightsException if it is no model, or none whose blocks can go
   * @throws org.resnet4j.data.DataException for data that cannot be used, or with other classes
   * @throws RunException if the folder exists or cannot be written
   * @throws StudyStoppedException if told to stop before the end
   */
  public static Pruned run(
      Plan plan,
      Optional<Path> out,
      String command,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    PruningSetup setup = PruningSetup.of(plan);
    Path path = out.orElseGet(() -> StudyFolder.fresh(KIND));
    StudyFolder folder = StudyFolder.create(path, KIND, command, plan.anchored());
    return folder.alone(() -> new Pruning(setup, folder, events, stop).run());
  }

  /** Goes on with a search that was stopped or killed; otherwise as {@link #run}. */
  public static Pruned resume(Path path, Consumer<StudyEvent> events, BooleanSupplier stop) {
    StudyFolder folder = StudyFolder.open(path, KIND);
    PruningSetup setup = PruningSetup.of(folder.plan(Plan.class));
    return folder.alone(() -> new Pruning(setup, folder, events, stop).run());
  }

  /** Measures one batch to say how long {@link #run} will take; writes nothing. */
  public static Forecast forecast(Plan plan) {
    PruningSetup setup = PruningSetup.of(plan);
    Network network = setup.network();
    PruningCost cost = PruningCost.of(setup);
    double speed;
    try (PruningSearch search = new PruningSearch(setup)) {
      speed = search.multiplyAddsPerSecond();
    }
    return new Forecast(
        network.name(),
        network.units().size(),
        PruningCost.mostRounds(network),
        setup.selection().size(),
        setup.data().test().size(),
        setup.batch(),
        cost.round(network) / speed,
        (cost.start(network) + cost.rounds(network)) / speed,
        cost.training(network, plan.epochs(), setup.data().train().size()) / speed);
  }

  private Pruned run() {
    Fingerprint.require(
        folder, setup.model().folder(), List.of(setup.data().train(), setup.data().test()));
    try (PruningSearch search = new PruningSearch(setup)) {
      Cells cells = cells();
      PruningSearch.Start start = cells.run(startCell(search));
      chance(start).ifPresent(text -> events.accept(new StudyEvent.Notice(text)));
      List<PruningSearch.Round> rounds = rounds(search, start, cells);
      List<PruningSearch.Round> kept = rounds.subList(0, rounds.size() - beyond(start, rounds));
      Timed timed = cells.run(latencyCell(rounds, kept.size()));
      Optional<Tuned> tuned =
          setup.plan().epochs() == 0 || kept.isEmpty()
              ? Optional.empty()
              : Optional.of(cells.run(fineTuningCell(search, start, kept)));
      PruningResult result =
          new PruningResult(
              setup, folder, start, rounds, kept.size(), timed, tuned, seconds(rounds.size()));
      writeModel(search, kept, result);
      Pruned pruned = result.pruned();
      PruningReport report = new PruningReport(setup, folder, start, rounds, result.end(), pruned);
      folder.finish(report.page(), pruned, report.tables());
      return pruned;
    }
  }

  /**
   * What to say of a network that guesses: names of classes may fit where their meaning does not.
   */
  private Optional<String> chance(PruningSearch.Start start) {
    Dataset test = setup.data().test();
    return guesses(start.mistakes(), test)
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%s gets %.1f %% of the test images right, no more than guessing would; are the classes of %s the model's?",
                setup.network().name(),
                100 - 100.0 * start.mistakes() / test.size(),
                setup.data().name()))
        : Optional.empty();
  }

  /** Whether always saying the most frequent class does as well, but for chance. */
  static boolean guesses(int mistakes, Dataset test) {
    double guessed = 1 - Guessing.error(test);
    double error = Math.sqrt(guessed * (1 - guessed) / test.size());
    return 1 - (double) mistakes / test.size() <= guessed + 2 * error;
  }

  /** Of all cells, whichever process worked on them. */
  private double seconds(int rounds) {
    double sum = took(START) + took(LATENCY) + took(FINE_TUNE);
    for (int round = 1; round <= rounds; round++) {
      sum += took(key(round));
    }
    return sum;
  }

  private double took(String key) {
    return folder.result(key, Object.class).map(StudyFolder.Result::seconds).orElse(0.0);
  }

  private Cells cells() {
    Network network = setup.network();
    PruningCost cost = PruningCost.of(setup);
    int tuning = setup.plan().epochs() > 0 ? 1 : 0;
    int most = PruningCost.mostRounds(network);
    int done = folder.result(START, PruningSearch.Start.class).isPresent() ? 1 : 0;
    while (done > 0 && folder.result(key(done), PruningSearch.Round.class).isPresent()) {
      done++;
    }
    done += folder.result(LATENCY, Timed.class).isPresent() ? 1 : 0;
    done += folder.result(FINE_TUNE, Tuned.class).isPresent() ? 1 : 0;
    List<String> notes = new ArrayList<>(setup.data().notes());
    notes.add(
        ("%d of %d blocks can go; the search ends, before the time told, where networks lose more than"
                + " %s points of top-1")
            .formatted(most, network.units().size(), points(setup.plan().maxDrop())));
    return new Cells(
        folder,
        "pruning %s on %s".formatted(network.name(), setup.data().name()),
        1 + most + 1 + tuning,
        cost.start(network)
            + cost.rounds(network)
            + TIMING_COST
            + cost.training(network, setup.plan().epochs(), setup.data().train().size()),
        done,
        notes,
        events,
        stop);
  }

  private Cells.Cell<PruningSearch.Start> startCell(PruningSearch search) {
    int images = setup.data().test().size();
    return new Cells.Cell<>(
        START,
        setup.network().name(),
        PruningCost.of(setup).start(setup.network()),
        PruningSearch.Start.class,
        search::start,
        start -> said(start.mistakes(), images));
  }

  private List<PruningSearch.Round> rounds(
      PruningSearch search, PruningSearch.Start start, Cells cells) {
    List<PruningSearch.Round> rounds = new ArrayList<>();
    Network rest = setup.network();
    int images = setup.data().test().size();
    while (!DepthSurgery.removable(rest).isEmpty()) {
      List<PruningSearch.Round> before = List.copyOf(rounds);
      PruningSearch.Round round =
          cells.run(
              new Cells.Cell<>(
                  key(before.size() + 1),
                  "round %d".formatted(before.size() + 1),
                  PruningCost.of(setup).round(rest),
                  PruningSearch.Round.class,
                  ticker -> search.round(start, before, ticker),
                  made ->
                      "without %s: %s"
                          .formatted(made.removed(), said(made.test().mistakes(), images))));
      rounds.add(round);
      if (beyond(start, rounds) == PATIENCE) {
        break;
      }
      rest = DepthSurgery.without(setup.network(), PruningSearch.removed(rounds)).to();
    }
    return rounds;
  }

  private static String key(int round) {
    return "round-%03d".formatted(round);
  }

  private static String said(int mistakes, int images) {
    return String.format(
        Locale.ROOT,
        "top-1 %.2f %%, %d of %d wrong",
        100 - 100.0 * mistakes / images,
        mistakes,
        images);
  }

  private int beyond(PruningSearch.Start start, List<PruningSearch.Round> rounds) {
    return beyond(
        rounds.stream().map(round -> round.test().mistakes() - start.mistakes()).toList(),
        setup::affordable);
  }

  /**
   * How many networks at the end are beyond the budget.
   *
   * @param mistakes that each makes more than the first
   */
  static int beyond(List<Integer> mistakes, IntPredicate affordable) {
    int beyond = 0;
    for (int more : mistakes) {
      beyond = affordable.test(more) ? 0 : beyond + 1;
    }
    return beyond;
  }

  static String points(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%.2f", value).replaceFirst("0$", "");
  }

  private Cells.Cell<Timed> latencyCell(List<PruningSearch.Round> rounds, int kept) {
    List<Integer> counts = timedCounts(rounds.size(), kept);
    return new Cells.Cell<>(
        LATENCY,
        "latency",
        TIMING_COST,
        Timed.class,
        ticker -> {
          List<DepthSurgery> networks = new ArrayList<>();
          List<String> removed = PruningSearch.removed(rounds);
          for (int count : counts) {
            networks.add(DepthSurgery.without(setup.network(), removed.subList(0, count)));
          }
          float[] image = new float[Math.toIntExact(setup.network().input().size())];
          setup.model().preprocessing().apply(setup.selection().image(0), image, 0);
          return new Timed(
              counts,
              PruningLatency.measure(
                  setup.model(), networks, image, s -> ticker.at(s, "one image at a time")),
              Engine.threads());
        },
        timed ->
            String.format(
                Locale.ROOT,
                "%.2f ms for one image before, %.2f ms after",
                timed.millis().get(0),
                timed.millis().get(timed.removed().indexOf(kept))));
  }

  /** The start, the result and the last; others between them as far as there is room. */
  private List<Integer> timedCounts(int rounds, int kept) {
    long room = MOST_VALUES / Math.max(1, setup.network().parameters());
    int most = (int) Math.max(3, Math.min(MOST_TIMED, room));
    TreeSet<Integer> counts = new TreeSet<>(List.of(0, kept, rounds));
    for (int i = 1; i < most - 1; i++) {
      if (counts.size() < most) {
        counts.add(Math.round((float) rounds * i / (most - 1)));
      }
    }
    return List.copyOf(counts);
  }

  private Cells.Cell<Tuned> fineTuningCell(
      PruningSearch search, PruningSearch.Start start, List<PruningSearch.Round> kept) {
    int epochs = setup.plan().epochs();
    Network shorter = DepthSurgery.without(setup.network(), PruningSearch.removed(kept)).to();
    return new Cells.Cell<>(
        FINE_TUNE,
        "fine-tuning",
        PruningCost.of(setup).training(shorter, epochs, setup.data().train().size()),
        Tuned.class,
        ticker -> {
          Recipe recipe = recipe();
          try {
            Outcome outcome = fineTune(search, kept, recipe);
            SavedModel tuned = SavedModel.open(outcome.run());
            try (LiveNetwork live = tuned.live(Device.of("auto"), Precision.FP32)) {
              return new Tuned(recipe.rates().rate(), search.beside(start, live), null);
            }
          } catch (DivergedException e) {
            // The shorter network is there all the same, and is what the search was for.
            return new Tuned(recipe.rates().rate(), null, String.valueOf(e.getMessage()));
          }
        },
        tuned ->
            tuned.test() == null
                ? "diverged, " + tuned.diverged()
                : said(tuned.test().mistakes(), setup.data().test().size()));
  }

  private Recipe recipe() {
    Plan plan = setup.plan();
    int side = Math.max(setup.network().input().height(), setup.network().input().width());
    return Plan.recipe(plan.epochs(), plan.settings(), plan.seed(), side <= LARGEST_NATIVE);
  }

  private Outcome fineTune(PruningSearch search, List<PruningSearch.Round> kept, Recipe recipe) {
    Consumer<Event> steps =
        event -> {
          if (event instanceof Event.Step step) {
            String detail =
                String.format(
                    Locale.ROOT,
                    "epoch %d/%d, loss %.3f",
                    step.epoch(),
                    step.epochs(),
                    step.loss());
            int cells = PruningCost.mostRounds(setup.network()) + 3;
            events.accept(
                new StudyEvent.Working("fine-tuning", cells, cells, detail, step.secondsLeft()));
          }
        };
    try {
      Path run = folder.run(FINE_TUNE);
      if (ArmTraining.begun(run)) {
        return Training.resume(run, steps, stop);
      }
      Path begun = folder.path().resolve("pruned");
      write(search, kept, begun, "# before fine-tuning\n");
      Training.Plan plan =
          new Training.Plan(
              recipe, setup.plan().data(), Optional.of(run), folder.command(), Optional.of(begun));
      return Training.run(plan, steps, stop);
    } catch (StoppedException e) {
      throw new StudyStoppedException(folder.path());
    }
  }

  private void writeModel(
      PruningSearch search, List<PruningSearch.Round> kept, PruningResult result) {
    Path target = folder.path().resolve("model");
    if (!result.tunedKept()) {
      write(search, kept, target, result.card());
      return;
    }
    SavedModel tuned = SavedModel.open(folder.run(FINE_TUNE));
    try (LiveNetwork live = tuned.live(Device.CPU, Precision.FP32)) {
      tuned.in(target).write(live, result.card());
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  private void write(
      PruningSearch search, List<PruningSearch.Round> kept, Path target, String card) {
    try (LiveNetwork live = search.after(kept)) {
      setup.model().as(live.network()).in(target).write(live, card);
    } catch (IOException e) {
      throw unwritten(e);
    }
  }

  private RunException unwritten(IOException e) {
    return RunException.unwritten(
        "%s: cannot be written (%s); what was measured is kept, go on with --resume"
            .formatted(folder.path(), e.getMessage()),
        e);
  }
}
