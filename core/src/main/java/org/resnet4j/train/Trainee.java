package org.resnet4j.train;

import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/** A network with all that changes it; closing it closes them. */
final class Trainee implements AutoCloseable {
  private final LiveNetwork network;
  private final Optimizer optimizer;
  private final Objective objective;
  private final Learner learner;

  /** Puts the network in training mode; closes all of them if it cannot be trained so. */
  Trainee(Recipe recipe, LiveNetwork network, Optimizer optimizer, Objective objective) {
    this.network = network;
    this.optimizer = optimizer;
    this.objective = objective;
    network.train(true);
    try {
      learner = new Learner(recipe, network, optimizer, objective);
    } catch (RuntimeException e) {
      closeParts();
      throw e;
    }
  }

  /** The network as the run begins, in training mode. */
  static Trainee of(Setup setup) {
    Recipe recipe = setup.recipe();
    Device device = Device.of(recipe.device());
    Precision precision = Precision.of(recipe.precision(), device);
    Beginning beginning = setup.beginning();
    Objective objective = Objective.of(setup, device, precision);
    LiveNetwork network;
    try {
      network = beginning.live(device, precision);
    } catch (RuntimeException e) {
      objective.close();
      throw e;
    }
    Optimizer optimizer = new Optimizer(recipe.optimization(), network, beginning.rateFactor());
    return new Trainee(recipe, network, optimizer, objective);
  }

  LiveNetwork network() {
    return network;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  Learner learner() {
    return learner;
  }

  @Override
  public void close() {
    learner.close();
    closeParts();
  }

  /** What was there before the learner. */
  private void closeParts() {
    objective.close();
    optimizer.close();
    network.close();
  }
}
