package org.resnet4j.train;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The loss of a training whose rate rose from step to step by one factor.
 *
 * <p>The smooth loss is a mean over neighbours on both sides, weighted by a triangle that reaches a
 * twelfth of the curve far: unlike a running average it does not lag behind.
 *
 * @param points in order, at least one; what came after the loss diverged is not among them
 * @param diverged whether the loss rose so far, or became no number, that the training ended
 */
public record RateCurve(List<Point> points, boolean diverged) {
  /** Below the rate of the lowest loss by this factor; see {@link #suggested}. */
  static final double MARGIN = 10;

  // A loss that falls by less is as likely noise.
  private static final double LEAST_FALL = 0.02;

  /**
   * One step.
   *
   * @param loss mean over its images, before the step
   * @param smooth the mean of neighbouring losses
   */
  public record Point(double rate, double loss, double smooth) {}

  public RateCurve {
    points = List.copyOf(points);
  }

  /**
   * The curve through losses.
   *
   * @param rates rising by one factor
   * @param losses finite ones, as many
   */
  static RateCurve of(List<Double> rates, List<Double> losses, boolean diverged) {
    int reach = Math.max(1, losses.size() / 12);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < losses.size(); i++) {
      double sum = 0;
      double weights = 0;
      for (int k = Math.max(0, i - reach); k <= Math.min(losses.size() - 1, i + reach); k++) {
        double weight = reach + 1.0 - Math.abs(k - i);
        sum += weight * losses.get(k);
        weights += weight;
      }
      points.add(new Point(rates.get(i), losses.get(i), sum / weights));
    }
    return new RateCurve(points, diverged);
  }

  /** Where the smooth loss is lowest. */
  public Point lowest() {
    return points.stream().min(Comparator.comparingDouble(Point::smooth)).orElseThrow();
  }

  /**
   * Where, on the way to the lowest, the smooth loss falls fastest against the rate's logarithm.
   */
  public Point steepest() {
    int last = points.indexOf(lowest());
    Point steepest = points.get(0);
    double fall = 0;
    for (int i = 1; i < last; i++) {
      double here = points.get(i - 1).smooth() - points.get(i + 1).smooth();
      if (here > fall) {
        fall = here;
        steepest = points.get(i);
      }
    }
    return steepest;
  }

  /**
   * A rate to train with, in two digits: a tenth of that of the lowest loss, as by then steps are
   * already too long. None if no rate lowered the loss.
   */
  public OptionalDouble suggested() {
    double first = points.get(0).smooth();
    if (lowest().smooth() > (1 - LEAST_FALL) * first) {
      return OptionalDouble.empty();
    }
    BigDecimal rate = new BigDecimal(lowest().rate() / MARGIN);
    return OptionalDouble.of(rate.round(new MathContext(2)).doubleValue());
  }

  /** What makes the suggestion doubtful, if anything does. */
  public Optional<String> doubt() {
    if (suggested().isEmpty()) {
      return Optional.of("no rate lowered the loss: take more steps, or look at the data");
    }
    boolean end = points.indexOf(lowest()) >= points.size() - 1 - points.size() / 12;
    return end && !diverged
        ? Optional.of("the loss still fell at the highest rate: the best may lie above it")
        : Optional.empty();
  }
}
