package org.resnet4j.report;

/**
 * Where a chart draws: the box between its axes.
 *
 * @param left in pixels, as are the others
 */
record Plane(double left, double right, double top, double bottom) {
  private static final double HEIGHT = 210;
  private static final double NAME = 22;

  /** A plane of the usual height under {@code top}, with room for the axis and its name. */
  static Plane under(double top, Axis vertical, double right) {
    int longest =
        vertical.ticks().stream().mapToInt(t -> vertical.label(t).length()).max().orElse(0);
    double left = NAME + Svg.LETTER * Math.max(3, longest) + 8;
    return new Plane(left, right, top, top + HEIGHT);
  }

  /** The place of a share of the width. */
  double x(double share) {
    return left + (right - left) * share;
  }

  /** The place of a share of the height, from below. */
  double y(double share) {
    return bottom - (bottom - top) * share;
  }

  /** Lines across the plane with their values, and the name of what they count. */
  void drawVertical(Element svg, Axis axis, String name) {
    svg.add(Svg.line("axis", left, bottom, right, bottom));
    for (double tick : axis.ticks()) {
      double y = y(axis.share(tick));
      svg.add(Svg.line(tick == 0 ? "axis" : "grid", left, y, right, y));
      svg.add(Svg.text("end", left - 7, y + 4, axis.label(tick)));
    }
    svg.add(
        Svg.text("middle", 0, 0, name)
            .with(
                "transform",
                "translate(13 %s) rotate(-90)".formatted(Numbers.coordinate((top + bottom) / 2))));
  }

  /** Ticks under the plane with their values, and the name of what they count. */
  void drawHorizontal(Element svg, Axis axis, String name) {
    for (double tick : axis.ticks()) {
      double x = x(axis.share(tick));
      svg.add(Svg.line("axis", x, bottom, x, bottom + 4));
      svg.add(Svg.text("middle", x, bottom + 18, axis.label(tick)));
    }
    svg.add(Svg.text("middle", (left + right) / 2, bottom + 38, name));
  }

  /** What invisibly covers a part of the width, to be pointed at. */
  Element strip(double from, double to) {
    return Svg.rectangle("target", from, top, to - from, bottom - top);
  }

  /** A line over the plane, about {@code x}, that does not leave it. */
  Element heading(double x, String text) {
    double half = Svg.LETTER * text.length() / 2;
    double middle = Math.min(Math.max(x, left + half), Math.max(left + half, right - half));
    return Svg.text("middle", middle, top - 6, text);
  }
}
