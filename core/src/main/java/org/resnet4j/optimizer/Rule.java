package org.resnet4j.optimizer;

import java.util.List;

/** What a gradient does to its parameter. */
sealed interface Rule permits AdamW, Lamb, Muon, Sgd {
  /** What is kept beside each parameter from step to step: tensors of its shape, zero at first. */
  List<String> kept();

  /**
   * Changes parameters by their gradients, which may be changed too.
   *
   * @param rate of learning
   * @param decay the factor of the weight decay, which each rule has in its own place
   * @param step from 0
   */
  void change(Members members, double rate, double decay, long step);

  /**
   * The parameters of a group that have a gradient, in one order in every bundle.
   *
   * @param kept in the order of {@link Rule#kept}
   */
  record Members(Bundle parameters, Bundle gradients, List<Bundle> kept) {}
}
