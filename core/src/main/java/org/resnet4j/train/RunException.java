package org.resnet4j.train;

import org.jspecify.annotations.Nullable;

/** A run folder or checkpoint that cannot be used or written. */
public final class RunException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final boolean resources;

  private RunException(String message, @Nullable Throwable cause, boolean resources) {
    super(message, cause);
    this.resources = resources;
  }

  /** A folder or file that is not what it should be. */
  public static RunException unusable(String message, @Nullable Throwable cause) {
    return new RunException(message, cause, false);
  }

  /** The disk did not take what was written. */
  public static RunException unwritten(String message, Throwable cause) {
    return new RunException(message, cause, true);
  }

  /** Whether disk space or permission is what is missing. */
  public boolean resources() {
    return resources;
  }
}
