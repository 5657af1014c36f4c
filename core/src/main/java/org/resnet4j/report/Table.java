package org.resnet4j.report;

import java.util.List;

/** A table whose first column names its rows; the other columns are numbers. */
final class Table {
  private final Element table = Element.of("table");
  private final Element body = Element.of("tbody");

  Table(List<String> columns) {
    Element head = Element.of("tr");
    columns.forEach(column -> head.add(Element.of("th", column).with("scope", "col")));
    table.add(Element.of("thead").add(head), body);
  }

  void row(String name, List<String> cells) {
    Element row = Element.of("tr").add(Element.of("th", name).with("scope", "row"));
    cells.forEach(cell -> row.add(Element.of("td", cell)));
    body.add(row);
  }

  /** The table in a box that scrolls sideways where the screen is narrow. */
  Element element() {
    return scrolling(table);
  }

  static Element scrolling(Element wide) {
    return Element.of("div").with("class", "scroll").with("tabindex", "0").add(wide);
  }

  /** The table behind a line that opens it. */
  Element folded(String summary) {
    return Element.of("details").add(Element.of("summary", summary), element());
  }
}
