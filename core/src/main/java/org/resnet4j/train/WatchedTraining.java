package org.resnet4j.train;

import java.util.Iterator;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;

/**
 * A training that somebody looks into between steps: same steps, same order of images, same
 * variation as {@link Training}, but no evaluation, and nothing is left on disk.
 */
public final class WatchedTraining {
  private WatchedTraining() {}

  /** Looks at a network between two steps; whatever it throws ends the training. */
  @FunctionalInterface
  public interface Watcher {
    /**
     * Called before the first step and after each.
     *
     * @param step how many are done
     * @param loss of the last step, mean over its batch; NaN before the first
     * @param network which the watcher must leave as it is
     */
    void at(long step, double loss, LiveNetwork network);
  }

  /**
   * How it ended.
   *
   * @param steps how many changed the weights
   * @param loss of the last step; not finite if that is why it ended
   */
  public record End(long steps, double loss) {
    /** Whether the loss was no longer a number, so that no step could follow. */
    public boolean diverged() {
      return !Double.isFinite(loss);
    }
  }

  /** Trains from the beginning, to the recipe's last step or until the loss is no number. */
  public static End run(Setup setup, Watcher watcher) {
    Recipe recipe = setup.recipe();
    try (Trainee trainee = Trainee.of(setup);
        Loader images = setup.loaders().training()) {
      watcher.at(0, Double.NaN, trainee.network());
      return learn(recipe, trainee.network(), trainee.learner(), images, watcher);
    }
  }

  private static End learn(
      Recipe recipe, LiveNetwork network, Learner learner, Loader images, Watcher watcher) {
    long steps = TrainingLoop.steps(recipe, images);
    Schedule schedule = Schedule.of(recipe, steps, TrainingLoop.stepsPerEpoch(recipe, images));
    int accumulate = recipe.optimization().accumulate();
    double loss = 0;
    long step = 0;
    Progress progress = Progress.beginning(recipe); // It says how long a low first rate holds.
    for (int epoch = 0; step < steps; epoch++) {
      try (Batches batches = images.epoch(epoch, 0)) {
        Iterator<Batch> next = batches.iterator();
        for (int left = images.batches(); left > 0 && step < steps; left -= accumulate) {
          int count = Math.min(accumulate, left);
          double rate = progress.lowRate() ? recipe.rates().lowRate() : schedule.at(step);
          Learner.Learned learned = learner.learn(next, count, step, rate);
          if (learned.trouble().isPresent()) {
            return new End(step, Double.NaN);
          }
          loss = learned.loss();
          progress =
              progress.learned(
                  loss, learned.right(), learned.images(), count, recipe.rates().lowRateUntil(), 0);
          step++;
          watcher.at(step, loss, network);
        }
      }
    }
    return new End(step, loss);
  }
}
