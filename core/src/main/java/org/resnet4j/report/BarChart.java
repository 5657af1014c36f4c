package org.resnet4j.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.report.Figure.Bars;
import org.resnet4j.report.Figure.Scale;

/** Bars on zero with their names under them, as SVG; pointing at a name shows its numbers. */
record BarChart(Bars bars) {
  /** More bars than this have the width of the page. */
  private static final int MOST_NARROW = 40;

  private static final double WIDE = 860;
  private static final int MOST_LETTERS = 20;
  private static final double TURNED_LINE = 12;

  boolean wide() {
    return bars.names().size() * bars.series().size() > MOST_NARROW;
  }

  Element svg() {
    double width = wide() ? WIDE : LineChart.WIDTH;
    List<Double> values = bars.series().stream().flatMap(s -> s.values().stream()).toList();
    Axis vertical = Axis.upward(Scale.FROM_ZERO, values);
    int valueLetters = values.stream().mapToInt(v -> number(v).length()).max().orElse(1);
    Legend legend = new Legend(entries(), 2, width, Math.min(12, valueLetters));
    Plane plane = Plane.under(legend.bottom() + 20, vertical, width - 12);
    Names names = new Names(plane);
    Element svg = Svg.chart(bars.title(), width, plane.bottom() + names.height());
    plane.drawVertical(svg, vertical, bars.y());
    legend.draw(svg);
    for (int i = 0; i < bars.names().size(); i++) {
      names.draw(svg, i);
      for (int s = 0; s < bars.series().size(); s++) {
        drawBar(svg, plane, vertical, i, s);
      }
    }
    IntStream.range(0, bars.names().size()).forEach(i -> svg.add(readout(plane, legend, i)));
    return svg;
  }

  private List<Legend.Entry> entries() {
    return IntStream.range(0, bars.series().size())
        .mapToObj(s -> new Legend.Entry(bars.series().get(s).name(), s, "bar"))
        .toList();
  }

  private String number(double value) {
    return Numbers.decimal(value, bars.digits());
  }

  /** The width from name to name. */
  private double pitch(Plane plane) {
    return (plane.right() - plane.left()) / bars.names().size();
  }

  private void drawBar(Element svg, Plane plane, Axis vertical, int name, int series) {
    double value = bars.series().get(series).values().get(name);
    if (!vertical.shows(value)) {
      return;
    }
    double pitch = pitch(plane);
    double room = 0.8 * pitch;
    double width = Math.min(40, room / bars.series().size());
    double first = plane.left() + pitch * (name + 0.5) - width * bars.series().size() / 2;
    double zero = plane.y(vertical.share(0));
    double end = plane.y(vertical.share(value));
    svg.add(
        Svg.rectangle(
            "bar " + Svg.colour(series),
            first + width * series,
            Math.min(zero, end),
            Math.max(0.5, width - Math.min(1, 0.1 * width)),
            Math.abs(zero - end)));
  }

  private Element readout(Plane plane, Legend legend, int name) {
    double from = plane.left() + pitch(plane) * name;
    double to = from + pitch(plane);
    Element readout = Element.of("g").with("class", "readout");
    List<String> values = new ArrayList<>();
    Element numbers = Element.of("g");
    for (int s = 0; s < bars.series().size(); s++) {
      String value = number(bars.series().get(s).values().get(name));
      values.add((bars.series().get(s).name() + " " + value).strip());
      numbers.add(legend.value(s, value));
    }
    String title = bars.names().get(name) + ": " + String.join(", ", values);
    return readout.add(
        Element.of("title", title),
        plane.strip(from, to),
        plane.heading((from + to) / 2, Svg.shortened(bars.names().get(name), 58)),
        numbers);
  }

  /** The names under the bars: level where they fit, else turned, each or every so many. */
  private final class Names {
    private final Plane plane;
    private final double pitch;
    private final int letters;
    private final boolean turned;
    private final int stride;

    Names(Plane plane) {
      this.plane = plane;
      pitch = pitch(plane);
      int longest = bars.names().stream().mapToInt(String::length).max().orElse(0);
      letters = Math.min(MOST_LETTERS, longest);
      turned = Svg.LETTER * longest + 4 > pitch;
      stride = turned ? Math.max(1, (int) Math.ceil(TURNED_LINE / pitch)) : 1;
    }

    double height() {
      return turned ? 16 + Svg.LETTER * letters : 28;
    }

    void draw(Element svg, int name) {
      if (name % stride != 0) {
        return;
      }
      double x = plane.left() + pitch * (name + 0.5);
      String text = Svg.shortened(bars.names().get(name), MOST_LETTERS);
      if (turned) {
        svg.add(
            Svg.text("end", 0, 0, text)
                .with(
                    "transform",
                    "translate(%s %s) rotate(-90)"
                        .formatted(
                            Numbers.coordinate(x + 4), Numbers.coordinate(plane.bottom() + 8))));
      } else {
        svg.add(Svg.text("middle", x, plane.bottom() + 18, text));
      }
    }
  }
}
