package org.resnet4j.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes what happens to the run's files, then passes it on to the caller's reader. */
final class RunLog implements Consumer<Event>, AutoCloseable {
  private static final String CURVES = "curves for TensorBoard";

  private final Consumer<Event> next;
  private final String judging;
  private final Path folder;
  private final boolean goesOn;
  private final EpochFiles files;
  private @Nullable TensorBoardWriter board;

  /**
   * A log that goes on where a run does.
   *
   * @param judging what the images are called that judge the epochs
   */
  RunLog(RunFolder folder, String judging, Progress progress, Saving saving, Consumer<Event> next)
      throws IOException {
    this.next = next;
    this.judging = judging;
    this.folder = folder.path();
    this.goesOn = saving.goesOn();
    this.files = new EpochFiles(folder, judging, progress.history());
    this.board = TensorBoardWriter.open(folder.path(), now());
    if (progress.step() > 0) {
      board.goesOnAt(progress.step() + 1, now());
    }
  }

  @Override
  public void accept(Event event) {
    if (event instanceof Event.Epoch epoch) {
      asWished("metrics", () -> files.add(epoch));
      if (board == null) {
        asWished(CURVES, () -> openAgain(epoch.step()));
      }
    }
    asWished(CURVES, () -> show(event));
    next.accept(event);
  }

  private void show(Event event) throws IOException {
    if (board == null) {
      return;
    }
    boolean shown = false;
    try {
      for (Scalar scalar : Scalar.of(event, judging)) {
        board.scalar(scalar.name(), scalar.step(), scalar.value(), now());
      }
      shown = true;
    } finally {
      if (!shown) {
        close(); // What follows half a record cannot be read.
      }
    }
  }

  private void openAgain(long step) throws IOException {
    board = TensorBoardWriter.open(folder, now());
    board.goesOnAt(step, now());
  }

  /** Something to be written. */
  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  /** Goes on if the disk does not take it but the user wants that. */
  private void asWished(String what, Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      if (!goesOn) {
        throw new UncheckedIOException(e);
      }
      next.accept(
          new Event.Notice(
              "%s: %s cannot be written (%s); training goes on as you wished"
                  .formatted(folder, what, RunFolder.reason(e))));
    }
  }

  private static double now() {
    return System.currentTimeMillis() / 1e3;
  }

  @Override
  public void close() throws IOException {
    if (board != null) {
      board.close();
      board = null;
    }
  }
}
