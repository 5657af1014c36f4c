package org.resnet4j.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What all processors together did since the machine started, in ticks.
 *
 * @param busy all but idle and waiting for a disk; what a hypervisor gave to others counts too
 * @param processors how many there are
 */
record ProcessorTime(long busy, long total, int processors) {
  /** So much is always going on: the clock, this program's own waiting. */
  static final double QUIET = 0.1;

  /** USER_HZ of every Linux on today's processors. */
  private static final int TICKS_PER_SECOND = 100;

  private static final int IDLE = 3;
  private static final int WAITING = 4;
  private static final int STOLEN = 7; // What follows is in the columns before it as well.

  /**
   * Reads the text of {@code /proc/stat}.
   *
   * @throws IllegalArgumentException if it is none
   */
  static ProcessorTime of(String stat) {
    List<String[]> rows =
        stat.lines()
            .filter(line -> line.startsWith("cpu"))
            .map(line -> line.split("\\s+"))
            .toList();
    if (rows.size() < 2 || rows.get(0).length < IDLE + 2) {
      throw new IllegalArgumentException("not /proc/stat: no line for all processors and for each");
    }
    long[] ticks =
        Arrays.stream(rows.get(0)).skip(1).limit(STOLEN + 1L).mapToLong(Long::parseLong).toArray();
    long total = Arrays.stream(ticks).sum();
    long waiting = ticks.length > WAITING ? ticks[WAITING] : 0;
    return new ProcessorTime(total - ticks[IDLE] - waiting, total, rows.size() - 1);
  }

  /** How many processors worked on average since then. */
  double usedSince(ProcessorTime before) {
    return usedSince(before, 0);
  }

  /** How many processors worked for others, if so many seconds of it were for ourselves. */
  double usedSince(ProcessorTime before, double ownSeconds) {
    double elapsed = (double) (total - before.total) / processors;
    double worked = busy - before.busy - ownSeconds * TICKS_PER_SECOND;
    return elapsed <= 0 ? 0 : Math.max(0, worked / elapsed);
  }

  /** Throws unless so many used processors are as good as none. */
  void requireQuiet(double used) {
    if (used > QUIET) {
      throw new BenchException(
          BenchException.BUSY,
          ("the machine is busy: other processes use %.2f of %d processors, at most %.2f is quiet;"
                  + " wait for them or stop them, or measure anyway with --force")
              .formatted(used, processors, QUIET));
    }
  }
}
