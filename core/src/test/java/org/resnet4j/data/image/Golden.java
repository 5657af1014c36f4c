package org.resnet4j.data.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The files that {@code make_goldens.py} wrote. */
final class Golden {
  private Golden() {}

  static byte[] bytes(String name) {
    try (InputStream in = Golden.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no golden file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
