package org.resnet4j.report;

/** The few parts that charts are drawn of. */
final class Svg {
  /** Colours and markers before they repeat. */
  static final int COLOURS = 8;

  /** The mean width of a letter, generously: in an SVG nothing else measures text. */
  static final double LETTER = 6.2;

  private Svg() {}

  /** An empty chart. */
  static Element chart(String title, double width, double height) {
    return Element.of("svg")
        .with("class", "chart")
        .with("role", "img")
        .with("aria-label", title)
        .with(
            "viewBox",
            "0 0 %s %s".formatted(Numbers.coordinate(width), Numbers.coordinate(height)));
  }

  static Element line(String style, double x1, double y1, double x2, double y2) {
    return Element.of("line")
        .with("class", style)
        .with("x1", x1)
        .with("y1", y1)
        .with("x2", x2)
        .with("y2", y2);
  }

  static Element rectangle(String style, double x, double y, double width, double height) {
    return Element.of("rect")
        .with("class", style)
        .with("x", x)
        .with("y", y)
        .with("width", width)
        .with("height", height);
  }

  /**
   * Text at a point.
   *
   * @param anchor {@code start}, {@code middle} or {@code end}
   */
  static Element text(String anchor, double x, double y, String text) {
    return Element.of("text", text).with("text-anchor", anchor).with("x", x).with("y", y);
  }

  /** A name no longer than {@code letters}. */
  static String shortened(String name, int letters) {
    return name.codePointCount(0, name.length()) <= letters
        ? name
        : name.substring(0, name.offsetByCodePoints(0, letters - 1)) + "…";
  }

  /** The class of a colour; the sheet has {@value #COLOURS}. */
  static String colour(int index) {
    return "c" + Math.floorMod(index, COLOURS);
  }

  /** A shape for each colour, so that neither colour vision nor colour ink is needed. */
  static Element marker(int colour, double x, double y, double radius) {
    String style = "dot " + colour(colour);
    double r = radius;
    return switch (Math.floorMod(colour, COLOURS)) {
      case 0 -> Element.of("circle").with("class", style).with("cx", x).with("cy", y).with("r", r);
      case 1 -> path(style, x - r, y - r, "h%1$s v%1$s h-%1$s Z", 2 * r);
      case 2 -> path(style, x, y - 1.2 * r, "l%1$s %2$s h-%3$s Z", 1.2 * r, 2 * r, 2.4 * r);
      case 3 -> path(style, x, y - 1.35 * r, "l%1$s %1$s l-%1$s %1$s l-%1$s -%1$s Z", 1.35 * r);
      case 4 -> path(style, x, y + 1.2 * r, "l%1$s -%2$s h-%3$s Z", 1.2 * r, 2 * r, 2.4 * r);
      case 5 -> path(style, x - 1.2 * r, y, "h%2$s m-%1$s -%1$s v%2$s", 1.2 * r, 2.4 * r);
      case 6 -> path(style, x - r, y - r, "l%1$s %1$s m-%1$s 0 l%1$s -%1$s", 2 * r);
      default -> path(style, x - 1.3 * r, y - .6 * r, "h%1$s v%2$s h-%1$s Z", 2.6 * r, 1.2 * r);
    };
  }

  private static Element path(String style, double x, double y, String form, double... lengths) {
    Object[] written = new Object[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      written[i] = Numbers.coordinate(lengths[i]);
    }
    return Element.of("path")
        .with("class", style)
        .with(
            "d",
            "M%s %s ".formatted(Numbers.coordinate(x), Numbers.coordinate(y))
                + form.formatted(written));
  }
}
