package org.resnet4j.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Tensors;

/** Judges a network on labelled images, each exactly once. */
public final class Evaluator {
  private static final int WORST = 24;

  private Evaluator() {}

  /** Runs the network in evaluation mode over everything the loader gives. */
  public static Evaluation evaluate(LiveNetwork network, Loader loader, List<String> classes) {
    return evaluate(network, loader, classes, () -> false).orElseThrow();
  }

  /** Judges whatever gives logits, (N, classes), for a batch. */
  public static Evaluation evaluate(
      Function<Batch, float[]> network, Loader loader, List<String> classes) {
    return evaluate(network, loader, classes, () -> false).orElseThrow();
  }

  /** As {@link #evaluate(LiveNetwork, Loader, List)}, or nothing if told to stop before the end. */
  static Optional<Evaluation> evaluate(
      LiveNetwork network, Loader loader, List<String> classes, BooleanSupplier stop) {
    network.train(false);
    return evaluate(batch -> logits(network, batch), loader, classes, stop);
  }

  /** As {@link #evaluate(Function, Loader, List)}, or nothing if told to stop before the end. */
  static Optional<Evaluation> evaluate(
      Function<Batch, float[]> network, Loader loader, List<String> classes, BooleanSupplier stop) {
    Tally tally = new Tally(classes);
    try (Batches batches = loader.epoch(0, 0)) {
      for (Batch batch : batches) {
        if (stop.getAsBoolean()) {
          return Optional.empty();
        }
        tally.add(new Logits(network.apply(batch), classes.size()), batch);
      }
    }
    return Optional.of(tally.evaluation());
  }

  static float[] logits(LiveNetwork network, Batch batch) {
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      return Tensors.floats(network.forward(images(network, batch)));
    }
  }

  /**
   * The pixels of a batch as (N, C, H, W), channels-last, on the network's device; belong to the
   * caller's scope.
   */
  public static Tensor images(LiveNetwork network, Batch batch) {
    Shape shape = shape(network.network().input(), batch);
    Tensor pixels =
        Tensors.of(batch.pixels(), batch.size(), shape.height(), shape.width(), shape.channels());
    return Tensors.on(network.device(), pixels).permute(0, 3, 1, 2);
  }

  /** The network's input, or a square where training is at another size. */
  private static Shape shape(Shape input, Batch batch) {
    int positions = batch.pixels().length / batch.size() / input.channels();
    int side = (int) Math.rint(Math.sqrt(positions));
    return positions == input.positions() ? input : new Shape(input.channels(), side, side);
  }

  static final class Tally {
    private final List<String> classes;
    private final long[][] confusion;
    private final PriorityQueue<Evaluation.Mistake> worst =
        new PriorityQueue<>(Comparator.comparingDouble(Evaluation.Mistake::probability));
    private int images;
    private int mistakes;
    private int top5Mistakes;
    private double lossSum;

    Tally(List<String> classes) {
      this.classes = classes;
      this.confusion = new long[classes.size()][classes.size()];
    }

    void add(Logits logits, Batch batch) {
      for (int row = 0; row < batch.size(); row++) {
        int truth = batch.labels()[row];
        int predicted = logits.best(row);
        images++;
        confusion[truth][predicted]++;
        lossSum -= logits.logProbability(row, truth);
        top5Mistakes += logits.rank(row, truth) < 5 ? 0 : 1;
        if (predicted != truth) {
          mistakes++;
          double probability = Math.exp(logits.logProbability(row, predicted));
          worst.add(new Evaluation.Mistake(batch.indices()[row], truth, predicted, probability));
          if (worst.size() > WORST) {
            worst.poll();
          }
        }
      }
    }

    Evaluation evaluation() {
      List<Evaluation.Mistake> sorted = new ArrayList<>(worst);
      sorted.sort(Comparator.comparingDouble(Evaluation.Mistake::probability).reversed());
      return new Evaluation(
          images, mistakes, lossSum / images, top5Mistakes, classes, confusion, sorted);
    }
  }
}
