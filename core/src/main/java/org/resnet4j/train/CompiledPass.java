package org.resnet4j.train;

import org.bytedeco.pytorch.Tensor;
import org.resnet4j.nn.plan.TrainingPlan;

/** The way of a compiled program, which it owns. */
record CompiledPass(TrainingPlan plan) implements Pass {
  @Override
  public Tensor forward(Tensor images) {
    return plan.forward(images);
  }

  @Override
  public void backward(Tensor loss) {
    plan.backward(loss);
  }

  @Override
  public void close() {
    plan.close();
  }
}
