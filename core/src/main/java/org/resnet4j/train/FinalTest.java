package org.resnet4j.train;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.resnet4j.nn.LiveNetwork;

/**
 * How the networks of a finished run do on the test images.
 *
 * @param last that of the last epoch
 * @param averaged that of averaged weights, if there is one
 * @param choice with that of the best epoch, if validation images chose one
 */
record FinalTest(Evaluation last, Optional<Evaluation> averaged, Optional<Choice> choice) {

  /** The only look at the test images of a run with validation images; nothing if told to stop. */
  static Optional<FinalTest> look(
      Setup setup,
      LiveNetwork network,
      Averages averages,
      BestModel model,
      Progress progress,
      BooleanSupplier stop) {
    model.settle();
    Event.Epoch best = progress.best().orElseThrow();
    Event.Epoch lastRow = progress.history().get(progress.history().size() - 1);
    try (Judge judge = setup.testJudge()) {
      Tester tester = new Tester(judge, stop);
      Optional<Evaluation> last = tester.test(network);
      Optional<Evaluation> ofBest =
          best.epoch() == lastRow.epoch() ? last : tester.test(model.model(), network);
      Optional<Evaluation> averaged = averages.network().flatMap(tester::test);
      boolean stopped =
          last.isEmpty()
              || ofBest.isEmpty()
              || averaged.isPresent() != averages.network().isPresent();
      if (stopped) {
        return Optional.empty();
      }
      Choice choice =
          new Choice(
              setup.validation().orElseThrow().size(),
              Choice.Validated.of(lastRow),
              Choice.Validated.of(best),
              ofBest.get());
      return Optional.of(new FinalTest(last.get(), averaged, Optional.of(choice)));
    }
  }

  private record Tester(Judge judge, BooleanSupplier stop) {
    Optional<Evaluation> test(LiveNetwork network) {
      return judge.evaluate(network, stop);
    }

    /** A saved network, on the device and in the precision of another. */
    Optional<Evaluation> test(SavedModel model, LiveNetwork like) {
      try (LiveNetwork live = model.live(like.device(), like.precision())) {
        return test(live);
      }
    }
  }
}
