package org.resnet4j.infer;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.infer.Primitives.Step;

/**
 * A network compiled for one batch size: what runs, and where images go in and results come out.
 *
 * <p>Not for two threads at once.
 */
final class Plan implements AutoCloseable {
  private final Optional<Slices> slices;
  private final Primitives primitives;
  private final int batch;
  private final FloatBuffer pixels;
  private final FloatBuffer features;
  private final @Nullable FloatBuffer logits;

  /**
   * A plan of finished primitives, which it closes.
   *
   * @param slices what runs first, if the batch is sliced there; closed with the plan
   * @param features what the linear layer takes, or the last feature maps; 32-bit floats
   * @param logits nothing for a plan that ends before the linear layer
   */
  Plan(
      Optional<Slices> slices,
      Primitives primitives,
      Maps input,
      Maps features,
      @Nullable Maps logits) {
    this.slices = slices;
    this.primitives = primitives;
    this.batch = (int) input.images();
    this.pixels = primitives.arena().buffer(input).asFloatBuffer();
    this.features = primitives.arena().buffer(features).asFloatBuffer();
    this.logits = logits == null ? null : primitives.arena().buffer(logits).asFloatBuffer();
  }

  /** Images that run together. */
  int batch() {
    return batch;
  }

  /** Where the images go: (N, H, W, C), normalised. */
  FloatBuffer pixels() {
    return pixels.duplicate();
  }

  /** Runs what is in {@link #pixels}. */
  void run() {
    slices.ifPresent(Slices::run);
    primitives.run();
  }

  /** Runs it step by step and tells after each; those of slices once a slice. */
  void run(Consumer<Step> after) {
    slices.ifPresent(first -> first.run(after));
    primitives.run(after);
  }

  /** (N, classes), of the last run. */
  FloatBuffer logits() {
    if (logits == null) {
      throw new IllegalStateException("this plan ends before the linear layer");
    }
    return logits.duplicate();
  }

  /** What the linear layer takes, (N, features); or the last feature maps, (N, H, W, C). */
  FloatBuffer features() {
    return features.duplicate();
  }

  /** What maps stand for, (N, H, W, C); to be read after the step that writes them. */
  FloatBuffer values(Maps maps) {
    ByteBuffer bytes = primitives.arena().buffer(maps);
    Format format = maps.format();
    if (format.equals(Format.FP32)) {
      return bytes.asFloatBuffer();
    }
    FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(maps.count()));
    while (values.hasRemaining()) {
      values.put(
          switch (format.type()) {
            case u8 -> (bytes.get() & 0xff) * format.scale();
            case s8 -> bytes.get() * format.scale();
            default -> Float.intBitsToFloat(bytes.getShort() << 16);
          });
    }
    return values.flip();
  }

  /** The steps in order, for people. */
  List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    slices.ifPresent(first -> steps.addAll(first.steps()));
    steps.addAll(primitives.steps());
    return steps;
  }

  @Override
  public void close() {
    slices.ifPresent(Slices::close);
    primitives.close();
  }
}
