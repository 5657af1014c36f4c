package org.resnet4j.infer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Stage;
import org.resnet4j.infer.Primitives.Step;

/**
 * The first units of a plan, which run for a slice of the batch after the other: feature maps are
 * large there, and those of a slice stay in the processor's cache from one layer to the next.
 */
final class Slices implements AutoCloseable {
  /**
   * As much of feature maps as stays in a cache of 32 MB with the others of its unit and weights.
   */
  private static final long CACHED = 8 << 20;

  /** Maps of a batch below this are not worth a copy. */
  private static final long LARGE = 8 << 20;

  private final Primitives primitives;
  private final Maps input;
  private final Maps output;
  private final Maps whole;
  private final List<BytePointer> sources = new ArrayList<>();
  private final List<BytePointer> targets = new ArrayList<>();

  /**
   * How a plan is sliced.
   *
   * @param units how many of the first run in slices
   * @param images of a slice; divides the batch
   */
  record Size(int units, int images) {
    /** Nothing where the batch is best in one piece. */
    static Optional<Size> of(Network network, int batch, int bytes) {
      int units = 0;
      long largest = 0;
      int next = 0;
      for (Stage stage : network.stages()) {
        next += stage.blocks().size();
        long maps = bytes * network.units().get(next - 1).out().size();
        if (maps * batch < LARGE) {
          break;
        }
        largest = Math.max(largest, maps);
        units = next;
      }
      int images = batch;
      while (images % 2 == 0 && images * largest > CACHED) {
        images /= 2;
      }
      return units == 0 || images == batch
          ? Optional.empty()
          : Optional.of(new Size(units, images));
    }
  }

  /**
   * Primitives that are complete, which this closes.
   *
   * @param input of a slice
   * @param images of the whole batch
   * @param output of a slice, written by the last step alone
   * @param whole of the whole batch
   * @param owner of what the last two lie in
   */
  Slices(Primitives primitives, Maps input, Maps images, Maps output, Maps whole, Arena owner) {
    this.primitives = primitives;
    this.input = input;
    this.output = output;
    this.whole = whole;
    for (long from = 0; from < images.images(); from += input.images()) {
      sources.add(owner.pointer(images, from));
      targets.add(owner.pointer(whole, from));
    }
  }

  /** What the slices make, of the whole batch. */
  Maps whole() {
    return whole;
  }

  List<Step> steps() {
    return primitives.steps();
  }

  void run() {
    for (int i = 0; i < sources.size(); i++) {
      turnTo(i);
      primitives.run();
    }
  }

  void run(Consumer<Step> after) {
    for (int i = 0; i < sources.size(); i++) {
      turnTo(i);
      primitives.run(after);
    }
  }

  private void turnTo(int slice) {
    input.values().set_data_handle(sources.get(slice));
    output.values().set_data_handle(targets.get(slice));
  }

  @Override
  public void close() {
    primitives.close();
  }
}
