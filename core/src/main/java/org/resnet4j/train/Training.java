package org.resnet4j.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Engine;

/** Trains networks and leaves a run folder. */
public final class Training {
  private Training() {}

  /**
   * What to train, on what, and where to put it.
   *
   * @param recipe how
   * @param data a folder or file, or the name of a built-in data set
   * @param folder the run's folder, which must not exist; {@code runs/<time>-<model>} if absent
   * @param command what the user typed, for the record
   * @param from a model folder whose network and weights the run begins with; the recipe's model
   *     and initialisation then do not matter. If absent, the recipe's model, initialised
   * @param head what becomes of that model's linear layer
   */
  public record Plan(
      Recipe recipe,
      String data,
      Optional<Path> folder,
      String command,
      Optional<Path> from,
      Head head) {
    /** The data have the classes of the model to begin with. */
    public Plan(
        Recipe recipe, String data, Optional<Path> folder, String command, Optional<Path> from) {
      this(recipe, data, folder, command, from, Head.KEPT);
    }

    /** Begins with the recipe's model, initialised. */
    public Plan(Recipe recipe, String data, Optional<Path> folder, String command) {
      this(recipe, data, folder, command, Optional.empty());
    }
  }

  /** What becomes of the linear layer of a model to begin with. */
  public enum Head {
    /** It is kept, and data with other classes are refused. */
    KEPT,
    /** It is kept if the data have the model's classes; else a new one for theirs begins anew. */
    FITTED
  }

  /**
   * Trains from the beginning.
   *
   * @param events told of everything that happens
   * @param stop asked after each step; once true, the run saves a checkpoint and ends
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws org.resnet4j.data.DataException for data that cannot be used, or whose classes are not
   *     those of the teacher, or of the model to begin with and its head is to be kept
   * @throws org.resnet4j.weights.WeightsException if one of those is no model
   * @throws DivergedException if the loss is no longer a number
   * @throws RunException if the folder exists or cannot be written
   * @throws StoppedException if told to stop before the end
   */
  public static Outcome run(Plan plan, Consumer<Event> events, BooleanSupplier stop) {
    return run(plan, Saving.USUAL, events, stop);
  }

  /** As {@link #run(Plan, Consumer, BooleanSupplier)}, with checkpoints as one wishes. */
  public static Outcome run(
      Plan plan, Saving saving, Consumer<Event> events, BooleanSupplier stop) {
    Setup setup =
        Setup.of(plan.recipe(), plan.data(), plan.from().map(SavedModel::open), plan.head());
    @Nullable String from = plan.from().map(Path::toString).orElse(null);
    RunFolder.Origin origin = new RunFolder.Origin(anchored(plan.data()), plan.command(), from);
    Path path = plan.folder().orElseGet(() -> RunFolder.fresh(setup.recipe().model()));
    return train(
        setup,
        start -> RunFolder.create(path, setup.recipe(), origin, start),
        origin,
        saving,
        events,
        stop);
  }

  /**
   * Goes on from the last checkpoint of a run; otherwise as {@link #run}.
   *
   * @param run the folder
   */
  public static Outcome resume(Path run, Consumer<Event> events, BooleanSupplier stop) {
    return resume(run, Saving.USUAL, events, stop);
  }

  /** As {@link #resume(Path, Consumer, BooleanSupplier)}, with checkpoints as one wishes. */
  public static Outcome resume(
      Path run, Saving saving, Consumer<Event> events, BooleanSupplier stop) {
    RunFolder folder = RunFolder.open(run);
    RunFolder.Origin origin = folder.origin();
    Setup setup =
        Setup.of(folder.recipe(), origin.data(), folder.begun(), Head.KEPT, folder.teacher());
    return train(setup, start -> folder, origin, saving, events, stop);
  }

  /**
   * The recipe's network for those images: of their shape, if they share one, and their classes.
   *
   * @throws IllegalArgumentException if the network cannot take such images
   */
  public static Network network(Recipe recipe, Splits data) {
    return Setup.network(recipe, data.train());
  }

  /**
   * A folder that does not exist yet, for a run or a study that names none.
   *
   * @param name of the model or the study
   */
  public static Path freshFolder(String name) {
    return RunFolder.fresh(name);
  }

  /**
   * The epochs that a run has finished, first to last, as its {@code metrics.csv} has them; what is
   * not in there is NaN.
   *
   * @throws RunException if it cannot be read
   */
  public static List<Event.Epoch> history(Path run) {
    Path file = new RunFolder(run).metrics();
    try {
      return EpochFiles.read(file);
    } catch (IOException | RuntimeException e) {
      throw RunException.unusable("%s: cannot be read".formatted(file), e);
    }
  }

  /** A path that still leads there when the run is resumed from another folder. */
  private static String anchored(String data) {
    Path path = Path.of(data);
    return Files.exists(path) ? path.toAbsolutePath().normalize().toString() : data;
  }

  /** Asks for the folder last, so that a plan that cannot work leaves none behind. */
  private static Outcome train(
      Setup setup,
      Function<RunFolder.Start, RunFolder> place,
      RunFolder.Origin origin,
      Saving saving,
      Consumer<Event> events,
      BooleanSupplier stop) {
    Recipe recipe = setup.recipe();
    try (Trainee trainee = Trainee.of(setup);
        Averages averages = new Averages(setup, trainee.network());
        Loader trainImages = setup.loaders().training();
        Judge judge = setup.judge()) {
      LiveNetwork network = trainee.network();
      RunFolder folder =
          place.apply(
              begun -> {
                setup.beginning().write(begun.start(), network);
                if (setup.teacher().isPresent()) {
                  Teacher.write(setup.teacher().get(), begun.teacherFolder());
                }
              });
      String engine = Engine.describe() + ", " + network.precision().id();
      Checkpoints.State state = Saver.state(trainee, averages);
      try (FolderLock lock = FolderLock.take(folder.path())) {
        folder.tidy();
        Progress progress =
            new Checkpoints(folder.checkpoints(), engine, events)
                .restore(state)
                .orElseGet(() -> Progress.beginning(recipe));
        try (RunLog log = new RunLog(folder, setup.judging(), progress, saving, events)) {
          BestModel best = new BestModel(setup, folder);
          log.accept(started(setup, folder, progress, trainImages, engine));
          TrainingLoop loop =
              new TrainingLoop(
                  recipe,
                  trainee,
                  averages,
                  trainImages,
                  judge,
                  new Saver(
                      trainee,
                      averages,
                      new Checkpoints(folder.checkpoints(), engine, log),
                      best,
                      saving,
                      log),
                  new Watch(setup, network, trainee.optimizer(), log),
                  log,
                  stop,
                  progress);
          FinalTest test =
              loop.run()
                  .flatMap(
                      judged ->
                          setup.validation().isEmpty()
                              ? Optional.of(
                                  new FinalTest(judged, loop.averaged(), Optional.empty()))
                              : FinalTest.look(
                                  setup, network, averages, best, loop.progress(), stop))
                  .orElseThrow(() -> new StoppedException(folder.path(), loop.progress().step()));
          Outcome outcome = outcome(setup, folder, loop.progress(), test);
          new Results(setup, folder, origin, network, averages, loop.progress(), outcome).write();
          return outcome;
        } catch (IOException | UncheckedIOException e) {
          throw RunException.unwritten(
              "%s: cannot be written (%s); %s"
                  .formatted(folder.path(), RunFolder.reason(e), wayOut(folder)),
              e);
        }
      }
    }
  }

  private static String wayOut(RunFolder folder) {
    return Checkpoints.newest(folder.checkpoints())
        .map(file -> "free some space and go on with --resume from %s".formatted(file))
        .orElse("no checkpoint was saved, so what it learned is lost");
  }

  private static Event.Started started(
      Setup setup, RunFolder folder, Progress progress, Loader trainImages, String engine) {
    return new Event.Started(
        folder.path(),
        setup.network(),
        setup.recipe(),
        setup.data().name(),
        setup.data().train().size(),
        setup.data().test().size(),
        progress.step(),
        TrainingLoop.steps(setup.recipe(), trainImages),
        engine,
        setup.notes());
  }

  private static Outcome outcome(Setup setup, RunFolder folder, Progress progress, FinalTest test) {
    Event.Epoch last = progress.history().get(progress.history().size() - 1);
    return new Outcome(
        folder.path(),
        setup.network(),
        progress.epoch(),
        progress.seconds(),
        progress.images() / progress.trainSeconds(),
        last.trainLoss(),
        last.trainTop1(),
        test.last(),
        test.averaged(),
        test.choice(),
        progress.history());
  }
}
