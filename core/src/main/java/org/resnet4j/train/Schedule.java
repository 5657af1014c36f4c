package org.resnet4j.train;

import java.util.List;
import org.resnet4j.recipe.Rates;
import org.resnet4j.recipe.Recipe;

/** The learning rate as a function of the step, from 0; so a resumed run needs only its step. */
@FunctionalInterface
interface Schedule {
  double at(long step);

  /**
   * The schedule of a recipe.
   *
   * @param steps of the whole run
   * @param stepsPerEpoch what the warm-up is counted in
   */
  static Schedule of(Recipe recipe, long steps, long stepsPerEpoch) {
    double peak = recipe.rates().rate();
    double floor = peak * recipe.rates().rateFloor();
    long asked = Math.round(recipe.rates().warmup() * stepsPerEpoch);
    // One-cycle is its warm-up and what follows: without one of its own it rises for a quarter.
    boolean rises = recipe.rates().schedule() == Rates.Kind.ONE_CYCLE && asked == 0;
    long warmup = Math.min(steps, rises ? steps / 4 : asked);
    Schedule main =
        switch (recipe.rates().schedule()) {
          case CONSTANT -> step -> peak;
          case MULTI_STEP ->
              multiStep(peak, recipe.rates().milestones(), recipe.rates().drop(), steps);
          case COSINE ->
              step ->
                  between(
                      floor, peak, 0.5 * (1 + Math.cos(Math.PI * fraction(step, warmup, steps))));
          case LINEAR, ONE_CYCLE -> step -> between(floor, peak, 1 - fraction(step, warmup, steps));
        };
    // From nothing, the first step would be lost: it is one of warmup + 1 equal ones then.
    double from = recipe.rates().warmupFrom();
    double start = peak * (from > 0 ? from : 1.0 / (warmup + 1));
    return step -> step < warmup ? between(start, peak, (double) step / warmup) : main.at(step);
  }

  private static double between(double low, double high, double part) {
    return low + (high - low) * part;
  }

  private static Schedule multiStep(double peak, List<Double> milestones, double drop, long steps) {
    return step -> {
      double rate = peak;
      for (double milestone : milestones) {
        if (step >= Math.round(milestone * steps)) {
          rate *= drop;
        }
      }
      return rate;
    };
  }

  /** How far a step is between the end of the warm-up and the end of the run. */
  private static double fraction(long step, long from, long to) {
    return to == from ? 0 : (double) (step - from) / (to - from);
  }
}
