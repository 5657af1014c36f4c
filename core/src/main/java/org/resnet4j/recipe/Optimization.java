package org.resnet4j.recipe;

/**
 * How gradients change weights.
 *
 * @param optimizer the rule
 * @param momentum of SGD, or the first beta of AdamW
 * @param nesterov whether SGD looks ahead
 * @param weightDecay the factor of the decay
 * @param decayed the parameters that decay
 */
public record Optimization(
    Rule optimizer, double momentum, boolean nesterov, double weightDecay, Decayed decayed) {

  /** The rules that change weights. */
  public enum Rule {
    /** Stochastic gradient descent with momentum, as PyTorch has it. */
    SGD,
    /** Adam with decoupled decay; arXiv 1711.05101. */
    ADAMW
  }

  /** The parameters that decay. */
  public enum Decayed {
    ALL,
    /** All but batch norms and biases; arXiv 1812.01187, section 3.1. */
    NO_NORM,
    /** Kernels only. */
    CONVOLUTIONS
  }

  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Optimization {
    new Problems()
        .check(momentum >= 0 && momentum < 1, "momentum = %s: must be from 0 to below 1", momentum)
        .check(!nesterov || momentum > 0, "nesterov = true: needs a momentum above 0")
        .check(
            weightDecay >= 0 && weightDecay < 1,
            "weight-decay = %s: must be from 0 to below 1",
            weightDecay)
        .refuse();
  }
}
