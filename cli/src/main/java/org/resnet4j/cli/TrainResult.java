package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.resnet4j.train.Choice;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Outcome;

/** What a run came to; as a record, also the document of {@code train --json}. */
record TrainResult(
    String run,
    String model,
    int epochs,
    double seconds,
    @Nullable Double imagesPerSecond,
    Train train,
    Test test,
    @Nullable Test averaged,
    @Nullable Validation validation) {

  /** An interval wider than that, as of fewer than some 1500 images, is worth a line. */
  private static final double WIDE = 0.05;

  /** On the training images, while they were learned. */
  record Train(@Nullable Double loss, @Nullable Double top1) {}

  /** On the test images, at the end. */
  record Test(
      @Nullable Double loss,
      @Nullable Double top1,
      @Nullable Double top5,
      int images,
      int mistakes,
      double top1Low,
      double top1High) {
    static Test of(Evaluation test) {
      return new Test(
          Json.finite(test.loss()),
          Json.finite(test.top1()),
          Json.finite(test.top5()),
          test.images(),
          test.mistakes(),
          test.right().low(),
          test.right().high());
    }
  }

  /** What the validation images say, and how the best epoch's model does on the test images. */
  record Validation(int images, Validated last, Validated best, String bestModel, Test bestTest) {
    static Validation of(Outcome outcome, Choice choice) {
      return new Validation(
          choice.images(),
          Validated.of(choice.last()),
          Validated.of(choice.best()),
          outcome.run() + "/best",
          Test.of(choice.test()));
    }
  }

  /** On the validation images, after an epoch. */
  record Validated(int epoch, @Nullable Double loss, @Nullable Double top1, @Nullable Double top5) {
    static Validated of(Choice.Validated epoch) {
      return new Validated(
          epoch.epoch(),
          Json.finite(epoch.loss()),
          Json.finite(epoch.top1()),
          Json.finite(epoch.top5()));
    }
  }

  /**
   * The figures of the moving average of the weights are null where there is none, those of the
   * validation images likewise.
   */
  static TrainResult of(Outcome outcome) {
    return new TrainResult(
        outcome.run().toString(),
        outcome.network().name(),
        outcome.epochs(),
        outcome.seconds(),
        Json.finite(outcome.imagesPerSecond()),
        new Train(Json.finite(outcome.trainLoss()), Json.finite(outcome.trainTop1())),
        Test.of(outcome.test()),
        outcome.averaged().map(Test::of).orElse(null),
        outcome.choice().map(choice -> Validation.of(outcome, choice)).orElse(null));
  }

  void print(PrintWriter out, Terminal terminal) {
    String speed =
        imagesPerSecond == null
            ? ""
            : String.format(Locale.ROOT, ", %.0f images/s", imagesPerSecond);
    out.printf(
        "%s: test top-1 %s (%s of %s images wrong), loss %s; %d epochs in %s%s%n",
        model,
        terminal.bold(percent(test.top1())),
        Figures.count(test.mistakes()),
        Figures.count(test.images()),
        test.loss() == null ? "-" : Figures.decimal(test.loss()),
        epochs,
        Figures.clock(seconds),
        speed);
    if (test.top1High() - test.top1Low() > WIDE) {
      out.printf(
          "%s images do not say it closer than %s to %s (95 %% interval, Wilson)%n",
          Figures.count(test.images()), percent(test.top1Low()), percent(test.top1High()));
    }
    if (averaged != null) {
      out.printf(
          "averaged weights (%s): test top-1 %s (%s of %s images wrong)%n",
          run + "/model-ema",
          terminal.bold(percent(averaged.top1())),
          Figures.count(averaged.mistakes()),
          Figures.count(averaged.images()));
    }
    if (validation != null) {
      out.printf(
          "best epoch by %s validation images: %d of %d (%s), test top-1 %s (%s of %s images wrong)%n",
          Figures.count(validation.images()),
          validation.best().epoch(),
          validation.last().epoch(),
          validation.bestModel(),
          terminal.bold(percent(validation.bestTest().top1())),
          Figures.count(validation.bestTest().mistakes()),
          Figures.count(validation.bestTest().images()));
    }
    out.printf("next: %s%n", terminal.commandLine("predict", run + "/model", "some.png"));
  }

  private static String percent(@Nullable Double fraction) {
    return fraction == null ? "-" : Figures.percent(fraction);
  }
}
