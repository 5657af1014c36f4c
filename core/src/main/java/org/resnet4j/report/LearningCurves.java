package org.resnet4j.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Point;
import org.resnet4j.report.Figure.Scale;
import org.resnet4j.report.Figure.Style;

/** Loss and error over the epochs, each with a sentence on what to see. */
record LearningCurves(List<EpochRow> history, String judging) {

  Element loss() {
    Axes axes = axes("Loss of training and %s by epoch".formatted(judging), "loss (nats)", 4);
    return figure(
        axes, EpochRow::trainLoss, EpochRow::testLoss, EpochRow::averageLoss, lossSentence());
  }

  /** Error rather than accuracy, as in the paper's figures: what is left to learn. */
  Element error() {
    return figure(
        axes("Top-1 error of training and %s by epoch".formatted(judging), "top-1 error (%)", 2),
        row -> 100 * (1 - row.trainTop1()),
        row -> 100 * (1 - row.testTop1()),
        row -> 100 * (1 - row.averageTop1()),
        errorSentence());
  }

  private static Axes axes(String title, String y, int digits) {
    return new Axes(title, "epoch", y, Scale.FROM_ZERO, Scale.FROM_ZERO, digits);
  }

  private Element figure(
      Axes axes,
      ToDoubleFunction<EpochRow> train,
      ToDoubleFunction<EpochRow> test,
      ToDoubleFunction<EpochRow> average,
      String sentence) {
    List<Curve> curves = new ArrayList<>();
    curves.add(new Curve("train", 0, Style.DASHED, points(train)));
    curves.add(new Curve(judging, 1, Style.THICK, points(test)));
    List<Point> averaged = points(average);
    if (!averaged.isEmpty()) {
      curves.add(new Curve("averaged weights", 2, Style.THIN, averaged));
    }
    return FigureDrawing.captioned(new LineChart(axes, curves).svg(), sentence);
  }

  /** The epochs with a value: where only every fifth is tested, the line joins these. */
  private List<Point> points(ToDoubleFunction<EpochRow> value) {
    return history.stream()
        .map(row -> new Point(row.epoch(), value.applyAsDouble(row)))
        .filter(point -> Double.isFinite(point.y()))
        .toList();
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
                    "the %s loss was lowest, %s, in epoch %d and ends at %s"
                        .formatted(
                            judging, loss(row.testLoss()), row.epoch(), loss(last.testLoss())))
            .orElse("the %s loss was not measured".formatted(judging));
    return "Loss. Training ends at %s; %s.".formatted(loss(last.trainLoss()), test);
  }

  private String errorSentence() {
    EpochRow last = history.get(history.size() - 1);
    return "Error. After epoch %d the network mistakes %s of the training images and %s of the %s images: %s points apart."
        .formatted(
            last.epoch(),
            Numbers.percent(1 - last.trainTop1(), 2),
            Numbers.percent(1 - last.testTop1(), 2),
            judging,
            Numbers.decimal(100 * (last.trainTop1() - last.testTop1()), 2))
        .concat(averageSentence(last));
  }

  private String averageSentence(EpochRow last) {
    return Double.isNaN(last.averageTop1())
        ? ""
        : " With averaged weights it mistakes %s of the %s images."
            .formatted(Numbers.percent(1 - last.averageTop1(), 2), judging);
  }

  private static String loss(double value) {
    return Numbers.decimal(value, 3);
  }
}
