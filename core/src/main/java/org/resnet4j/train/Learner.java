package org.resnet4j.train;

import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Tensors;

/** Takes steps one at a time: forward, loss, backward, change of the weights. */
final class Learner {
  private final Recipe recipe;
  private final LiveNetwork network;
  private final Pass pass;
  private final Objective objective;
  private final Optimizer optimizer;

  /**
   * What a batch showed before the weights were changed.
   *
   * @param loss mean over the batch; if it is not finite, the weights are as before
   * @param right how many images
   */
  record Learned(double loss, int right) {}

  Learner(Recipe recipe, LiveNetwork network, Optimizer optimizer) {
    this.recipe = recipe;
    this.network = network;
    this.pass = new AutogradPass(network);
    this.objective = new Objective(recipe.targets(), network.device());
    this.optimizer = optimizer;
  }

  /**
   * Learns a batch.
   *
   * @param step from 0
   */
  Learned learn(Batch batch, long step, double rate) {
    try (PointerScope temporaries = new PointerScope()) {
      torch.manual_seed(drawsOf(step));
      Tensor logits = pass.forward(Evaluator.images(network, batch));
      Tensor mean = objective.loss(logits, batch);
      double loss = mean.item_double();
      if (!Double.isFinite(loss)) {
        return new Learned(
            loss, 0); // Before the step: the weights stay those of the last good one.
      }
      pass.backward(mean);
      optimizer.step(rate, step);
      int right =
          new Logits(Tensors.floats(logits), network.network().classes())
              .right(batch.labels(), batch.size());
      return new Learned(loss, right);
    }
  }

  /** What dropout and stochastic depth draw from, so that a resumed run draws the same. */
  private long drawsOf(long step) {
    return new SplittableRandom(recipe.seed() * 0x9E3779B97F4A7C15L + step).nextLong();
  }
}
