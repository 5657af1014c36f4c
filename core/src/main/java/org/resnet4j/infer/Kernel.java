package org.resnet4j.infer;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.resnet4j.weights.QuantizedKernel;

/**
 * The weights of a convolution or a linear layer and their bias, read when they are first asked
 * for: plans that find them packed ask never.
 */
final class Kernel {
  private final Supplier<Folded> source;
  private @Nullable Folded folded;
  private @Nullable QuantizedKernel narrow;

  /** Values in the layout of the state dict, and one bias an output. */
  @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
  record Folded(float[] values, float[] bias) {}

  Kernel(Supplier<Folded> source) {
    this.source = source;
  }

  private Folded folded() {
    if (folded == null) {
      folded = source.get();
    }
    return folded;
  }

  float[] values() {
    return folded().values;
  }

  /** What the bias is in numbers of that format. */
  float[] bias(Format to) {
    float[] bias = folded().bias.clone();
    for (int i = 0; i < bias.length; i++) {
      bias[i] /= to.scale();
    }
    return bias;
  }

  /** The values in 8 bits. */
  byte[] numbers() {
    return narrow().values();
  }

  /** What each output's numbers stand for, times a factor. */
  float[] scales(float factor) {
    float[] scales = narrow().scales().clone();
    for (int i = 0; i < scales.length; i++) {
      scales[i] *= factor;
    }
    return scales;
  }

  private QuantizedKernel narrow() {
    if (narrow == null) {
      narrow = QuantizedKernel.of(folded().values, folded().bias.length);
    }
    return narrow;
  }
}
