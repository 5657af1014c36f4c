package org.resnet4j.train;

/** Run errors for tests of their readers; only the library itself can make them otherwise. */
public final class RunFaults {
  private RunFaults() {}

  public static RunException unusable(String message) {
    return RunException.unusable(message, new IllegalStateException());
  }

  public static RunException unwritten(String message) {
    return RunException.unwritten(message, new IllegalStateException());
  }
}
