package org.resnet4j.report;

import java.util.List;
import java.util.stream.DoubleStream;
import org.resnet4j.report.Figure.Scale;

/** Claims, each with its status, the reason and its interval on the axis of its unit. */
record VerdictList(List<Verdict> verdicts) {
  private static final double WIDTH = 330;
  private static final double MARGIN = 22;
  private static final double MIDDLE = 14;
  private static final double BOTTOM = 27;

  Element element() {
    Element list = Element.of("ul").with("class", "verdicts");
    verdicts.forEach(verdict -> list.add(item(verdict)));
    return list;
  }

  private Element item(Verdict verdict) {
    Element text =
        Element.of("div")
            .add(
                Element.of("p", verdict.claim()).with("class", "claim"),
                Element.of("p", verdict.reason()).with("class", "reason"));
    Element numbers = Element.of("div").with("class", "measured").add(interval(verdict));
    numbers.add(Element.of("p", verdict.measured()));
    return Element.of("li").add(badge(verdict.status()), text, numbers);
  }

  private static Element badge(Verdict.Status status) {
    return switch (status) {
      case SHOWN -> Badge.good(status.label());
      case NOT_SHOWN -> Badge.open(status.label());
      case CONTRADICTED -> Badge.bad(status.label());
    };
  }

  /** One axis for all of a unit, so that they can be compared. */
  private Axis axis(String unit) {
    return Axis.upward(
        Scale.FROM_ZERO,
        verdicts.stream()
            .filter(verdict -> verdict.unit().equals(unit))
            .flatMapToDouble(v -> DoubleStream.of(v.difference(), v.low(), v.high()))
            .boxed()
            .toList());
  }

  private Element interval(Verdict verdict) {
    Axis axis = axis(verdict.unit());
    Element svg =
        Svg.chart(verdict.measured(), WIDTH, 42).add(Element.of("title", verdict.measured()));
    List<Double> ticks = axis.ticks();
    int most = ticks.stream().mapToInt(tick -> axis.label(tick).length()).max().orElse(1);
    // Room between labels, at most every other tick has one; that of zero always.
    double pitch = (WIDTH - 2 * MARGIN) / Math.max(1, ticks.size() - 1);
    int stride = (int) Math.ceil((Svg.LETTER * most + 8) / pitch);
    int zero = ticks.indexOf(0.0);
    for (int i = 0; i < ticks.size(); i++) {
      double x = x(axis, ticks.get(i));
      svg.add(Svg.line(i == zero ? "axis zero" : "grid", x, 2, x, BOTTOM));
      if (Math.floorMod(i - zero, stride) == 0) {
        svg.add(Svg.text("middle", x, BOTTOM + 13, axis.label(ticks.get(i))));
      }
    }
    if (verdict.bounded()) {
      double low = x(axis, verdict.low());
      double high = x(axis, verdict.high());
      svg.add(
          Svg.line("interval", low, MIDDLE, high, MIDDLE),
          Svg.line("interval end", low, MIDDLE - 4, low, MIDDLE + 4),
          Svg.line("interval end", high, MIDDLE - 4, high, MIDDLE + 4));
    }
    if (axis.shows(verdict.difference())) {
      svg.add(
          Element.of("circle")
              .with("class", "mean")
              .with("cx", x(axis, verdict.difference()))
              .with("cy", MIDDLE)
              .with("r", 4.5));
    }
    return svg;
  }

  private static double x(Axis axis, double value) {
    return MARGIN + (WIDTH - 2 * MARGIN) * axis.share(value);
  }
}
