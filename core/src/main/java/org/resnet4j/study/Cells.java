package org.resnet4j.study;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Pieces of work done one after another, each kept when it is done.
 *
 * <p>Opened again after a kill, a study asks for the same cells and gets at once what was kept. The
 * time left is measured in cost: seconds so far for each unit of it.
 */
final class Cells {
  /** Before that share of the work is done, the first steps of a JVM would be all there is. */
  private static final double LEAST_SHARE = 0.005;

  private final StudyFolder folder;
  private final Consumer<StudyEvent> events;
  private final BooleanSupplier stop;
  private final int count;
  private final double totalCost;
  private int number;
  private double cost;
  private double seconds;

  /**
   * A piece of work.
   *
   * @param key names its file: letters, digits, dots and dashes
   * @param title for people
   * @param cost how long it takes beside others, in any unit that all cells of a study share
   * @param said what came out, in a few words
   */
  record Cell<T>(
      String key,
      String title,
      double cost,
      Class<T> type,
      Work<T> work,
      Function<T, String> said) {}

  /** What a cell does. */
  @FunctionalInterface
  interface Work<T> {
    T run(Ticker ticker);
  }

  /** What work tells of itself, as often as it likes. */
  @FunctionalInterface
  interface Ticker {
    /**
     * Work goes on.
     *
     * @param share of the cell that is done, from 0 to 1
     * @param detail a few words
     * @throws StudyStoppedException if the study is to stop
     */
    void at(double share, String detail);
  }

  /**
   * Says that the study begins.
   *
   * @param cells how many there will be
   * @param totalCost of all of them
   * @param done how many were kept by an earlier process
   */
  Cells(
      StudyFolder folder,
      String title,
      int cells,
      double totalCost,
      int done,
      List<String> notes,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    this.folder = folder;
    this.events = events;
    this.stop = stop;
    this.count = cells;
    this.totalCost = totalCost;
    events.accept(new StudyEvent.Started(folder.path(), title, cells, done, notes));
  }

  /** For cells that are all known beforehand. */
  static Cells of(
      StudyFolder folder,
      String title,
      List<? extends Cell<?>> cells,
      List<String> notes,
      Consumer<StudyEvent> events,
      BooleanSupplier stop) {
    double cost = cells.stream().mapToDouble(Cell::cost).sum();
    int done =
        (int) cells.stream().filter(c -> folder.result(c.key(), c.type()).isPresent()).count();
    return new Cells(folder, title, cells.size(), cost, done, notes, events, stop);
  }

  /**
   * What the cell found, now or before.
   *
   * @throws StudyStoppedException if the study is to stop
   */
  <T> T run(Cell<T> cell) {
    number++;
    Optional<StudyFolder.Result<T>> kept = folder.result(cell.key(), cell.type());
    if (kept.isPresent()) {
      account(cell.cost(), kept.get().seconds());
      return kept.get().value();
    }
    requireGoing();
    long began = System.nanoTime();
    T result =
        cell.work()
            .run(
                (share, detail) -> {
                  requireGoing();
                  double now = secondsLeft(share * cell.cost(), since(began));
                  events.accept(new StudyEvent.Working(cell.title(), number, count, detail, now));
                });
    double took = since(began);
    folder.keep(cell.key(), result, took);
    account(cell.cost(), took);
    events.accept(
        new StudyEvent.Finished(
            cell.title(), number, count, cell.said().apply(result), took, secondsLeft(0, 0)));
    return result;
  }

  private void requireGoing() {
    if (stop.getAsBoolean()) {
      throw new StudyStoppedException(folder.path());
    }
  }

  private void account(double doneCost, double took) {
    cost += doneCost;
    seconds += took;
  }

  private double secondsLeft(double underWay, double took) {
    double done = cost + underWay;
    return done > LEAST_SHARE * totalCost
        ? (seconds + took) / done * Math.max(0, totalCost - done)
        : Double.NaN;
  }

  private static double since(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
