package org.resnet4j.optimizer;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Slow weights that follow those which a rule changes: every few steps they go half of the way
 * there, and the fast ones start again from them; arXiv 1907.08610, algorithm 1.
 */
final class Lookahead {
  private static final double WAY = 0.5; // Section 4.1: good on CIFAR with 5 steps.

  private final int steps;
  private final List<Tensor> fast = new ArrayList<>();
  private final List<Tensor> slow = new ArrayList<>();

  /**
   * Without weights yet.
   *
   * @param steps of the fast weights for one of the slow; 0 for no slow weights
   */
  Lookahead(int steps) {
    this.steps = steps;
  }

  void add(Tensor fastWeights, Tensor slowWeights) {
    fast.add(fastWeights);
    slow.add(slowWeights);
  }

  /**
   * After a step of the fast weights.
   *
   * @param step from 0
   */
  void after(long step) {
    if (!slow.isEmpty() && (step + 1) % steps == 0) {
      Bundle weights = new Bundle(slow);
      Bundle quick = new Bundle(fast);
      weights.towards(quick, WAY);
      quick.copy(weights);
    }
  }
}
