package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.nn.Wiring;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Evaluator;
import org.resnet4j.train.Logits;

/**
 * Passes of a network in evaluation mode over images, unit by unit: what a unit needed is gone
 * before the next one runs, so that memory does not grow with depth.
 */
final class Passes {
  private final LiveNetwork network;
  private final List<Wiring.Visit> visits;
  private final int classes;

  /** How a network does on labelled images, and where it errs. */
  record Judged(Evaluation evaluation, List<Integer> wrong) {}

  /**
   * Mean cross-entropy over images.
   *
   * @param whole of the network as it is
   * @param without for each unit that was asked for, of the network without it
   */
  record Losses(double whole, List<Double> without) {}

  Passes(LiveNetwork network) {
    this.network = network;
    this.visits = Wiring.whole(network.network()).visits();
    this.classes = network.network().classes();
    network.train(false);
  }

  /**
   * What the network loses by each unit alone. What comes before a unit runs once for all that come
   * after it: half of what as many passes of their own would cost.
   *
   * @param units with identity shortcuts, indices in rising order
   * @param share told after each batch how much is done, from 0 to 1; may throw to stop
   */
  Losses losses(Loader images, List<Integer> units, DoubleConsumer share) {
    double[] sums = new double[units.size() + 1];
    int seen = 0;
    int done = 0;
    try (Batches batches = images.epoch(0, 0)) {
      for (Batch batch : batches) {
        add(batch, units, sums);
        seen += batch.size();
        share.accept((double) ++done / images.batches());
      }
    }
    List<Double> without = new ArrayList<>();
    for (int i = 0; i < units.size(); i++) {
      without.add(sums[i] / seen);
    }
    return new Losses(sums[units.size()] / seen, without);
  }

  private void add(Batch batch, List<Integer> units, double[] sums) {
    try (NoGradGuard constant = new NoGradGuard()) {
      Tensor x = stem(batch);
      try {
        for (int u = 0; u < visits.size(); u++) {
          int asked = units.indexOf(u);
          if (asked >= 0) {
            sums[asked] += loss(rest(x, u + 1), batch);
          }
          Tensor next = unit(x, u);
          x.close();
          x = next;
        }
        sums[units.size()] += loss(rest(x, visits.size()), batch);
      } finally {
        x.close();
      }
    }
  }

  /** Judges the network, each image once. */
  Judged judge(Loader images, List<String> names, DoubleConsumer share) {
    List<Integer> wrong = new ArrayList<>();
    int[] done = {0};
    Evaluation evaluation =
        Evaluator.evaluate(
            batch -> {
              float[] logits = logits(batch);
              Logits said = new Logits(logits, classes);
              for (int row = 0; row < batch.size(); row++) {
                if (said.best(row) != batch.labels()[row]) {
                  wrong.add(batch.indices()[row]);
                }
              }
              share.accept((double) ++done[0] / images.batches());
              return logits;
            },
            images,
            names);
    return new Judged(evaluation, wrong);
  }

  private float[] logits(Batch batch) {
    try (NoGradGuard constant = new NoGradGuard()) {
      Tensor x = stem(batch);
      try {
        return rest(x, 0);
      } finally {
        x.close();
      }
    }
  }

  /** What the first unit takes; the caller closes it. */
  private Tensor stem(Batch batch) {
    try (PointerScope temporaries = new PointerScope()) {
      return kept(network.stem(Evaluator.images(network, batch), Probe.NONE));
    }
  }

  /** What a unit gives; the caller closes it, and what it took. */
  private Tensor unit(Tensor x, int unit) {
    try (PointerScope temporaries = new PointerScope()) {
      return kept(network.through(x, visits.subList(unit, unit + 1), Probe.NONE));
    }
  }

  /** What an operation in place gives is but another name for a tensor that the scope closes. */
  private static Tensor kept(Tensor tensor) {
    return Tensors.keep(tensor.alias());
  }

  /** The logits of what reaches a unit, or the end; {@code x} stays as it is. */
  private float[] rest(Tensor x, int from) {
    Tensor y = x;
    boolean owned = false;
    try {
      for (int u = from; u < visits.size(); u++) {
        Tensor next = unit(y, u);
        if (owned) {
          y.close();
        }
        y = next;
        owned = true;
      }
      try (PointerScope temporaries = new PointerScope()) {
        return Tensors.floats(network.logits(y, Probe.NONE));
      }
    } finally {
      if (owned) {
        y.close();
      }
    }
  }

  private double loss(float[] logits, Batch batch) {
    Logits said = new Logits(logits, classes);
    double sum = 0;
    for (int row = 0; row < batch.size(); row++) {
      sum -= said.logProbability(row, batch.labels()[row]);
    }
    return sum;
  }
}
