package org.resnet4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Unit;

/**
 * Looks at layers and units while a network runs.
 *
 * <p>The tensors are those of the pass, with their gradients in training: whoever needs one after
 * the call keeps it. With a probe nothing is overwritten in place, so that they stay what they
 * were.
 */
public interface Probe {
  /** Looks at nothing and costs nothing. */
  Probe NONE = new Probe() {};

  /**
   * Called for every layer of stem, units and tail, in the order they run, on the thread that runs
   * them.
   *
   * @param output (N, C, H, W)
   */
  default void observe(Layer layer, Tensor input, Tensor output) {}

  /** Called for every unit that runs as more than its input, after its layers. */
  default void observe(Unit unit, Pass pass) {}

  /**
   * What went through a unit.
   *
   * <p>{@code toBranch} and {@code toShortcut} are the input, or what norm and ReLU in front of the
   * branch make of it where they share that, each as a node of its own: in training, the gradient
   * kept there is what arrives through that path alone.
   *
   * @param input of the unit, (N, C, H, W)
   * @param toBranch what the branch starts with; before its norm and ReLU in a pre-activation unit
   *     whose shortcut starts with the input itself
   * @param toShortcut what the shortcut starts with; an undefined tensor in a plain unit
   * @param branch what the branch gives
   * @param shortcut what is added to it, of the same shape; an undefined tensor in a plain unit
   * @param sum of both, before what comes after the addition
   */
  record Pass(
      Tensor input,
      Tensor toBranch,
      Tensor toShortcut,
      Tensor branch,
      Tensor shortcut,
      Tensor sum) {}
}
