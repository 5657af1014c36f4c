package org.resnet4j.train;

import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/** A network with all that changes it, as a setup wants them; closing it closes them. */
final class Trainee implements AutoCloseable {
  private final LiveNetwork network;
  private final Optimizer optimizer;
  private final Objective objective;
  private final Learner learner;

  private Trainee(Recipe recipe, LiveNetwork network, Optimizer optimizer, Objective objective) {
    this.network = network;
    this.optimizer = optimizer;
    this.objective = objective;
    this.learner = new Learner(recipe, network, optimizer, objective);
  }

  /** The network as the run begins, in training mode. */
  static Trainee of(Setup setup) {
    Recipe recipe = setup.recipe();
    Device device = Device.of(recipe.device());
    Precision precision = Precision.of(recipe.precision(), device);
    Beginning beginning = setup.beginning();
    LiveNetwork network = beginning.live(device, precision);
    try {
      network.train(true);
      return new Trainee(
          recipe,
          network,
          new Optimizer(recipe.optimization(), network, beginning.rateFactor()),
          Objective.of(setup, device, precision));
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
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
    objective.close();
    optimizer.close();
    network.close();
  }
}
