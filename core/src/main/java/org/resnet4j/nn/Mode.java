package org.resnet4j.nn;

/**
 * How a pass treats what differs between training and evaluation.
 *
 * @param ofBatch whether batch norms use the statistics of the batch, and record them
 * @param momentum what share of the recorded statistics comes from this batch
 * @param drops whether dropout and stochastic depth leave anything out
 */
record Mode(boolean ofBatch, double momentum, boolean drops) {
  // Torchvision's, timm's and the paper's code agree on it.
  private static final double MOMENTUM = 0.1;

  static final Mode TRAINING = new Mode(true, MOMENTUM, true);
  static final Mode EVALUATION = new Mode(false, MOMENTUM, false);

  /** The same with stored statistics, which stay as they are. */
  Mode stored() {
    return new Mode(false, momentum, drops);
  }

  /** Statistics as evaluation will meet them: nothing is left out. */
  static Mode measuring(double momentum) {
    return new Mode(true, momentum, false);
  }
}
