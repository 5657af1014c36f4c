package org.resnet4j.bench;

/** A benchmark that means nothing; says why, and which exit status tells it. */
final class BenchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final int FAILED = 1;
  static final int OUTPUTS_DIFFER = 4;
  static final int BUSY = 5;

  private final int status;

  BenchException(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
