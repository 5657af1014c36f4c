package org.resnet4j.report;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.resnet4j.report.LineChart.Labels;
import org.resnet4j.report.LineChart.Line;

/** Loss and error over the epochs, each with a sentence on what to see. */
record LearningCurves(List<EpochRow> history) {

  Element loss() {
    Labels labels = new Labels("Loss of training and test by epoch", "epoch", "loss (nats)", 4);
    List<Double> train = values(EpochRow::trainLoss);
    List<Double> test = values(EpochRow::testLoss);
    return figure(chart(labels, train, test), lossSentence());
  }

  /** Error rather than accuracy, as in the paper's figures: what is left to learn. */
  Element error() {
    Labels labels =
        new Labels("Top-1 error of training and test by epoch", "epoch", "top-1 error (%)", 2);
    List<Double> train = values(row -> 100 * (1 - row.trainTop1()));
    List<Double> test = values(row -> 100 * (1 - row.testTop1()));
    return figure(chart(labels, train, test), errorSentence());
  }

  private LineChart chart(Labels labels, List<Double> train, List<Double> test) {
    List<Double> epochs = values(EpochRow::epoch);
    return new LineChart(labels, epochs, List.of(new Line("train", train), new Line("test", test)));
  }

  private List<Double> values(ToDoubleFunction<EpochRow> value) {
    return history.stream().map(row -> value.applyAsDouble(row)).toList();
  }

  private static Element figure(LineChart chart, String sentence) {
    return Element.of("figure").add(chart.svg(), Element.of("figcaption", sentence));
  }

  private String lossSentence() {
    EpochRow last = history.get(history.size() - 1);
    Optional<EpochRow> best =
        history.stream()
            .filter(row -> Double.isFinite(row.testLoss()))
            .min(Comparator.comparingDouble(EpochRow::testLoss));
    String test =
        best.map(
                row ->
                    "the test loss was lowest, %s, in epoch %d and ends at %s"
                        .formatted(loss(row.testLoss()), row.epoch(), loss(last.testLoss())))
            .orElse("the test loss was not measured");
    return "Loss. Training ends at %s; %s.".formatted(loss(last.trainLoss()), test);
  }

  private String errorSentence() {
    EpochRow last = history.get(history.size() - 1);
    return "Error. After epoch %d the network mistakes %s of the training images and %s of the test images: %s points apart."
        .formatted(
            last.epoch(),
            Numbers.percent(1 - last.trainTop1(), 2),
            Numbers.percent(1 - last.testTop1(), 2),
            Numbers.decimal(100 * (last.trainTop1() - last.testTop1()), 2));
  }

  private static String loss(double value) {
    return Numbers.decimal(value, 3);
  }
}
