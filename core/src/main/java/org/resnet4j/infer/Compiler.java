package org.resnet4j.infer;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Network;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.model.Quantization;

/**
 * Compiles a network into plans that share its packed weights.
 *
 * <p>Safe for any number of threads; plans are closed before it.
 */
final class Compiler implements AutoCloseable {
  private final Network network;
  private final Function<String, float[]> weights;
  private final Format wide;
  private final @Nullable Quantization quantization;
  private final Constants constants = new Constants();

  /**
   * A compiler for one precision.
   *
   * @param weights the values of each tensor by its name in {@link Network#state}
   * @param precision of all that is not in 8 bits
   * @param quantization what is in 8 bits; nothing for a plan without
   */
  Compiler(
      Network network,
      Function<String, float[]> weights,
      Precision precision,
      @Nullable Quantization quantization) {
    this.network = network;
    this.weights = weights;
    this.wide = precision == Precision.FP32 ? Format.FP32 : Format.BF16;
    this.quantization = quantization;
  }

  /** A plan from images to logits. */
  Plan plan(int batch) {
    int bytes = quantization == null ? wide.bytes() : 1;
    Optional<Slices.Size> size = Slices.Size.of(network, batch, bytes);
    return size.isPresent()
        ? compilation(true).sliced(batch, size.get(), compilation(true))
        : compilation(true).whole(batch);
  }

  /** The same without fused additions, so that each layer has a result of its own to look at. */
  Plan observable(int batch) {
    return compilation(false).whole(batch);
  }

  /** A plan from images to the feature maps of a stage, counted from 1. */
  Plan stage(int stage, int batch) {
    return compilation(true).stage(stage, batch);
  }

  private Compilation compilation(boolean fusing) {
    return new Compilation(network, weights, wide, quantization, new Primitives(constants), fusing);
  }

  @Override
  public void close() {
    constants.close();
  }
}
