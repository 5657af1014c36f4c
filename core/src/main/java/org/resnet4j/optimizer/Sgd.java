package org.resnet4j.optimizer;

import java.util.List;
import org.bytedeco.pytorch.IValue;

/**
 * Stochastic gradient descent with momentum, {@code v = momentum * v + g}, as {@code
 * torch.optim.SGD} has it; the decay is part of the gradient.
 *
 * @param nesterov whether the step goes along {@code g + momentum * v} instead of {@code v}
 */
record Sgd(double momentum, boolean nesterov) implements Rule {
  private static final Operator FUSED = new Operator("_fused_sgd_", "");

  @Override
  public List<String> kept() {
    return momentum > 0 ? List.of("momentum") : List.of();
  }

  @Override
  public void change(Members members, double rate, double decay, long step) {
    Bundle velocities = momentum > 0 ? members.kept().get(0) : new Bundle(List.of());
    FUSED.call(
        members.parameters().list(),
        members.gradients().list(),
        velocities.list(),
        new IValue(decay),
        new IValue(momentum),
        new IValue(rate),
        new IValue(0.0), // No dampening.
        new IValue(nesterov),
        new IValue(false), // Not upwards.
        new IValue(false), // Velocities are zero before the first step.
        new IValue(), // Gradients are as they are ...
        new IValue()); // ... and nobody looked for infinite ones.
  }
}
