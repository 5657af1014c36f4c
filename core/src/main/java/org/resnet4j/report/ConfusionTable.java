package org.resnet4j.report;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A confusion matrix as a heat map with precision and recall, or, of many classes, the pairs most
 * often confused.
 */
record ConfusionTable(Confusion confusion) {
  /** A wider matrix is no longer read but only seen. */
  private static final int MOST_COLUMNS = 40;

  private static final int MOST_PAIRS = 30;

  List<Element> elements() {
    return size() > MOST_COLUMNS ? List.of(pairs(), classes()) : List.of(matrix(), caption());
  }

  private int size() {
    return confusion.classes().size();
  }

  private static Element caption() {
    return Element.of("p")
        .with("class", "note")
        .text(
            "A row is a true class, a column what the network said. Blue, the images it found; orange,"
                + " its mistakes, the strongest where it errs most.");
  }

  private Element matrix() {
    Element table =
        Element.of("table").with("class", "confusion" + (size() > 12 ? " dense" : "")).add(head());
    double most =
        confusion.mistakes().stream()
            .mapToDouble(pair -> share(pair.truth(), pair.predicted()))
            .max()
            .orElse(1);
    IntStream.range(0, size()).mapToObj(truth -> row(truth, most)).forEach(table::add);
    return Table.scrolling(table.add(precision()));
  }

  private Element head() {
    Element row = Element.of("tr").add(Element.of("th", "truth").with("scope", "col"));
    for (String label : confusion.classes()) {
      row.add(Element.of("th").with("scope", "col").add(Element.of("span", label)));
    }
    return row.add(Element.of("th", "recall").with("scope", "col"));
  }

  private Element row(int truth, double most) {
    String label = confusion.classes().get(truth);
    Element row = Element.of("tr").add(Element.of("th", label).with("scope", "row"));
    for (int predicted = 0; predicted < size(); predicted++) {
      row.add(cell(truth, predicted, most));
    }
    return row.add(Element.of("td", Numbers.percent(confusion.recall(truth), 1)));
  }

  private Element cell(int truth, int predicted, double most) {
    long count = confusion.count(truth, predicted);
    boolean found = truth == predicted;
    Element cell = Element.of("td", Long.toString(count));
    if (count == 0) {
      return cell.with("class", "zero");
    }
    double heat = found ? share(truth, predicted) : share(truth, predicted) / most;
    // Where the ink of the page would no longer stand out.
    boolean hot = heat > (found ? 0.8 : 0.65);
    return cell.with("class", (found ? "found" : "mistaken") + (hot ? " hot" : ""))
        .with("style", "--heat:" + Numbers.coordinate(heat));
  }

  private double share(int truth, int predicted) {
    return confusion.count(truth, predicted) / (double) confusion.images(truth);
  }

  private Element precision() {
    Element row = Element.of("tr").add(Element.of("th", "precision").with("scope", "row"));
    for (int predicted = 0; predicted < size(); predicted++) {
      row.add(Element.of("td", Numbers.percent(confusion.precision(predicted), 1)));
    }
    return row.add(Element.of("td"));
  }

  private Element pairs() {
    Table table = new Table(List.of("truth", "taken for", "images", "of that class"));
    confusion.mistakes().stream()
        .limit(MOST_PAIRS)
        .forEach(
            pair ->
                table.row(
                    confusion.classes().get(pair.truth()),
                    List.of(
                        confusion.classes().get(pair.predicted()),
                        Numbers.grouped(pair.images()),
                        Numbers.percent(share(pair.truth(), pair.predicted()), 1))));
    return table.element();
  }

  private Element classes() {
    Table table = new Table(List.of("class", "images", "recall", "precision"));
    for (int i = 0; i < size(); i++) {
      table.row(
          confusion.classes().get(i),
          List.of(
              Numbers.grouped(confusion.images(i)),
              Numbers.percent(confusion.recall(i), 1),
              Numbers.percent(confusion.precision(i), 1)));
    }
    return table.folded("All %d classes".formatted(size()));
  }
}
