package org.resnet4j.cli;

import java.io.IOException;
import org.resnet4j.data.DataException;
import org.resnet4j.train.DivergedException;
import org.resnet4j.train.RunException;
import org.resnet4j.weights.WeightsException;

/** What a command's exit status says, and the status of each kind of error. */
final class ExitCodes {
  static final int OK = 0;
  static final int FAILURE = 1;
  static final int USAGE = 2;
  static final int BAD_INPUT = 3;
  static final int DIVERGED = 4;
  static final int CHECK_FAILED = 4;
  static final int RESOURCES = 5;

  private ExitCodes() {}

  /** The status for an error; {@link #FAILURE} for one that nobody foresaw. */
  static int of(Throwable error) {
    if (error instanceof IllegalArgumentException) {
      return USAGE;
    }
    if (error instanceof DataException || error instanceof WeightsException) {
      return BAD_INPUT;
    }
    if (error instanceof DivergedException) {
      return DIVERGED;
    }
    if (error instanceof RunException run) {
      return run.resources() ? RESOURCES : BAD_INPUT;
    }
    boolean unwritten = error instanceof IOException;
    return unwritten || error instanceof OutOfMemoryError ? RESOURCES : FAILURE;
  }
}
