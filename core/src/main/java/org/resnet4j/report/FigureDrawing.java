package org.resnet4j.report;

import java.util.ArrayList;
import java.util.List;

/** Figures as elements: narrow ones side by side where the screen is wide enough. */
final class FigureDrawing {
  private FigureDrawing() {}

  /** All figures in order. */
  static List<Element> all(List<Figure> figures) {
    List<Element> elements = new ArrayList<>();
    List<Element> narrow = new ArrayList<>();
    for (Figure figure : figures) {
      if (narrow(figure)) {
        narrow.add(element(figure));
      } else {
        addRow(elements, narrow);
        elements.add(element(figure));
      }
    }
    addRow(elements, narrow);
    return elements;
  }

  private static void addRow(List<Element> elements, List<Element> narrow) {
    if (!narrow.isEmpty()) {
      elements.add(Element.of("div").with("class", "charts").add(narrow));
      narrow.clear();
    }
  }

  private static boolean narrow(Figure figure) {
    return figure instanceof Figure.Plot
        || (figure instanceof Figure.Bars bars && !new BarChart(bars).wide());
  }

  private static Element element(Figure figure) {
    if (figure instanceof Figure.Plot plot) {
      return captioned(new LineChart(plot.axes(), plot.curves()).svg(), plot.caption());
    }
    if (figure instanceof Figure.Bars bars) {
      BarChart chart = new BarChart(bars);
      Element svg = chart.svg();
      return captioned(
          chart.wide() ? Element.of("div").with("class", "wide").add(Table.scrolling(svg)) : svg,
          bars.caption());
    }
    if (figure instanceof Figure.Verdicts verdicts) {
      return captioned(new VerdictList(verdicts.verdicts()).element(), verdicts.caption());
    }
    if (figure instanceof Figure.Blocks blocks) {
      return captioned(new TintedNetwork(blocks).element(), blocks.caption());
    }
    if (figure instanceof Figure.Numbers numbers) {
      return table(numbers);
    }
    if (figure instanceof Figure.Findings findings) {
      return FindingList.element(findings.findings());
    }
    return Element.of("p", ((Figure.Text) figure).text()).with("class", "prose");
  }

  /** A drawing and what to see in it. */
  static Element captioned(Element drawing, String caption) {
    Element figure = Element.of("figure").add(drawing);
    return caption.isEmpty() ? figure : figure.add(Element.of("figcaption", caption));
  }

  private static Element table(Figure.Numbers numbers) {
    Table table = new Table(numbers.columns());
    numbers.rows().forEach(row -> table.row(row.get(0), row.subList(1, row.size())));
    return numbers.folded()
        ? table.folded(numbers.caption())
        : captioned(table.element(), numbers.caption());
  }
}
