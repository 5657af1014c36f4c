package org.resnet4j.weights;

/** A model or weights file that cannot be used: missing, damaged, or of another network. */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WeightsException(String message) {
    super(message);
  }

  public WeightsException(String message, Throwable cause) {
    super(message, cause);
  }
}
