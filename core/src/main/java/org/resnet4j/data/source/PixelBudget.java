package org.resnet4j.data.source;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of decoded pixels may still be kept in memory. */
final class PixelBudget {
  private final AtomicLong left;

  PixelBudget(long bytes) {
    left = new AtomicLong(bytes);
  }

  /** A quarter of the largest heap. */
  static PixelBudget ofHeap() {
    return new PixelBudget(Runtime.getRuntime().maxMemory() / 4);
  }

  /** Takes the bytes from the budget, or none of them if they are too many. */
  boolean take(long bytes) {
    if (left.addAndGet(-bytes) >= 0) {
      return true;
    }
    left.addAndGet(bytes);
    return false;
  }
}
