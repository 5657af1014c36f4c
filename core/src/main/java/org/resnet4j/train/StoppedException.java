package org.resnet4j.train;

import java.nio.file.Path;

/** A run was told to stop before its end; its checkpoint is saved, and it can be resumed. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Path run;
  private final long step;

  StoppedException(Path run, long step) {
    super("stopped at step " + step);
    this.run = run;
    this.step = step;
  }

  /** The run's folder. */
  public Path run() {
    return run;
  }

  /** Steps done. */
  public long step() {
    return step;
  }
}
