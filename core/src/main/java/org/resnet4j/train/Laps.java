package org.resnet4j.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** Told by a {@link Learner} whenever a phase of a step is done; for operations that wait. */
interface Laps {
  /** Nobody watches. */
  Laps NONE = phase -> {};

  /** Called at the end of a phase, which began where the one before it ended. */
  void done(String phase);

  /** A watch that adds up. */
  final class Watch implements Laps {
    private final Map<String, Long> nanos = new LinkedHashMap<>();
    private long last = System.nanoTime();

    /** Lets the first phase begin now. */
    void start() {
      last = System.nanoTime();
    }

    @Override
    public void done(String phase) {
      long now = System.nanoTime();
      nanos.merge(phase, now - last, Long::sum);
      last = now;
    }

    /** Nanoseconds by phase, in the order in which they first ended. */
    Map<String, Long> nanos() {
      return nanos;
    }
  }
}
