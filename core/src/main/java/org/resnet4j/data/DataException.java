package org.resnet4j.data;

/** Data that cannot be used: missing, unreadable, damaged or of the wrong kind. */
public final class DataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
