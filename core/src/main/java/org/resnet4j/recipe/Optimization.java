package org.resnet4j.recipe;

/**
 * How gradients change weights.
 *
 * @param optimizer the rule
 * @param momentum of SGD and Muon, or the first beta of AdamW and LAMB
 * @param nesterov whether SGD and Muon look ahead
 * @param weightDecay the factor of the decay
 * @param decayed the parameters that decay
 * @param otherRate what the rate is multiplied with for all that is no kernel of a convolution; of
 *     use with Muon, whose rate is on a scale of its own; 1 for nothing
 * @param lookahead steps after which slow weights follow; arXiv 1907.08610; 0 for never
 * @param clip the largest norm of all gradients together; arXiv 1211.5063; 0 for no bound
 * @param accumulate batches whose gradients make one step; each batch norm sees them one by one
 */
public record Optimization(
    Rule optimizer,
    double momentum,
    boolean nesterov,
    double weightDecay,
    Decayed decayed,
    double otherRate,
    int lookahead,
    double clip,
    int accumulate) {

  /** The rules that change weights. */
  public enum Rule {
    /** Stochastic gradient descent with momentum, as PyTorch has it. */
    SGD,
    /** Adam with decoupled decay; arXiv 1711.05101. */
    ADAMW,
    /** Adam with steps as long as the weights are, tensor by tensor; arXiv 1904.00962. */
    LAMB,
    /** Orthogonal steps for kernels of convolutions, SGD for all else; Keller Jordan, 2024. */
    MUON
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
        .check(
            otherRate >= 0 && otherRate <= 1e3,
            "other-rate = %s: must be a factor from 0 to 1000",
            otherRate)
        .check(
            lookahead >= 0 && lookahead <= 1000,
            "lookahead = %d: must be from 0 to 1000 steps",
            lookahead)
        .check(clip >= 0 && clip < 1e6, "clip = %s: must be a norm from 0 to below 1e6", clip)
        .check(
            accumulate >= 1 && accumulate <= 10_000,
            "accumulate = %d: must be from 1 to 10000 batches",
            accumulate)
        .refuse();
  }
}
