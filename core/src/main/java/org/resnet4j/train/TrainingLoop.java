package org.resnet4j.train;

import java.util.Iterator;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.resnet4j.data.DataException;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;

/** The loop: batches in, events out, a checkpoint after each epoch and when told to stop. */
final class TrainingLoop {
  private static final double SPEED_MEMORY = 0.95; // About twenty steps.
  private static final int MOST_SKIPPED = 3;

  private final Recipe recipe;
  private final Trainee trainee;
  private final Averages averages;
  private final Loader trainImages;
  private final Judge judge;
  private final Saver saver;
  private final Watch watch;
  private final Consumer<Event> events;
  private final BooleanSupplier stop;
  private final long steps;
  private final Schedule schedule;
  private Progress progress;
  private long lastStepNanos;
  private double stepSeconds;
  private long epochImages;
  private double epochSeconds;
  private double waitedSeconds;
  private double evaluationSeconds;
  private Optional<Evaluation> averaged = Optional.empty();

  TrainingLoop(
      Recipe recipe,
      Trainee trainee,
      Averages averages,
      Loader trainImages,
      Judge judge,
      Saver saver,
      Watch watch,
      Consumer<Event> events,
      BooleanSupplier stop,
      Progress progress) {
    this.recipe = recipe;
    this.trainee = trainee;
    this.averages = averages;
    this.trainImages = trainImages;
    this.judge = judge;
    this.saver = saver;
    this.watch = watch;
    this.events = events;
    this.stop = stop;
    this.progress = progress;
    this.steps = steps(recipe, trainImages);
    this.schedule = Schedule.of(recipe, steps, stepsPerEpoch(recipe, trainImages));
  }

  static long steps(Recipe recipe, Loader trainImages) {
    return recipe.iterations() > 0
        ? recipe.iterations()
        : recipe.epochs() * stepsPerEpoch(recipe, trainImages);
  }

  /** The last step of an epoch may have to make do with fewer batches. */
  static long stepsPerEpoch(Recipe recipe, Loader trainImages) {
    int batches = recipe.optimization().accumulate();
    return (trainImages.batches() + batches - 1L) / batches;
  }

  Progress progress() {
    return progress;
  }

  /** The last evaluation of the averaged weights, if there are any. */
  Optional<Evaluation> averaged() {
    return averaged;
  }

  /** Trains to the end, once; the last evaluation, or nothing if told to stop before. */
  Optional<Evaluation> run() {
    try {
      saver.catchUp(progress);
      while (progress.batch() > 0 || !finished()) {
        Optional<Evaluation> judged = learnEpoch() ? judgeEpoch() : Optional.empty();
        if (judged.isEmpty()) {
          saver.save(progress);
          return judged;
        }
        saver.afterEpoch(progress);
        if (progress.step() == steps) {
          return judged;
        }
      }
      if (progress.step() < steps) {
        averages.settle(); // It ends here, unforeseen.
      }
    } catch (DataException e) {
      // An image that cannot be read may cost a repair, never what was learned before it.
      saver.save(progress);
      throw e;
    }
    return evaluate(); // A finished run was resumed, or this one ended before its last step.
  }

  private boolean finished() {
    int patience = recipe.selection().stopAfter();
    return progress.step() >= steps || (patience > 0 && progress.sinceBest() >= patience);
  }

  /** Learns what is left of the epoch; false if told to stop. */
  private boolean learnEpoch() {
    trainee.network().train(true);
    long began = System.nanoTime();
    lastStepNanos = began;
    epochImages = 0;
    try (Batches batches = trainImages.epoch(progress.epoch(), progress.batch())) {
      Iterator<Batch> left = batches.iterator();
      while (left.hasNext() && progress.step() < steps) {
        learn(left);
        if (stop.getAsBoolean()) {
          return false;
        }
        saver.afterStep(progress);
      }
      waitedSeconds = batches.waitedNanos() / 1e9;
    }
    epochSeconds = (System.nanoTime() - began) / 1e9;
    return true;
  }

  private void learn(Iterator<Batch> left) {
    double rate = progress.lowRate() ? recipe.rates().lowRate() : schedule.at(progress.step());
    int batches =
        Math.min(recipe.optimization().accumulate(), trainImages.batches() - progress.batch());
    Learner.Learned learned =
        trainee.learner().learn(left, batches, progress.step(), progress.updates(), rate);
    long now = System.nanoTime();
    double seconds = (now - lastStepNanos) / 1e9;
    lastStepNanos = now;
    if (learned.trouble().isPresent()) {
      passOver(learned.trouble().get(), batches, rate, seconds);
      return;
    }
    double loss = learned.loss();
    int right = learned.right();
    int images = learned.images();
    stepSeconds =
        stepSeconds == 0 ? seconds : SPEED_MEMORY * stepSeconds + (1 - SPEED_MEMORY) * seconds;
    progress =
        progress.learned(loss, right, images, batches, recipe.rates().lowRateUntil(), seconds);
    averages.after(progress.updates());
    epochImages += images;
    events.accept(event(loss, (double) right / images, rate, images));
    watch.learned(progress.step(), learned.gradientNorm());
  }

  private void passOver(String trouble, int batches, double rate, double seconds) {
    progress = progress.passedOver(batches, seconds);
    String what =
        "%s at step %d (epoch %d) with learning rate %s"
            .formatted(trouble, progress.step(), progress.epoch() + 1, rate);
    if (progress.skippedInRow() == MOST_SKIPPED) {
      throw new DivergedException(
          ("training diverged: %s; %d steps in a row changed nothing. Lower rate or lengthen warmup and train again: a"
                  + " resumed run would come to the same%s")
              .formatted(
                  what,
                  MOST_SKIPPED,
                  saver.last().map(file -> "; the last good checkpoint is " + file).orElse("")));
    }
    events.accept(
        new Event.Notice(
            "%s; the step was left out, %d so far".formatted(what, progress.skipped())));
  }

  private Event.Step event(double loss, double top1, double rate, int images) {
    long left = steps - progress.step();
    long perEpoch = stepsPerEpoch(recipe, trainImages);
    long epochsLeft = (left + perEpoch - 1) / perEpoch;
    double secondsLeft = left * stepSeconds + Math.max(1, epochsLeft) * evaluationSeconds;
    return new Event.Step(
        progress.epoch() + 1,
        epochs(),
        progress.step(),
        steps,
        loss,
        top1,
        rate,
        images / stepSeconds,
        secondsLeft);
  }

  private int epochs() {
    long perEpoch = stepsPerEpoch(recipe, trainImages);
    return (int) ((steps + perEpoch - 1) / perEpoch);
  }

  /** Evaluates and closes the epoch; neither if told to stop, and a resumed run judges it again. */
  private Optional<Evaluation> judgeEpoch() {
    long began = System.nanoTime();
    if (progress.step() == steps) {
      averages.settle();
    }
    Optional<Evaluation> judged = evaluate();
    if (judged.isEmpty()) {
      return judged;
    }
    Evaluation test = judged.get();
    evaluationSeconds = (System.nanoTime() - began) / 1e9;
    Event.Epoch row =
        new Event.Epoch(
            progress.epoch() + 1,
            progress.step(),
            progress.lowRate() ? recipe.rates().lowRate() : schedule.at(progress.step() - 1),
            progress.loss(),
            progress.top1(),
            test.loss(),
            test.top1(),
            test.top5(),
            epochImages / epochSeconds,
            epochSeconds,
            waitedSeconds / epochSeconds,
            averaged.map(Evaluation::loss).orElse(Double.NaN),
            averaged.map(Evaluation::top1).orElse(Double.NaN));
    watch.judged(row.epoch(), row.step(), test);
    progress = progress.finished(row, evaluationSeconds);
    events.accept(row);
    return judged;
  }

  /** Judges the averaged weights too; returns nothing if told to stop before both are. */
  private Optional<Evaluation> evaluate() {
    Optional<Evaluation> judged = evaluate(trainee.network());
    Optional<LiveNetwork> average = averages.network();
    if (judged.isPresent() && average.isPresent()) {
      averaged = evaluate(average.get());
      return averaged.isPresent() ? judged : Optional.empty();
    }
    return judged;
  }

  private Optional<Evaluation> evaluate(LiveNetwork weights) {
    return judge.evaluate(weights, stop);
  }
}
