package org.resnet4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Whether SIGINT or SIGTERM asked the program to stop.
 *
 * <p>The JVM answers a signal by running shutdown hooks and then ending with 130 or 143. The hook
 * of this class holds that end back until the command has cleaned up, for 10 seconds at most.
 */
final class StopSignal implements BooleanSupplier {
  private static final int PATIENCE_SECONDS = 10;

  private final CountDownLatch finished = new CountDownLatch(1);
  private volatile boolean requested;

  /** Begins to listen; only for a command that asks {@link #getAsBoolean} again and again. */
  void listen() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::request, "stop-signal"));
  }

  /** Asks for the stop and waits until {@link #finished}. */
  void request() {
    requested = true;
    try {
      if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.printf(
            "resnet4j: gave up waiting for the command to end after %d s%n", PATIENCE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public boolean getAsBoolean() {
    return requested;
  }

  /** Says that the command has printed its last word. */
  void finished() {
    finished.countDown();
  }
}
