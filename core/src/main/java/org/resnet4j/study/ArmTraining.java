package org.resnet4j.study;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.DivergedException;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Evaluator;
import org.resnet4j.train.Event;
import org.resnet4j.train.Outcome;
import org.resnet4j.train.RunException;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.StoppedException;
import org.resnet4j.train.Training;

/** An ordinary training run inside a study, begun or gone on with. */
final class ArmTraining {
  private static final int EVALUATED_TOGETHER = 256;

  private final StudyFolder folder;
  private final String data;
  private final BooleanSupplier stop;

  ArmTraining(StudyFolder folder, String data, BooleanSupplier stop) {
    this.folder = folder;
    this.data = data;
    this.stop = stop;
  }

  /**
   * Trains in the study's folder {@code runs/KEY}, from its last checkpoint if there is one.
   *
   * @throws DivergedException if the loss is no longer a number
   * @throws StudyStoppedException if told to stop; the run's checkpoint is saved
   */
  Outcome train(String key, Recipe recipe, Optional<Path> from, Cells.Ticker ticker) {
    return train(key, recipe, from, Training.Head.KEPT, ticker);
  }

  /** As {@link #train(String, Recipe, Optional, Cells.Ticker)}, with a head that may be new. */
  Outcome train(
      String key, Recipe recipe, Optional<Path> from, Training.Head head, Cells.Ticker ticker) {
    Path run = folder.run(key);
    Consumer<Event> events = event -> tick(event, ticker);
    try {
      if (begun(run)) {
        return Training.resume(run, events, stop);
      }
      String command = folder.command();
      return Training.run(
          new Training.Plan(recipe, data, Optional.of(run), command, from, head), events, stop);
    } catch (StoppedException e) {
      throw new StudyStoppedException(folder.path(), e);
    }
  }

  /**
   * Whether there is a run to go on with. A kill while one is made leaves a folder without {@code
   * run.json}, its last file: nothing is lost with it, and it is deleted.
   *
   * @throws RunException if it cannot be
   */
  static boolean begun(Path run) {
    if (Files.isRegularFile(run.resolve("run.json"))) {
      return true;
    }
    if (!Files.exists(run, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> inside = Files.walk(run)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) { // What is in it first.
        Files.delete(path);
      }
      return false;
    } catch (IOException | UncheckedIOException e) {
      throw RunException.unwritten(run + ": a run that was hardly begun cannot be deleted", e);
    }
  }

  private void tick(Event event, Cells.Ticker ticker) {
    if (event instanceof Event.Step step) {
      String detail =
          String.format(
              Locale.ROOT,
              "step %d/%d, training error %.0f %%",
              step.step(),
              step.steps(),
              100 * (1 - step.top1()));
      try {
        ticker.at((double) step.step() / step.steps(), detail);
      } catch (StudyStoppedException e) {
        // The training loop asks as well, after the step, and saves a checkpoint first.
      }
    }
  }

  /** The mistakes of a model of a run on images, each once, as they are. */
  static Evaluation evaluate(Path run, Dataset images) {
    return evaluate(run, images, "auto");
  }

  /** As {@link #evaluate(Path, Dataset)}, in that precision. */
  static Evaluation evaluate(Path run, Dataset images, String precision) {
    SavedModel model = SavedModel.open(run);
    Device device = Device.of("auto");
    try (LiveNetwork live = model.live(device, Precision.of(precision, device));
        Loader loader =
            new Loader(
                images,
                model.preprocessing(),
                new Augmentation.None(),
                Loader.Options.inOrder(Math.min(EVALUATED_TOGETHER, images.size())))) {
      return Evaluator.evaluate(live, loader, model.labels());
    }
  }

  /** One cell of a study of degradation. */
  ArmRun armRun(DegradationPlan.Run run, Network network, Splits splits, Cells.Ticker ticker) {
    try {
      Outcome outcome = train(run.key(), run.recipe(), Optional.empty(), ticker);
      Evaluation train = evaluate(outcome.run(), splits.train());
      List<ArmRun.Epoch> curve =
          outcome.history().stream()
              .map(
                  epoch ->
                      new ArmRun.Epoch(
                          epoch.step(),
                          1 - epoch.trainTop1(),
                          1 - epoch.testTop1(),
                          epoch.trainLoss(),
                          epoch.testLoss()))
              .toList();
      return new ArmRun(
          network.name(),
          run.arm(),
          run.depth(),
          run.seed(),
          1 - train.top1(),
          1 - outcome.test().top1(),
          curve,
          "");
    } catch (DivergedException e) {
      return new ArmRun(
          network.name(),
          run.arm(),
          run.depth(),
          run.seed(),
          Guessing.error(splits.train()),
          Guessing.error(splits.test()),
          List.of(),
          String.valueOf(e.getMessage()));
    }
  }
}
