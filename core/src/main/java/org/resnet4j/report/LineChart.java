package org.resnet4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Point;
import org.resnet4j.report.Figure.Style;

/**
 * Curves over one plane, drawn as SVG; pointing at an x, or at a dot, shows its numbers, without a
 * script.
 *
 * <p>Curves differ in colour and in the shape of their marker, so that neither colour vision nor
 * colour ink is needed.
 */
final class LineChart {
  static final double WIDTH = 400;

  /** More values to point at would be slower to open and no easier to find. */
  private static final int MOST_READ = 300;

  private static final double READ_LINE = 20;

  private final Axes axes;
  private final List<Curve> curves;
  private final Axis horizontal;
  private final Axis vertical;
  private final Legend legend;
  private final Plane plane;

  LineChart(Axes axes, List<Curve> curves) {
    this.axes = axes;
    this.curves = curves;
    horizontal = Axis.across(axes.xScale(), values(Point::x));
    vertical = Axis.upward(axes.yScale(), values(Point::y));
    int valueLetters =
        points()
            .mapToInt(point -> Numbers.decimal(point.y(), axes.digits()).length())
            .max()
            .orElse(1);
    List<Legend.Entry> entries = curves.stream().map(Legend.Entry::of).toList();
    legend = new Legend(entries, 2, WIDTH, Math.min(12, valueLetters));
    plane = Plane.under(legend.bottom() + READ_LINE, vertical, WIDTH - rightMargin());
  }

  private List<Double> values(Function<Point, Double> value) {
    return points().map(value).toList();
  }

  private Stream<Point> points() {
    return curves.stream().flatMap(curve -> curve.points().stream());
  }

  /** Room for the half of the last number that stands beyond the plane. */
  private double rightMargin() {
    List<Double> ticks = horizontal.ticks();
    String last = ticks.isEmpty() ? "" : horizontal.label(ticks.get(ticks.size() - 1));
    return Math.max(12, Svg.LETTER * last.length() / 2 + 2);
  }

  Element svg() {
    Element svg = Svg.chart(axes.title(), WIDTH, plane.bottom() + 46);
    plane.drawVertical(svg, vertical, axes.y());
    plane.drawHorizontal(svg, horizontal, axes.x());
    legend.draw(svg);
    curves.forEach(curve -> draw(svg, curve));
    return svg.add(sharesX() ? strips() : targets());
  }

  private double x(Point point) {
    return plane.x(horizontal.share(point.x()));
  }

  private double y(Point point) {
    return plane.y(vertical.share(point.y()));
  }

  private boolean shows(Point point) {
    return horizontal.shows(point.x()) && vertical.shows(point.y());
  }

  /** A line for each run of points that have a place; a point alone is a dot. */
  private void draw(Element svg, Curve curve) {
    List<Point> run = new ArrayList<>();
    for (Point point : curve.points()) {
      if (shows(point)) {
        run.add(point);
      } else {
        drawRun(svg, curve, run);
        run.clear();
      }
    }
    drawRun(svg, curve, run);
    List<Point> shown = curve.points().stream().filter(this::shows).toList();
    if (curve.style() == Style.DOTS || curve.style() == Style.LINE_AND_DOTS) {
      double radius = shown.size() > 60 ? 2 : 3;
      shown.forEach(point -> svg.add(marker(curve, point, radius)));
    } else if (!shown.isEmpty()) {
      svg.add(marker(curve, shown.get(shown.size() - 1), 3));
    }
  }

  private void drawRun(Element svg, Curve curve, List<Point> run) {
    if (curve.style() == Style.DOTS || run.isEmpty()) {
      return;
    }
    if (run.size() == 1) {
      svg.add(marker(curve, run.get(0), 2));
      return;
    }
    svg.add(
        Element.of("polyline")
            .with("class", Legend.look(curve.style()) + " " + Svg.colour(curve.colour()))
            .with(
                "points",
                run.stream()
                    .map(point -> Numbers.coordinate(x(point)) + "," + Numbers.coordinate(y(point)))
                    .collect(Collectors.joining(" "))));
  }

  private Element marker(Curve curve, Point point, double radius) {
    return Svg.marker(curve.colour(), x(point), y(point), radius);
  }

  /** Whether curves are to be compared at one x, rather than each dot read alone. */
  private boolean sharesX() {
    List<Curve> lines = curves.stream().filter(curve -> curve.style() != Style.DOTS).toList();
    Set<Double> along =
        lines.stream().flatMap(line -> xs(line).stream()).collect(Collectors.toSet());
    boolean oneValue =
        lines.stream().allMatch(line -> new HashSet<>(xs(line)).size() == xs(line).size());
    int most = lines.stream().mapToInt(line -> line.points().size()).max().orElse(0);
    return oneValue && along.size() <= 1.5 * most && along.containsAll(xs());
  }

  private static List<Double> xs(Curve curve) {
    return curve.points().stream().map(Point::x).toList();
  }

  private List<Double> xs() {
    return points().map(Point::x).filter(horizontal::shows).distinct().sorted().toList();
  }

  /** Strips side by side around the x that are read. */
  private List<Element> strips() {
    List<Double> xs = read(xs());
    List<Element> strips = new ArrayList<>();
    for (int i = 0; i < xs.size(); i++) {
      double x = place(xs.get(i));
      double from = i == 0 ? plane.left() : (place(xs.get(i - 1)) + x) / 2;
      double to = i == xs.size() - 1 ? plane.right() : (x + place(xs.get(i + 1))) / 2;
      strips.add(strip(xs.get(i), from, to));
    }
    return strips;
  }

  private double place(double x) {
    return plane.x(horizontal.share(x));
  }

  /** All x, or, of more values than one reads, the x of each neighbourhood with most curves. */
  private List<Double> read(List<Double> xs) {
    int most = Math.max(1, MOST_READ / Math.max(1, curves.size()));
    if (xs.size() <= most) {
      return xs;
    }
    return IntStream.range(0, most)
        .mapToObj(i -> xs.subList(i * xs.size() / most, (i + 1) * xs.size() / most))
        .map(near -> near.stream().max(Comparator.comparingLong(this::curvesAt)).orElseThrow())
        .toList();
  }

  private long curvesAt(double x) {
    return curves.stream().filter(curve -> at(curve, x).isPresent()).count();
  }

  private static Optional<Point> at(Curve curve, double x) {
    return curve.points().stream().filter(point -> point.x() == x).findFirst();
  }

  /** A strip around one x that, pointed at, shows a rule, dots and numbers. */
  private Element strip(double x, double from, double to) {
    Element strip = Element.of("g").with("class", "readout");
    Element parts = Element.of("g");
    List<String> values = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < curves.size(); i++) {
      Curve curve = curves.get(i);
      Optional<Point> point = at(curve, x);
      if (point.isEmpty()) {
        continue;
      }
      String value = Numbers.decimal(point.get().y(), axes.digits());
      values.add((curve.name() + " " + value).strip());
      labels.add(point.get().label());
      parts.add(legend.value(i, value));
      if (shows(point.get())) {
        parts.add(marker(curve, point.get(), 3.5));
      }
    }
    List<String> distinct = labels.stream().filter(label -> !label.isEmpty()).distinct().toList();
    String head = "%s %s".formatted(axes.x(), Numbers.plain(x));
    if (!distinct.isEmpty()) {
      head += " · " + String.join(", ", distinct);
    }
    return strip.add(
        Element.of("title", head + ": " + String.join(", ", values)),
        plane.strip(from, to),
        Svg.line("axis", place(x), plane.top(), place(x), plane.bottom()),
        plane.heading(place(x), Svg.shortened(head, 58)),
        parts);
  }

  /** A circle around each dot that, pointed at, shows its numbers. */
  private List<Element> targets() {
    List<Element> targets = new ArrayList<>();
    long all = points().filter(this::shows).count();
    long stride = Math.max(1, (all + MOST_READ - 1) / MOST_READ);
    long index = 0;
    for (Curve curve : curves) {
      for (Point point : curve.points()) {
        if (shows(point) && index++ % stride == 0) {
          targets.add(target(curve, point));
        }
      }
    }
    return targets;
  }

  private Element target(Curve curve, Point point) {
    String name =
        Stream.of(curve.name(), point.label())
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" · "));
    String numbers =
        "%s %s, %s %s"
            .formatted(
                axes.x(),
                Numbers.plain(point.x()),
                axes.y(),
                Numbers.decimal(point.y(), axes.digits()));
    return Element.of("g")
        .with("class", "readout")
        .add(
            Element.of("title", name.isEmpty() ? numbers : name + ": " + numbers),
            Element.of("circle")
                .with("class", "target")
                .with("cx", x(point))
                .with("cy", y(point))
                .with("r", 9),
            marker(curve, point, 4.5),
            plane.heading(x(point), Svg.shortened(numbers, 58)),
            beside(point, Svg.shortened(name, 40)));
  }

  /** A name over a point, where there is room. */
  private Element beside(Point point, String name) {
    double half = Svg.LETTER * name.length() / 2;
    double x = Math.min(Math.max(x(point), half + 2), WIDTH - half - 2);
    double above = y(point) - 11;
    return Svg.text("middle", x, above < plane.top() + 12 ? y(point) + 20 : above, name);
  }
}
