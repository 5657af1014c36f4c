package org.resnet4j.train;

import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Views;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Tensors;

/**
 * How fast a run goes on this machine, in seconds.
 *
 * @param once what is spent once: making the network and its first step
 * @param coldStep a step in the first epoch, while images are decoded
 * @param step a step after it
 * @param evaluation of all images that judge an epoch
 */
record Pace(double once, double coldStep, double step, double evaluation) {
  private static final int LEAST = 3;
  private static final int MOST = 40;

  /**
   * Takes some steps as the run would, with its data, and judges some images; nothing is kept.
   *
   * @param seconds about how long to measure, beyond what a few steps take
   */
  static Pace measure(Setup setup, double seconds) {
    long began = System.nanoTime();
    try (Trainee trainee = Trainee.of(setup);
        Loader train = setup.loaders().training();
        Loader test = setup.loaders().test()) {
      Learner learner = trainee.learner();
      int accumulated = Math.min(setup.recipe().optimization().accumulate(), train.batches());
      Consumer<Batches> step = batches -> learner.learn(batches.iterator(), accumulated, 0, 1e-6);
      int possible = Math.max(1, train.batches() / accumulated - 1);
      double once;
      Mean cold;
      try (Batches batches = train.epoch(0, 0)) {
        step.accept(batches);
        once = since(began);
        cold = Mean.of(() -> step.accept(batches), Math.min(MOST, possible), seconds / 3);
      }
      Mean warm;
      try (Batches batches = train.epoch(0, 0)) {
        step.accept(batches);
        warm = Mean.of(() -> step.accept(batches), Math.min(cold.count(), possible), seconds / 3);
      }
      // With no second batch there is nothing to tell apart.
      double fair =
          possible == 1 && train.batches() <= accumulated ? cold.seconds() : warm.seconds();
      double image =
          passes(setup.recipe(), trainee.network().network().input())
              * evaluation(trainee.network(), test, 1, seconds / 3);
      // Validation images leave the test images to the end, for the last network and the best.
      int tested = setup.validation().isPresent() ? 2 * setup.data().test().size() : 0;
      return new Pace(
          Math.max(0, once - fair) + image * tested,
          Math.max(cold.seconds(), fair),
          fair,
          image * setup.judged().size());
    }
  }

  /** How many images' worth of work it is to judge one: all views, and averaged weights too. */
  static double passes(Recipe recipe, Shape input) {
    double views =
        switch (recipe.judging().views()) {
          case ONE -> Views.ONE.count();
          case FLIP -> Views.FLIP.count();
          case TEN_CROP -> Views.TEN_CROP.count();
          case MULTI_SCALE ->
              recipe.judging().viewSizes().stream()
                  .mapToDouble(side -> Views.FLIP.count() * side * side / input.positions())
                  .sum();
        };
    return recipe.averaging().ema() > 0 ? 2 * views : views;
  }

  private static double evaluation(LiveNetwork network, Loader test, int images, double seconds) {
    network.train(false);
    judge(network, test, 1); // The first pass of another kind takes longer.
    int batches = test.batches();
    long began = System.nanoTime();
    int judged = judge(network, test, Math.min(batches, LEAST));
    double each = since(began) / judged;
    int more = (int) Math.min(batches, seconds / Math.max(1e-9, each * judged / LEAST));
    if (more > LEAST) {
      began = System.nanoTime();
      judged = judge(network, test, more);
      each = since(began) / judged;
    }
    return each * images;
  }

  private static int judge(LiveNetwork network, Loader test, int most) {
    int images = 0;
    int seen = 0;
    try (Batches batches = test.epoch(0, 0)) {
      for (Batch batch : batches) {
        try (PointerScope temporaries = new PointerScope();
            NoGradGuard constant = new NoGradGuard()) {
          Tensors.floats(network.forward(Evaluator.images(network, batch)));
        }
        images += batch.size();
        if (++seen == most) {
          break;
        }
      }
    }
    return images;
  }

  private record Mean(double seconds, int count) {
    /** Of several times the same, until the time is over. */
    static Mean of(Runnable work, int most, double seconds) {
      long began = System.nanoTime();
      int count = 0;
      while (count < most && (count < LEAST || since(began) < seconds)) {
        work.run();
        count++;
      }
      return new Mean(since(began) / count, count);
    }
  }

  private static double since(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  /**
   * Seconds of a whole run.
   *
   * @param steps in all
   * @param perEpoch steps of an epoch, each of which ends in an evaluation
   */
  double run(long steps, long perEpoch) {
    long evaluations = (steps + perEpoch - 1) / perEpoch;
    long first = Math.min(steps, perEpoch);
    return once + first * coldStep + (steps - first) * step + evaluations * evaluation;
  }

  /** The most steps that end in time; at least 1. */
  long steps(double seconds, long perEpoch) {
    long low = 1;
    long high = 2;
    while (run(high, perEpoch) <= seconds && high < 1L << 40) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (run(middle, perEpoch) <= seconds) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** What a network of so many times the multiply-adds would take: about as many times as long. */
  Pace scaled(double factor) {
    return new Pace(once * factor, coldStep * factor, step * factor, evaluation * factor);
  }
}
