package org.resnet4j.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Keeps what a run has learned, now and then and at the end of each epoch. */
final class Saver {
  private final Trainee trainee;
  private final Averages averages;
  private final Checkpoints checkpoints;
  private final BestModel best;
  private final Saving saving;
  private final Consumer<Event> events;
  private long lastNanos = System.nanoTime();

  Saver(
      Trainee trainee,
      Averages averages,
      Checkpoints checkpoints,
      BestModel best,
      Saving saving,
      Consumer<Event> events) {
    this.trainee = trainee;
    this.averages = averages;
    this.checkpoints = checkpoints;
    this.best = best;
    this.saving = saving;
    this.events = events;
  }

  /** All tensors that a run must keep; they stay their owners'. */
  static Checkpoints.State state(Trainee trainee, Averages averages) {
    return new Checkpoints.State(
        Map.of(
            "model",
            trainee.network().state(),
            "optimizer",
            trainee.optimizer().state(),
            "average",
            averages.state()));
  }

  /** The run may have been killed between a checkpoint and the best network that belongs to it. */
  void catchUp(Progress progress) {
    asWished(() -> best.keep(trainee.network(), progress));
  }

  /** Saves. No checkpoint comes after a best network that is not there: it would be missed. */
  void save(Progress progress) {
    best.settle();
    checkpoints.save(state(trainee, averages), progress);
    lastNanos = System.nanoTime();
  }

  /** Saves within an epoch, if it is time to. */
  void afterStep(Progress progress) {
    if (System.nanoTime() - lastNanos > saving.every().toNanos()) {
      asWished(() -> save(progress));
    }
  }

  /** Saves, and keeps the network if none was better. */
  void afterEpoch(Progress progress) {
    asWished(() -> save(progress));
    asWished(() -> best.keep(trainee.network(), progress));
  }

  /** Goes on if the disk does not take it but the user wants that. */
  private void asWished(Runnable saved) {
    try {
      saved.run();
    } catch (RunException e) {
      if (!saving.goesOn()) {
        throw e;
      }
      lastNanos = System.nanoTime();
      events.accept(new Event.Notice(e.getMessage() + "; training goes on as you wished"));
    }
  }

  /** The newest checkpoint, if there is one. */
  Optional<Path> last() {
    return checkpoints.last();
  }
}
