package org.resnet4j.train;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.recipe.Optimization.Rule;
import org.resnet4j.recipe.Recipe;

/**
 * Trains a network for some steps whose rate rises by one factor each, to see which rates it learns
 * at; arXiv 1506.01186, section 3.3. Leaves nothing on disk.
 */
public final class RateRange {
  // Of the loss at the beginning: batch norm keeps most networks from rising much further.
  private static final double HOPELESS = 1.25;
  private static final double RANGE = 1e5;

  private final Setup setup;
  private final int steps;
  private final double lowest;
  private final double highest;

  /**
   * A range for a recipe's optimizer: five powers of ten, up to 10, or up to 1 for AdamW and LAMB,
   * whose steps do not shrink with the gradient.
   *
   * @param steps at least 20
   */
  public RateRange(Setup setup, int steps) {
    this(setup, steps, top(setup.recipe()) / RANGE, top(setup.recipe()));
  }

  /** With rates from the lowest to the highest. */
  public RateRange(Setup setup, int steps, double lowest, double highest) {
    if (steps < 20) {
      throw new IllegalArgumentException(
          "steps = %d: must be at least 20 to make a curve".formatted(steps));
    }
    if (!(lowest > 0 && lowest < highest)) {
      throw new IllegalArgumentException(
          "rates from %s to %s: must rise from above 0".formatted(lowest, highest));
    }
    this.setup = setup;
    this.steps = steps;
    this.lowest = lowest;
    this.highest = highest;
  }

  private static double top(Recipe recipe) {
    Rule rule = recipe.optimization().optimizer();
    return rule == Rule.ADAMW || rule == Rule.LAMB ? 1 : 10;
  }

  /** The rate of a step from 0. */
  double rate(int step) {
    return lowest * Math.pow(highest / lowest, (double) step / (steps - 1));
  }

  /** How many steps there are at most. */
  public int steps() {
    return steps;
  }

  /** The rate of the first step. */
  public double lowest() {
    return lowest;
  }

  /** The rate of the last step, if it comes to that. */
  public double highest() {
    return highest;
  }

  /**
   * Trains until the highest rate, or until the running loss is a quarter above where it began, or
   * no number.
   *
   * @param watcher told of each step's rate and loss
   * @throws DivergedException if already the first images give a loss that is no number
   */
  public RateCurve run(Consumer<RateCurve.Point> watcher) {
    try (Trainee trainee = Trainee.of(setup);
        Loader images = setup.loaders().training()) {
      return learn(trainee.learner(), images, watcher);
    }
  }

  private RateCurve learn(Learner learner, Loader images, Consumer<RateCurve.Point> watcher) {
    int accumulate = setup.recipe().optimization().accumulate();
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    Running running = new Running();
    for (int epoch = 0; losses.size() < steps; epoch++) {
      try (Batches batches = images.epoch(epoch, 0)) {
        Iterator<Batch> next = batches.iterator();
        for (int left = images.batches(); left > 0 && losses.size() < steps; left -= accumulate) {
          int step = losses.size();
          double rate = rate(step);
          Learner.Learned learned = learner.learn(next, Math.min(accumulate, left), step, rate);
          double loss = learned.loss();
          if (learned.trouble().isPresent() && step == 0) {
            throw new DivergedException(
                "%s before any step; no rate can help: look at the data, and at the model to begin with"
                    .formatted(learned.trouble().get()));
          }
          if (learned.trouble().isPresent() || running.hopelessAfter(loss)) {
            return RateCurve.of(rates, losses, true);
          }
          rates.add(rate);
          losses.add(loss);
          watcher.accept(new RateCurve.Point(rate, loss, running.mean()));
        }
      }
    }
    return RateCurve.of(rates, losses, false);
  }

  /** A running average of the loss, which needs no step to come. */
  private final class Running {
    private final double memory = 1 - Math.min(0.5, 10.0 / steps);
    private final int beginning = Math.max(5, steps / 20);
    private double sum;
    private double weight;
    private double first;
    private int seen;

    /** Compared with the mean of the first losses, as one alone may be low by luck. */
    boolean hopelessAfter(double loss) {
      sum = memory * sum + (1 - memory) * loss;
      weight = memory * weight + (1 - memory);
      if (seen < beginning) {
        seen++;
        first += (loss - first) / seen;
        return !Double.isFinite(loss);
      }
      return !(mean() <= HOPELESS * first);
    }

    double mean() {
      return sum / weight;
    }
  }
}
