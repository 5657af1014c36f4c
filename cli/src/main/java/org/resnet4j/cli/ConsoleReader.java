package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.resnet4j.train.Event;

/**
 * Tells a person how a run goes.
 *
 * <p>On a terminal the last line is rewritten in place; elsewhere a line appears about every ten
 * seconds. Each epoch leaves a line of its own in both.
 */
final class ConsoleReader implements Consumer<Event> {
  private static final long LIVE_NANOS = 100_000_000L;
  private static final long PLAIN_NANOS = 10_000_000_000L;
  private static final String GAP = "  ";
  private static final String ERASE_LINE = "\r\u001b[K";

  private final PrintWriter err;
  private final Terminal terminal;
  private final LongSupplier nanos;
  private long shown;
  private boolean lineIsOpen;
  private int epochs;
  private String judging = "test";

  /**
   * @param nanos a clock, for the pace of the lines
   */
  ConsoleReader(PrintWriter err, Terminal terminal, LongSupplier nanos) {
    this.err = err;
    this.terminal = terminal;
    this.nanos = nanos;
    this.shown = nanos.getAsLong();
  }

  @Override
  public void accept(Event event) {
    if (event instanceof Event.Started started) {
      start(started);
    } else if (event instanceof Event.Step now) {
      step(now);
    } else if (event instanceof Event.Epoch epoch) {
      permanent(line(epoch));
    } else if (event instanceof Event.Notice notice) {
      permanent("note: " + notice.text());
    }
  }

  /** Says something that is no event. */
  void note(String text) {
    permanent("note: " + text);
  }

  /** Leaves the terminal as it was found: no half line, the cursor at the left. */
  void close() {
    if (lineIsOpen) {
      err.print(ERASE_LINE);
      err.flush();
      lineIsOpen = false;
    }
  }

  private void start(Event.Started started) {
    epochs = started.recipe().epochs();
    judging = started.judging();
    permanent(
        "%s on %s: %s training and %s test images"
            .formatted(
                terminal.bold(started.network().name()),
                started.data(),
                Figures.count(started.trainImages()),
                Figures.count(started.testImages())));
    permanent(
        "recipe %s, %s steps, %s"
            .formatted(started.recipe().name(), Figures.count(started.steps()), started.engine()));
    permanent("run folder " + started.run());
    started.notes().forEach(note -> permanent("note: " + note));
    if (started.step() > 0) {
      permanent("goes on after step " + started.step());
    }
  }

  private void step(Event.Step now) {
    epochs = now.epochs();
    long time = nanos.getAsLong();
    if (time - shown < (terminal.live() ? LIVE_NANOS : PLAIN_NANOS)) {
      return;
    }
    shown = time;
    if (terminal.live()) {
      err.print(ERASE_LINE + fitted(parts(now)));
      err.flush();
      lineIsOpen = true;
    } else {
      err.println(String.join(GAP, parts(now)));
    }
  }

  private static List<String> parts(Event.Step now) {
    return List.of(
        "epoch %d/%d".formatted(now.epoch(), now.epochs()),
        "step %d/%d".formatted(now.step(), now.steps()),
        "loss " + Figures.decimal(now.loss()),
        "top-1 " + Figures.percent(now.top1()),
        rate(now.imagesPerSecond()),
        "ETA " + Figures.clock(now.secondsLeft()));
  }

  // A line that wraps could not be rewritten. What is in the middle matters least.
  private String fitted(List<String> parts) {
    int room = terminal.columns() - 1;
    List<String> left = new ArrayList<>(parts);
    while (left.size() > 2 && String.join(GAP, left).length() > room) {
      left.remove(left.size() - 2);
    }
    String line = String.join(GAP, left);
    return line.length() > room ? line.substring(0, room) : line;
  }

  private String line(Event.Epoch epoch) {
    String of = epochs > 0 ? "/" + epochs : "";
    String name = "epoch " + epoch.epoch() + of;
    String result =
        String.join(
            GAP,
            "",
            "train loss " + Figures.decimal(epoch.trainLoss()),
            "top-1 " + Figures.percent(epoch.trainTop1()),
            judging + " loss " + Figures.decimal(epoch.testLoss()),
            "top-1 " + Figures.percent(epoch.testTop1()),
            "");
    String rate = rate(epoch.imagesPerSecond()) + GAP;
    String seconds = Figures.clock(epoch.seconds());
    boolean fits =
        !terminal.live() || (name + result + rate + seconds).length() <= terminal.columns();
    return terminal.bold(name) + result + (fits ? rate : "") + seconds;
  }

  private static String rate(double imagesPerSecond) {
    return String.format(Locale.ROOT, "%.0f img/s", imagesPerSecond);
  }

  private void permanent(String line) {
    close();
    err.println(line);
  }
}
