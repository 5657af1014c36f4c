package org.resnet4j.train;

/** The loss is no longer a number: the run cannot go on. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DivergedException(String message) {
    super(message);
  }
}
