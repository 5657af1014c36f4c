package org.resnet4j.optimizer;

import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Adam with decoupled decay, as {@code torch.optim.AdamW} has it; arXiv 1711.05101.
 *
 * @param beta1 the memory of the mean of gradients
 */
record AdamW(double beta1) implements Rule {
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;
  private static final Operator FUSED = new Operator("_fused_adamw_", "");

  @Override
  public List<String> kept() {
    return List.of("mean", "square");
  }

  @Override
  public void change(Members members, double rate, double decay, long step) {
    List<Tensor> parameters = members.parameters().tensors();
    // From 1; it corrects the averages for having begun at zero.
    Tensor number = parameters.get(0).new_full(new long[0], new Scalar((double) step + 1));
    Bundle steps = new Bundle(Collections.nCopies(parameters.size(), number));
    FUSED.call(
        members.parameters().list(),
        members.gradients().list(),
        members.kept().get(0).list(),
        members.kept().get(1).list(),
        new Bundle(List.of()).list(), // No largest squares: not AMSGrad.
        steps.list(),
        new IValue(rate),
        new IValue(beta1),
        new IValue(BETA2),
        new IValue(decay),
        new IValue(EPSILON),
        new IValue(false), // Not AMSGrad.
        new IValue(false), // Not upwards.
        new IValue(), // Gradients are as they are ...
        new IValue()); // ... and nobody looked for infinite ones.
  }
}
