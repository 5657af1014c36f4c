package org.resnet4j.report;

import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Network;

/**
 * What a training run did, as one HTML page: figures, curves, mistakes, the network, conditions.
 *
 * @param title the heading, e.g. {@code resnet20 on shapes}
 * @param network what was trained
 * @param history an entry for each epoch, first to last
 * @param confusion on the test set, after the last epoch
 * @param mostWrong the test images it is most wrongly sure of, worst first; may be empty
 * @param headline the few figures to see first, in order
 * @param conditions all that is needed to judge or repeat the run, in order
 * @param nextCommand what to try now, as typed in a shell
 * @param judging what the images are called that the history's test figures are of: test, or
 *     validation
 */
public record RunReport(
    String title,
    Network network,
    List<EpochRow> history,
    Confusion confusion,
    List<WrongImage> mostWrong,
    Map<String, String> headline,
    Map<String, String> conditions,
    String nextCommand,
    String judging) {

  /** With the test images judging every epoch. */
  public RunReport(
      String title,
      Network network,
      List<EpochRow> history,
      Confusion confusion,
      List<WrongImage> mostWrong,
      Map<String, String> headline,
      Map<String, String> conditions,
      String nextCommand) {
    this(title, network, history, confusion, mostWrong, headline, conditions, nextCommand, "test");
  }

  /** Throws {@link IllegalArgumentException} if the history is empty. */
  public RunReport {
    history = List.copyOf(history);
    mostWrong = List.copyOf(mostWrong);
    headline = Collections.unmodifiableMap(new LinkedHashMap<>(headline));
    conditions = Collections.unmodifiableMap(new LinkedHashMap<>(conditions));
    if (history.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: the history is empty; a report needs at least one epoch".formatted(title));
    }
  }

  /** The page, which loads nothing and runs no script. */
  public String html() {
    LearningCurves curves = new LearningCurves(history, judging);
    List<Element> page = new ArrayList<>();
    page.add(Page.header(title, summary(network), headline));
    page.add(
        Page.section("Learning")
            .add(Element.of("div").with("class", "charts").add(curves.loss(), curves.error())));
    page.add(Page.section("Confusion").add(new ConfusionTable(confusion).elements()));
    if (!mostWrong.isEmpty()) {
      page.add(Page.section("Most wrong").add(gallery(mostWrong)));
    }
    page.add(Page.section("Network").add(new NetworkDrawing(network).elements()));
    page.add(Page.next(nextCommand));
    page.add(Page.conditions(conditions).add(historyTable()));
    return Page.of(title, page);
  }

  /** What the network is, in one line. */
  static String summary(Network network) {
    return "%s: %d layers, %s parameters, %s multiply-adds for an image of %s, %d classes"
        .formatted(
            network.name(),
            network.depth(),
            Numbers.grouped(network.parameters()),
            Numbers.compact(network.multiplyAdds()),
            network.input(),
            network.classes());
  }

  /** Images with what they were taken for. */
  static Element gallery(List<WrongImage> mostWrong) {
    Element gallery = Element.of("div").with("class", "gallery");
    for (WrongImage wrong : mostWrong) {
      String source = "data:image/png;base64," + Base64.getEncoder().encodeToString(wrong.png());
      Element caption =
          Element.of("figcaption")
              .add(
                  Element.of("b", wrong.predicted())
                      .text(" " + Numbers.percent(wrong.probability(), 1)),
                  Element.of("span", "truth: " + wrong.truth()),
                  Element.of("small", wrong.description()));
      Element image = Element.of("img").with("src", source).with("alt", wrong.description());
      gallery.add(Element.of("figure").add(image, caption));
    }
    return gallery;
  }

  private Element historyTable() {
    boolean averaged = history.stream().anyMatch(row -> !Double.isNaN(row.averageTop1()));
    List<String> columns =
        new ArrayList<>(
            List.of(
                "epoch",
                "rate",
                "train loss",
                "train top-1",
                judging + " loss",
                judging + " top-1",
                judging + " top-5",
                "images/s",
                "seconds"));
    if (averaged) {
      columns.addAll(List.of("averaged loss", "averaged top-1"));
    }
    Table table = new Table(columns);
    for (EpochRow row : history) {
      List<String> cells =
          new ArrayList<>(
              List.of(
                  Numbers.significant(row.rate()),
                  Numbers.decimal(row.trainLoss(), 4),
                  Numbers.percent(row.trainTop1(), 2),
                  Numbers.decimal(row.testLoss(), 4),
                  Numbers.percent(row.testTop1(), 2),
                  Numbers.percent(row.testTop5(), 2),
                  Numbers.decimal(row.imagesPerSecond(), 0),
                  Numbers.decimal(row.seconds(), 1)));
      if (averaged) {
        cells.add(Numbers.decimal(row.averageLoss(), 4));
        cells.add(Numbers.percent(row.averageTop1(), 2));
      }
      table.row(Integer.toString(row.epoch()), cells);
    }
    return table.folded("Every epoch in numbers");
  }
}
