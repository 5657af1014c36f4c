package org.resnet4j.data.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The files that {@code make_goldens.py} and {@code make_pipeline.py} wrote. */
public final class Golden {
  /** One small image of each kind. */
  private static final List<String> NAMES =
      List.of(
          "baseline.jpg",
          "422.jpg",
          "444.jpg",
          "no-jfif.jpg",
          "no-jfif-rgb.jpg",
          "adobe-rgb.jpg",
          "progressive.jpg",
          "grey.jpg",
          "grey-icc.jpg",
          "cmyk.jpg",
          "cmyk-icc.jpg",
          "ycck.jpg",
          "icc.jpg",
          "rotated.jpg",
          "rgb.png",
          "icc.png",
          "alpha.png",
          "grey.png",
          "grey-alpha.png",
          "palette.png",
          "palette-alpha.png",
          "bilevel.png",
          "grey-2.png",
          "grey-4.png",
          "grey-16.png",
          "grey-alpha-16.png",
          "rgb-16.png",
          "alpha-16.png",
          "rgb-transparent.png",
          "gamma.png");

  private Golden() {}

  static List<String> names() {
    return NAMES;
  }

  /** Lines of text, each the words between blanks. */
  static List<String[]> table(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split(" "))
        .toList();
  }

  public static byte[] bytes(String name) {
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
