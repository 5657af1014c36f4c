package org.resnet4j.study;

import java.nio.file.Path;

/** A study was told to stop; what was done is kept. */
public final class StudyStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Path folder;

  StudyStoppedException(Path folder) {
    super(folder + ": stopped; what was done is kept");
    this.folder = folder;
  }

  StudyStoppedException(Path folder, Throwable cause) {
    super(folder + ": stopped; what was done is kept", cause);
    this.folder = folder;
  }

  public Path folder() {
    return folder;
  }
}
