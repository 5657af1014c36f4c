package org.resnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.resnet4j.infer.CompiledNetwork;

/** A compiled plan, its images in place. */
record OwnContestant(CompiledNetwork network) implements Contestant {
  static OwnContestant of(Job job, Model model) {
    CompiledNetwork network =
        CompiledNetwork.compile(
            model.network(),
            model.byName(),
            job.precision(),
            job.precision().equals("int8") ? Optional.of(model.quantization()) : Optional.empty(),
            job.batch(),
            job.threads());
    network.pixels().put(job.images(model.network().input()));
    return new OwnContestant(network);
  }

  @Override
  public String version() {
    return CompiledNetwork.engine();
  }

  @Override
  public void run() {
    network.run();
  }

  @Override
  public float[] logits() {
    return network.run();
  }

  @Override
  public List<StepTime> steps() {
    List<CompiledNetwork.Step> steps = network.steps();
    double[] times = network.times();
    List<StepTime> timed = new ArrayList<>();
    for (int i = 0; i < times.length; i++) {
      CompiledNetwork.Step step = steps.get(i);
      timed.add(new StepTime(step.name(), step.operator(), step.reorder(), times[i]));
    }
    return timed;
  }

  @Override
  public void close() {
    network.close();
  }
}
