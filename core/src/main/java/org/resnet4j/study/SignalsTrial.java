package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.study.SignalsLook.Moment;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.Setup;
import org.resnet4j.train.WatchedTraining;

/**
 * One network with one seed, looked at as often as the plan says.
 *
 * @param looks at least one
 * @param lastStep the last that changed the weights
 * @param diverged whether the loss after it was no number, which ended the training
 */
record SignalsTrial(List<SignalsLook> looks, long lastStep, boolean diverged) {
  SignalsTrial {
    looks = List.copyOf(looks);
  }

  Optional<SignalsLook> at(Moment moment) {
    return looks.stream().filter(look -> look.moment() == moment).findFirst();
  }

  /** A few words for people. */
  String said() {
    SignalsLook last = looks.get(looks.size() - 1);
    return String.format(
        Locale.ROOT,
        "gradient first/last unit 10^%.1f, loss %.2f%s",
        last.gradientDecades(),
        last.loss(),
        diverged ? ", diverged after step " + lastStep : "");
  }

  /** When a training of that many steps is looked at between beginning and end; 0 for never. */
  static long middle(int steps) {
    long quarter = Math.max(1, steps / 4);
    return quarter < steps ? quarter : 0;
  }

  /** Trains, and looks at the beginning, after a quarter of the steps and at the end. */
  static SignalsTrial trained(Setup setup, List<Batch> batches, Cells.Ticker ticker) {
    int steps = setup.recipe().iterations();
    List<SignalsLook> looks = new ArrayList<>();
    WatchedTraining.End end =
        WatchedTraining.run(
            setup,
            (step, loss, network) -> {
              String detail =
                  step == 0
                      ? "at initialisation"
                      : String.format(Locale.ROOT, "step %d of %d, loss %.3f", step, steps, loss);
              Runnable tick = () -> ticker.at((double) step / steps, detail);
              tick.run();
              if (step == 0) {
                looks.add(SignalsProbe.look(network, Moment.INITIALISATION, 0, batches, tick));
              } else if (step == steps) {
                looks.add(SignalsProbe.look(network, Moment.AFTER, step, batches, tick));
              } else if (step == middle(steps)) {
                looks.add(SignalsProbe.look(network, Moment.DURING, step, batches, tick));
              }
            });
    return new SignalsTrial(looks, end.steps(), end.diverged());
  }

  /** Looks at the network that a training would begin with. */
  static SignalsTrial initialised(Setup setup, List<Batch> batches, Cells.Ticker ticker) {
    try (LiveNetwork network =
        LiveNetwork.initialised(
            setup.network(),
            setup.recipe().seed(),
            setup.recipe().zeroBranch(),
            Device.of(setup.recipe().device()),
            Precision.FP32)) {
      return once(network, Moment.INITIALISATION, batches, ticker);
    }
  }

  /** Looks at a model as it is. */
  static SignalsTrial saved(SavedModel model, List<Batch> batches, Cells.Ticker ticker) {
    try (LiveNetwork network = model.live(Device.of("auto"), Precision.FP32)) {
      return once(network, Moment.AFTER, batches, ticker);
    }
  }

  private static SignalsTrial once(
      LiveNetwork network, Moment moment, List<Batch> batches, Cells.Ticker ticker) {
    Runnable tick = () -> ticker.at(0, moment.words());
    return new SignalsTrial(
        List.of(SignalsProbe.look(network, moment, 0, batches, tick)), 0, false);
  }
}
