package org.resnet4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Unit;

/**
 * Looks at a unit while a network runs.
 *
 * <p>The tensors are those of the pass, with their gradients in training: whoever needs one after
 * the call keeps it.
 */
@FunctionalInterface
public interface Probe {
  /** Looks at nothing and costs nothing. */
  Probe NONE = (unit, branch, shortcut, sum) -> {};

  /**
   * Called once for every unit of a forward pass, first to last, on the thread that runs it.
   *
   * @param branch what the branch gives, (N, C, H, W)
   * @param shortcut what is added to it, the same shape; an undefined tensor in a plain unit
   * @param sum of both, before the last ReLU
   */
  void observe(Unit unit, Tensor branch, Tensor shortcut, Tensor sum);
}
