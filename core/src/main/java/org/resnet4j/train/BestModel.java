package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.weights.TensorEntry;

/**
 * The network of the best epoch so far by the validation images, kept in a model folder of its own.
 *
 * <p>It is written after the checkpoint of its epoch, which has the same weights: whenever a run is
 * killed, either it is there or the checkpoint to go on from can write it.
 */
final class BestModel {
  private final Setup setup;
  private final Path folder;
  private Optional<Unwritten> unwritten = Optional.empty();

  /** A copy of the best network so far, until the disk has it. */
  private record Unwritten(List<TensorEntry> weights, Event.Epoch row) {}

  BestModel(Setup setup, RunFolder run) {
    this.setup = setup;
    this.folder = run.best();
  }

  /** Writes the folder if the network is now what it was after the best epoch. */
  void keep(LiveNetwork network, Progress progress) {
    Optional<Event.Epoch> best = progress.best();
    boolean now =
        setup.validation().isPresent()
            && progress.batch() == 0
            && best.map(Event.Epoch::epoch).orElse(0) == progress.epoch()
            && progress.epoch() > 0;
    if (now) {
      unwritten =
          Optional.of(new Unwritten(TensorEntries.of("", network.state()), best.orElseThrow()));
      settle();
    }
  }

  /**
   * Writes the best network if the disk did not take it when it should have.
   *
   * @throws RunException if it does not now
   */
  void settle() {
    unwritten.ifPresent(this::write);
    unwritten = Optional.empty();
  }

  private void write(Unwritten best) {
    String card =
        "# %s%n%nThe weights after epoch %d, so far the best: %s of the validation images are right.%n";
    try {
      model()
          .write(
              best.weights(),
              card.formatted(
                  setup.network().name(),
                  best.row().epoch(),
                  Results.percent(best.row().testTop1())));
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: cannot be written (%s); free some space and go on with --resume"
              .formatted(folder, RunFolder.reason(e)),
          e);
    }
  }

  /** What is or will be in the folder. */
  SavedModel model() {
    return new SavedModel(
        folder, setup.network(), setup.data().train().classes(), setup.preprocessing());
  }
}
