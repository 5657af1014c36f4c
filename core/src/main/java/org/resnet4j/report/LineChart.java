package org.resnet4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Lines over one common x, drawn as SVG; pointing at an x shows its numbers, without a script.
 *
 * <p>Lines differ in colour and in dashes, so that neither colour vision nor colour ink is needed.
 */
final class LineChart {
  private static final double WIDTH = 440;
  private static final double HEIGHT = 304;
  private static final double LEFT = 52;
  private static final double RIGHT = 428;
  private static final double TOP = 38;
  private static final double BOTTOM = 258;

  private final Axis horizontal;
  private final Axis vertical;
  private final List<Double> xs;
  private final List<Line> lines;
  private final Labels labels;

  /** One value for each x; NaN or infinite where there is none. */
  record Line(String name, List<Double> ys) {}

  /**
   * What is written beside the lines.
   *
   * @param title what a reader who cannot see the chart is told
   * @param x what x counts, e.g. {@code epoch}
   * @param y with the unit
   * @param digits after the point, in the numbers shown
   */
  record Labels(String title, String x, String y, int digits) {}

  /**
   * A chart of {@code lines} over {@code xs}, which ascend and are not negative.
   *
   * @throws IllegalArgumentException if a line has more or fewer values than there are x
   */
  LineChart(Labels labels, List<Double> xs, List<Line> lines) {
    for (Line line : lines) {
      if (line.ys().size() != xs.size()) {
        throw new IllegalArgumentException(
            "line %s has %d values for %d x; give one value, or NaN, for each x"
                .formatted(line.name(), line.ys().size(), xs.size()));
      }
    }
    this.labels = labels;
    this.xs = xs;
    this.lines = lines;
    horizontal = Axis.counting(largest(xs.stream()));
    vertical = Axis.rounded(largest(lines.stream().flatMap(line -> line.ys().stream())));
  }

  private static double largest(Stream<Double> values) {
    return values.filter(Double::isFinite).mapToDouble(Double::doubleValue).max().orElse(0);
  }

  Element svg() {
    Element svg =
        Element.of("svg")
            .with("class", "chart")
            .with("role", "img")
            .with("aria-label", labels.title())
            .with("viewBox", "0 0 %.0f %.0f".formatted(WIDTH, HEIGHT));
    drawAxes(svg);
    for (int i = 0; i < lines.size(); i++) {
      drawLegend(svg, i);
      drawLine(svg, i);
    }
    IntStream.range(0, xs.size()).mapToObj(this::readout).forEach(svg::add);
    return svg;
  }

  private double x(double value) {
    return LEFT + (RIGHT - LEFT) * horizontal.share(value);
  }

  private double y(double value) {
    return BOTTOM - (BOTTOM - TOP) * vertical.share(value);
  }

  private void drawAxes(Element svg) {
    for (double tick : vertical.ticks()) {
      svg.add(stroke(tick == 0 ? "axis" : "grid", LEFT, y(tick), RIGHT, y(tick)));
      svg.add(label("end", LEFT - 7, y(tick) + 4, vertical.label(tick)));
    }
    for (double tick : horizontal.ticks()) {
      svg.add(stroke("axis", x(tick), BOTTOM, x(tick), BOTTOM + 4));
      svg.add(label("middle", x(tick), BOTTOM + 18, horizontal.label(tick)));
    }
    svg.add(label("middle", (LEFT + RIGHT) / 2, HEIGHT - 8, labels.x()));
    svg.add(
        label("middle", 0, 0, labels.y())
            .with("transform", "translate(13 %s) rotate(-90)".formatted((TOP + BOTTOM) / 2)));
  }

  private void drawLegend(Element svg, int line) {
    double before = IntStream.range(0, line).mapToDouble(i -> legendWidth(lines.get(i))).sum();
    double left = LEFT + before;
    svg.add(stroke("line line-" + line, left, 12, left + 24, 12));
    svg.add(label("start", left + 30, 16, lines.get(line).name()));
  }

  /** The sample, the name in letters of about seven pixels, and room. */
  private static double legendWidth(Line line) {
    return 30 + 7 * line.name().length() + 20;
  }

  private void drawLine(Element svg, int line) {
    List<Element> dots = new ArrayList<>();
    List<String> points = new ArrayList<>();
    for (int i = 0; i < xs.size(); i++) {
      double value = lines.get(line).ys().get(i);
      if (Double.isFinite(value)) {
        points.add(Numbers.coordinate(x(xs.get(i))) + "," + Numbers.coordinate(y(value)));
        dots.add(dot(line, i));
      }
    }
    if (points.size() == 1) {
      svg.add(dots);
    } else if (!points.isEmpty()) {
      svg.add(
          Element.of("polyline")
              .with("class", "line line-" + line)
              .with("points", String.join(" ", points)));
    }
  }

  private Element dot(int line, int index) {
    return Element.of("circle")
        .with("class", "dot line-" + line)
        .with("cx", x(xs.get(index)))
        .with("cy", y(lines.get(line).ys().get(index)))
        .with("r", 3.5);
  }

  /** A strip around one x that, pointed at, shows a rule, dots and numbers. */
  private Element readout(int index) {
    double x = x(xs.get(index));
    double left = index == 0 ? LEFT : (x(xs.get(index - 1)) + x) / 2;
    double right = index == xs.size() - 1 ? RIGHT : (x + x(xs.get(index + 1))) / 2;
    Element strip =
        Element.of("g")
            .with("class", "readout")
            .add(
                Element.of("rect")
                    .with("x", left)
                    .with("y", TOP)
                    .with("width", right - left)
                    .with("height", BOTTOM - TOP),
                stroke("axis", x, TOP, x, BOTTOM),
                label("start", LEFT, TOP - 7, numbers(index)));
    for (int line = 0; line < lines.size(); line++) {
      if (Double.isFinite(lines.get(line).ys().get(index))) {
        strip.add(dot(line, index));
      }
    }
    return strip;
  }

  private String numbers(int index) {
    String values =
        lines.stream()
            .map(line -> line.name() + " " + Numbers.decimal(line.ys().get(index), labels.digits()))
            .collect(Collectors.joining(", "));
    return "%s %s: %s".formatted(labels.x(), horizontal.label(xs.get(index)), values);
  }

  private static Element stroke(String style, double x1, double y1, double x2, double y2) {
    return Element.of("line")
        .with("class", style)
        .with("x1", x1)
        .with("y1", y1)
        .with("x2", x2)
        .with("y2", y2);
  }

  private static Element label(String anchor, double x, double y, String text) {
    return Element.of("text", text).with("text-anchor", anchor).with("x", x).with("y", y);
  }
}
