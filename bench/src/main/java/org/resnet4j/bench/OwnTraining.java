package org.resnet4j.bench;

import java.nio.FloatBuffer;
import java.util.List;
import org.resnet4j.arch.Parameter;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.StepPart;
import org.resnet4j.train.StepTrial;

/** Our own step, its batch in place. */
record OwnTraining(StepTrial trial) implements TrainingContestant {
  static OwnTraining of(TrainingJob job, Model model) {
    return new OwnTraining(
        new StepTrial(
            job.recipe(),
            model.network(),
            (Parameter parameter, FloatBuffer values) ->
                values.put(model.weights().apply(parameter)),
            job.images(model.network())));
  }

  @Override
  public String version() {
    return Engine.describe();
  }

  @Override
  public double step() {
    return trial.step();
  }

  @Override
  public List<StepPart> parts(int steps) {
    return trial.parts(steps);
  }

  @Override
  public void close() {
    trial.close();
  }
}
