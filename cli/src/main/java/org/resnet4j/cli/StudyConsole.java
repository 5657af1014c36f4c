package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.function.Consumer;
import org.resnet4j.study.StudyEvent;

/**
 * Tells a person how a study goes.
 *
 * <p>On a terminal the last line is rewritten in place; elsewhere a line appears about every ten
 * seconds. Each piece of work leaves a line of its own in both.
 */
final class StudyConsole implements Consumer<StudyEvent>, AutoCloseable {
  private static final long LIVE_NANOS = 100_000_000L;
  private static final long PLAIN_NANOS = 10_000_000_000L;
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintWriter err;
  private final Terminal terminal;
  private long shown = System.nanoTime();
  private boolean lineIsOpen;

  StudyConsole(PrintWriter err, Terminal terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public void accept(StudyEvent event) {
    if (event instanceof StudyEvent.Started started) {
      permanent(terminal.bold(started.title()));
      permanent("study folder " + started.folder());
      started.notes().forEach(note -> permanent("note: " + note));
      if (started.done() > 0) {
        permanent("goes on: %d of %d were done before".formatted(started.done(), started.cells()));
      }
    } else if (event instanceof StudyEvent.Working now) {
      working(now);
    } else if (event instanceof StudyEvent.Finished done) {
      permanent(
          "%s  %s: %s  %s, %s left"
              .formatted(
                  number(done.number(), done.cells()),
                  done.cell(),
                  done.result(),
                  Figures.clock(done.seconds()),
                  Figures.clock(done.secondsLeft())));
    } else if (event instanceof StudyEvent.Notice notice) {
      permanent("note: " + notice.text());
    }
  }

  private void working(StudyEvent.Working now) {
    long time = System.nanoTime();
    if (time - shown < (terminal.live() ? LIVE_NANOS : PLAIN_NANOS)) {
      return;
    }
    shown = time;
    String left = "  ETA " + Figures.clock(now.secondsLeft());
    String line = number(now.number(), now.cells()) + "  " + now.cell() + "  " + now.detail();
    if (terminal.live()) {
      int room = Math.max(0, terminal.columns() - 1 - left.length());
      // A line that wraps could not be rewritten.
      err.print(ERASE_LINE + (line.length() > room ? line.substring(0, room) : line) + left);
      err.flush();
      lineIsOpen = true;
    } else {
      err.println(line + left);
    }
  }

  private static String number(int number, int cells) {
    return "%d/%d".formatted(number, cells);
  }

  private void permanent(String line) {
    close();
    err.println(line);
  }

  /** Leaves the terminal as it was found: no half line, the cursor at the left. */
  @Override
  public void close() {
    if (lineIsOpen) {
      err.print(ERASE_LINE);
      err.flush();
      lineIsOpen = false;
    }
  }
}
