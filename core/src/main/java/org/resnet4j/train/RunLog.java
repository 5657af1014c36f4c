package org.resnet4j.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Writes what happens to the run's files, then passes it on to the caller's reader. */
final class RunLog implements Consumer<Event>, AutoCloseable {
  private static final int SCALARS_EVERY = 10;

  private final Consumer<Event> next;
  private final EpochFiles files;
  private final TensorBoardWriter board;

  RunLog(RunFolder folder, Progress progress, Consumer<Event> next) throws IOException {
    this.next = next;
    this.files = new EpochFiles(folder, progress.history());
    this.board = TensorBoardWriter.open(folder.path(), now());
    if (progress.step() > 0) {
      board.goesOnAt(progress.step() + 1, now());
    }
  }

  @Override
  public void accept(Event event) {
    try {
      if (event instanceof Event.Step step && step.step() % SCALARS_EVERY == 0) {
        scalar("train/loss", step.step(), step.loss());
        scalar("train/top1", step.step(), step.top1());
        scalar("rate", step.step(), step.rate());
        scalar("images_per_second", step.step(), step.imagesPerSecond());
      }
      if (event instanceof Event.Epoch epoch) {
        files.add(epoch);
        scalar("test/loss", epoch.step(), epoch.testLoss());
        scalar("test/top1", epoch.step(), epoch.testTop1());
        if (!Double.isNaN(epoch.averageLoss())) {
          scalar("test/average_loss", epoch.step(), epoch.averageLoss());
          scalar("test/average_top1", epoch.step(), epoch.averageTop1());
        }
        scalar("epoch/train_loss", epoch.step(), epoch.trainLoss());
        scalar("epoch/train_top1", epoch.step(), epoch.trainTop1());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    next.accept(event);
  }

  private void scalar(String tag, long step, double value) throws IOException {
    board.scalar(tag, step, value, now());
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  @Override
  public void close() throws IOException {
    board.close();
  }
}
