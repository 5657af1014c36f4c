package org.resnet4j.train;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.nn.plan.OperatorTime;
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
  public void watch(boolean on) {
    plan.watch(on);
  }

  @Override
  public List<OperatorTime> operators() {
    return plan.times();
  }

  @Override
  public void close() {
    plan.close();
  }
}
