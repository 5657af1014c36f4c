package org.resnet4j.report;

import java.util.List;
import org.resnet4j.arch.Shortcut;

/**
 * Operations in a row on a line and, over them, the shortcut to their sum, as one SVG.
 *
 * <p>Drawings that stand side by side join into one line.
 *
 * @param title what a reader who cannot see it is told
 * @param boxes the operations, first to last
 * @param shortcut {@link Shortcut.None} draws the line alone
 */
record PathDrawing(String title, List<Box> boxes, Shortcut shortcut) {
  private static final double BOX_WIDTH = 58;
  private static final double GAP = 8;
  private static final double STOP_WIDTH = 54;
  private static final double MARGIN = 16;
  private static final double ARC = 28;
  private static final double LINE = 84;
  private static final double HEIGHT = 122;
  private static final double HALF_PLAIN = 38;

  /**
   * One operation.
   *
   * @param style its class in the style sheet
   * @param name the upper line of its text
   * @param detail the lower line
   * @param height in pixels
   */
  record Box(String style, String name, String detail, double height) {}

  /** The whole drawing, with text. */
  Element svg() {
    boolean plain = shortcut instanceof Shortcut.None;
    double inner = boxes.size() * (BOX_WIDTH + GAP) - GAP;
    double width = MARGIN + inner + (plain ? MARGIN : MARGIN + 28);
    double top = plain ? LINE - HALF_PLAIN : 0;
    double height = plain ? 2 * HALF_PLAIN : HEIGHT;
    Element svg = canvas("unit", top, width, height, 1);
    svg.add(path("flow", "M0 %s H%s", LINE, width));
    for (int i = 0; i < boxes.size(); i++) {
      drawBox(svg, boxes.get(i), MARGIN + i * (BOX_WIDTH + GAP));
    }
    if (!plain) {
      drawShortcut(svg, 6, MARGIN + inner + 22);
    }
    return svg;
  }

  /** A small drawing without text, for one unit of many alike. */
  Element compact() {
    return compact(1);
  }

  /** A small drawing, larger by a factor. */
  Element compact(double factor) {
    boolean plain = shortcut instanceof Shortcut.None;
    double sum = 6 + 8 * boxes.size() + 6;
    Element svg = canvas("compact", 0, sum + 6, 40, factor);
    svg.add(path("flow", "M0 26 H%s", sum + 6));
    for (int i = 0; i < boxes.size(); i++) {
      double height = boxes.get(i).height() * 0.36;
      svg.add(rectangle(boxes.get(i).style(), 7 + 8.0 * i, 26 - height / 2, 5.5, height, 1));
    }
    if (!plain) {
      svg.add(path(style() + " arc", "M3 26 V9 Q3 5 7 5 H%s Q%s 5 %s 9 V23", sum - 4, sum, sum));
      svg.add(circle(sum, 26, 3));
    }
    return svg;
  }

  private Element canvas(String style, double top, double width, double height, double factor) {
    return Element.of("svg")
        .with("class", style)
        .with("role", "img")
        .with("width", factor * width)
        .with("height", factor * height)
        .with(
            "viewBox",
            "0 %s %s %s"
                .formatted(
                    Numbers.coordinate(top), Numbers.coordinate(width), Numbers.coordinate(height)))
        .add(Element.of("title", title));
  }

  private static void drawBox(Element svg, Box box, double left) {
    double middle = left + BOX_WIDTH / 2;
    svg.add(
        rectangle(box.style(), left, LINE - box.height() / 2, BOX_WIDTH, box.height(), 3),
        text(middle, LINE - 2, box.name()),
        text(middle, LINE + 11, box.detail()));
  }

  private void drawShortcut(Element svg, double from, double sum) {
    svg.add(
        path(
            style() + " arc",
            "M%s %s V%s Q%s %s %s %s H%s Q%s %s %s %s V%s",
            from,
            LINE,
            ARC + 8,
            from,
            ARC,
            from + 8,
            ARC,
            sum - 8,
            sum,
            ARC,
            sum,
            ARC + 8,
            LINE - 9));
    svg.add(
        path(
            style() + " head",
            "M%s %s L%s %s L%s %s Z",
            sum - 4,
            LINE - 15,
            sum + 4,
            LINE - 15,
            sum,
            LINE - 8));
    svg.add(circle(sum, LINE, 8));
    svg.add(path("plus", "M%s %s h8 m-4 -4 v8", sum - 4, LINE));
    List<Stop> stops = stops();
    double middle = (from + sum) / 2;
    double left = middle - (stops.size() * (STOP_WIDTH + GAP) - GAP) / 2;
    for (int i = 0; i < stops.size(); i++) {
      double x = left + i * (STOP_WIDTH + GAP);
      svg.add(rectangle(stops.get(i).style(), x, ARC - 10, STOP_WIDTH, 20, 3));
      svg.add(text(x + STOP_WIDTH / 2, ARC + 4, stops.get(i).text()));
    }
    svg.add(text(middle, stops.isEmpty() ? ARC - 7 : ARC - 15, label()));
  }

  /** What a shortcut passes, as boxes on the arc. */
  private record Stop(String style, String text) {}

  private List<Stop> stops() {
    if (shortcut instanceof Shortcut.Projection projection) {
      return List.of(new Stop("projection", sized(projection.kernel(), projection.stride())));
    }
    if (shortcut instanceof Shortcut.PooledProjection projection) {
      Stop convolution = new Stop("projection", sized(1, 1));
      int window = projection.window();
      return window == 1
          ? List.of(convolution)
          : List.of(new Stop("pool", sized(window, projection.stride())), convolution);
    }
    return shortcut instanceof Shortcut.Gated
        ? List.of(new Stop("projection", sized(1, 1)))
        : List.of();
  }

  private String label() {
    if (shortcut instanceof Shortcut.PooledProjection projection && projection.window() > 1) {
      return "average pool, projection";
    }
    return shortcut instanceof Shortcut.Projection || shortcut instanceof Shortcut.PooledProjection
        ? "projection"
        : shortcut.label();
  }

  private String style() {
    if (!stops().isEmpty()) {
      return "projected";
    }
    return shortcut instanceof Shortcut.ZeroPadded ? "padded" : "identity";
  }

  /** A kernel and its stride where that is not 1, as in the paper: {@code 3x3 /2}. */
  static String sized(int kernel, int stride) {
    return kernel + "x" + kernel + (stride == 1 ? "" : " /" + stride);
  }

  private static Element path(String style, String form, double... numbers) {
    Object[] written = new Object[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      written[i] = Numbers.coordinate(numbers[i]);
    }
    return Element.of("path").with("class", style).with("d", form.formatted(written));
  }

  private static Element rectangle(
      String style, double x, double y, double width, double height, double radius) {
    return Element.of("rect")
        .with("class", style)
        .with("x", x)
        .with("y", y)
        .with("width", width)
        .with("height", height)
        .with("rx", radius);
  }

  private static Element circle(double x, double y, double radius) {
    return Element.of("circle").with("class", "sum").with("cx", x).with("cy", y).with("r", radius);
  }

  private static Element text(double x, double y, String text) {
    return Element.of("text", text).with("text-anchor", "middle").with("x", x).with("y", y);
  }
}
