package org.resnet4j.train;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.DataException;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.tensor.Tensors;

/**
 * Tells what goes on inside a network between its steps.
 *
 * <p>It only reads: the probed pass runs in evaluation mode, which records no statistics and draws
 * no numbers, on images it opened beside those of the training. A run without it ends with the same
 * bits.
 */
final class Watch {
  /** Two passes over weights and gradients: cheap, but not free. */
  private static final int NORMS = 10;

  /** Beside the end of each epoch, which may be hours away. */
  private static final int BRANCHES = 200;

  private static final int IMAGES = 16;

  private final Setup setup;
  private final LiveNetwork network;
  private final Optimizer optimizer;
  private final Consumer<Event> events;
  private final Map<Unit, Integer> stages;
  private Optional<Batch> images = Optional.empty();
  private boolean opened;

  Watch(Setup setup, LiveNetwork network, Optimizer optimizer, Consumer<Event> events) {
    this.setup = setup;
    this.network = network;
    this.optimizer = optimizer;
    this.events = events;
    this.stages = stages(network.network());
  }

  private static Map<Unit, Integer> stages(Network network) {
    Map<Unit, Integer> stages = new HashMap<>();
    int unit = 0;
    for (int stage = 1; stage <= network.stages().size(); stage++) {
      Stage blocks = network.stages().get(stage - 1);
      for (int end = unit + blocks.blocks().size(); unit < end; unit++) {
        stages.put(network.units().get(unit), stage);
      }
    }
    return stages;
  }

  /** After a step in training mode, in which it leaves the network. */
  void learned(long step, double gradientNorm) {
    if (step % NORMS == 0) {
      events.accept(new Event.Norms(step, gradientNorm, optimizer.weightNorm()));
    }
    if (step % BRANCHES == 0) {
      lookAtBranches(step);
      network.train(true);
    }
  }

  /** After an evaluation; leaves the network in evaluation mode. */
  void judged(int epoch, long step, Evaluation evaluation) {
    if (step % BRANCHES != 0) {
      lookAtBranches(step);
    }
    events.accept(new Event.Judged(epoch, step, evaluation, setup.judged()));
  }

  private void lookAtBranches(long step) {
    if (!opened) {
      opened = true;
      images = open();
    }
    images.ifPresent(batch -> events.accept(new Event.Branches(step, ratios(batch))));
  }

  /** The first images of the run, or none if one cannot be read: training will say so better. */
  private Optional<Batch> open() {
    int size = Math.min(IMAGES, setup.data().train().size());
    try (Loader loader = setup.loaders().watched(size);
        Batches batches = loader.epoch(0, 0)) {
      Batch first = batches.iterator().next();
      // Its pixels lie in a buffer that another batch will use.
      return Optional.of(
          new Batch(first.size(), first.pixels().clone(), first.labels(), first.indices()));
    } catch (DataException unreadable) {
      return Optional.empty();
    }
  }

  private List<Event.Branches.Ratio> ratios(Batch batch) {
    List<Event.Branches.Ratio> ratios = new ArrayList<>();
    Probe probe =
        new Probe() {
          @Override
          public void observe(Unit unit, Pass pass) {
            if (pass.shortcut().defined()) {
              int stage = stages.getOrDefault(unit, 0);
              ratios.add(
                  new Event.Branches.Ratio(
                      unit.name(), stage, ratio(pass.branch(), pass.shortcut())));
            }
          }
        };
    network.train(false);
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      network.forward(Evaluator.images(network, batch), probe);
    }
    return ratios;
  }

  /** The mean over images; those whose shortcut is all zero say nothing. */
  private static double ratio(Tensor branch, Tensor shortcut) {
    float[] above = squares(branch);
    float[] below = squares(shortcut);
    double sum = 0;
    int images = 0;
    for (int image = 0; image < below.length; image++) {
      if (below[image] > 0) {
        sum += Math.sqrt(above[image] / below[image]);
        images++;
      }
    }
    return images == 0 ? Double.NaN : sum / images;
  }

  /** The sum of squares of each image. */
  private static float[] squares(Tensor maps) {
    Tensor rows = maps.to(torch.ScalarType.Float).flatten(1, -1);
    return Tensors.floats(torch.sum(rows.mul(rows), 1));
  }
}
