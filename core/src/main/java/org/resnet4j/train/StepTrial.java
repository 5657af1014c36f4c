package org.resnet4j.train;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.resnet4j.arch.Network;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.plan.OperatorTime;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/**
 * Training steps on one batch, again and again, for whoever wants to time them: what {@link
 * Training} does in a step, at the recipe's peak rate, with nothing around it.
 *
 * <p>Not safe for several threads.
 */
public final class StepTrial implements AutoCloseable {
  private final Batch batch;
  private final double rate;
  private final Trainee trainee;
  private long step;

  /**
   * A network at its beginning.
   *
   * @param recipe whose optimizer, precision, device and targets count, but for what these take
   *     from data and teachers
   * @param weights what it begins with
   * @param batch as the network's input wants it; stays as it is
   */
  public StepTrial(Recipe recipe, Network network, LiveNetwork.Source weights, Batch batch) {
    this.batch = batch;
    rate = recipe.rates().rate();
    Device device = Device.of(recipe.device());
    LiveNetwork live =
        LiveNetwork.of(network, weights, device, Precision.of(recipe.precision(), device));
    trainee =
        new Trainee(
            recipe,
            live,
            new Optimizer(recipe.optimization(), live),
            new Objective(recipe.targets(), device));
  }

  /**
   * Takes a step.
   *
   * @return the loss before it, mean over the batch
   * @throws IllegalStateException if it meets what is no number: such a step is none
   */
  public double step() {
    Learner.Learned learned =
        trainee.learner().learn(List.of(batch).iterator(), 1, step, rate).requireSound(step);
    step++;
    return learned.loss();
  }

  /**
   * Takes steps and says what they consist of: every operator where the pass is compiled, else
   * every phase. Watching costs a little of its own.
   *
   * @param steps at least 1
   */
  public List<StepPart> parts(int steps) {
    Laps.Watch watch = new Laps.Watch();
    trainee.learner().watch(watch);
    for (int i = 0; i < steps; i++) {
      watch.start();
      step();
    }
    List<OperatorTime> operators = trainee.learner().operators();
    trainee.learner().watch(Laps.NONE);
    List<StepPart> parts = new ArrayList<>();
    watch
        .nanos()
        .forEach((phase, nanos) -> parts.addAll(parts(phase, nanos / 1e9 / steps, operators)));
    return parts;
  }

  private static List<StepPart> parts(
      String phase, double seconds, List<OperatorTime> allOperators) {
    Map<String, StepPart> byOperator = new LinkedHashMap<>();
    for (OperatorTime time : allOperators) {
      if (phase.equals(time.back() ? Learner.BACKWARD : Learner.FORWARD)) {
        byOperator.merge(
            time.operator(),
            new StepPart(phase, time.operator(), 1, time.seconds()),
            (a, b) -> new StepPart(phase, a.operator(), a.count() + 1, a.seconds() + b.seconds()));
      }
    }
    if (byOperator.isEmpty()) {
      return List.of(new StepPart(phase, phase, 1, seconds));
    }
    List<StepPart> parts = new ArrayList<>(byOperator.values());
    double known = parts.stream().mapToDouble(StepPart::seconds).sum();
    parts.add(new StepPart(phase, "between operators", 1, Math.max(0, seconds - known)));
    return parts;
  }

  @Override
  public void close() {
    trainee.close();
  }
}
