package org.resnet4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What other processes do while we measure.
 *
 * @param before processors that they used while every contestant waited; nothing where the system
 *     does not tell
 * @param start when measuring began
 * @param ownSeconds what this process and its children had computed by then
 */
record Bystanders(@Nullable Double before, @Nullable ProcessorTime start, double ownSeconds) {
  private static final int SAMPLES = 3;
  private static final long SAMPLE_MILLIS = 700;
  private static final Path STAT = Path.of("/proc/stat");

  /**
   * Looks while every contestant waits.
   *
   * @throws BenchException if the machine is busy, unless forced
   */
  static Bystanders lookedAt(boolean force) throws IOException, InterruptedException {
    if (!Files.isReadable(STAT)) {
      return new Bystanders(null, null, 0);
    }
    return new Bystanders(usedWhileIdle(force), now(), computed());
  }

  /** The best of a few samples: our own start-up may still have something to finish. */
  private static double usedWhileIdle(boolean force) throws IOException, InterruptedException {
    double least = Double.POSITIVE_INFINITY;
    ProcessorTime before = now();
    for (int i = 0; i < SAMPLES && least > ProcessorTime.QUIET; i++) {
      Thread.sleep(SAMPLE_MILLIS);
      ProcessorTime after = now();
      least = Math.min(least, after.usedSince(before));
      before = after;
    }
    if (!force) {
      before.requireQuiet(least);
    }
    return least;
  }

  /** What they used before and have used since; nothing where it cannot be known. */
  Result.@Nullable Others others() throws IOException {
    return before == null || start == null
        ? null
        : new Result.Others(before, now().usedSince(start, computed() - ownSeconds));
  }

  /** Seconds that this process and its children computed so far. */
  private static double computed() {
    ProcessHandle self = ProcessHandle.current();
    return Stream.concat(Stream.of(self), self.descendants())
        .flatMap(process -> process.info().totalCpuDuration().stream())
        .mapToDouble(duration -> duration.toNanos() / 1e9)
        .sum();
  }

  private static ProcessorTime now() throws IOException {
    return ProcessorTime.of(Files.readString(STAT));
  }
}
