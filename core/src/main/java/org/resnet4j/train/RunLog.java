package org.resnet4j.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Writes what happens to the run's files, then passes it on to the caller's reader. */
final class RunLog implements Consumer<Event>, AutoCloseable {
  private final Consumer<Event> next;
  private final String judging;
  private final EpochFiles files;
  private final TensorBoardWriter board;

  /** With what the images are called that judge the epochs. */
  RunLog(RunFolder folder, String judging, Progress progress, Consumer<Event> next)
      throws IOException {
    this.next = next;
    this.judging = judging;
    this.files = new EpochFiles(folder, judging, progress.history());
    this.board = TensorBoardWriter.open(folder.path(), now());
    if (progress.step() > 0) {
      board.goesOnAt(progress.step() + 1, now());
    }
  }

  @Override
  public void accept(Event event) {
    try {
      if (event instanceof Event.Epoch epoch) {
        files.add(epoch);
      }
      for (Scalar scalar : Scalar.of(event, judging)) {
        board.scalar(scalar.name(), scalar.step(), scalar.value(), now());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    next.accept(event);
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  @Override
  public void close() throws IOException {
    board.close();
  }
}
