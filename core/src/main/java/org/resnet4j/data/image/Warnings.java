package org.resnet4j.data.image;

import javax.imageio.IIOException;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;
import org.jspecify.annotations.Nullable;

/** Remembers a reader's first complaint: pixels it had to make up are worse than none. */
final class Warnings implements IIOReadWarningListener {
  private @Nullable String first;

  @Override
  public void warningOccurred(ImageReader source, String warning) {
    if (first == null) {
      first = warning;
    }
  }

  /** Throws if there was a warning. */
  void refuse() throws IIOException {
    if (first != null) {
      throw new IIOException(first);
    }
  }
}
