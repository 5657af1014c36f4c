package org.resnet4j.infer;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.resnet4j.tensor.Processor;

/** The numbers that a network computes in when it is used. */
public enum InferencePrecision {
  /** The fastest that the processor has and the model allows: int8, then bf16, then fp32. */
  AUTO,
  /** 32-bit floats. */
  FP32,
  /** 16-bit brain floats; what leaves the network is fp32. */
  BF16,
  /** 8-bit integers, for models that {@link Quantizer} has calibrated. */
  INT8;

  /**
   * The precision of that name.
   *
   * @throws IllegalArgumentException for an unknown one
   */
  public static InferencePrecision named(String name) {
    return Arrays.stream(values())
        .filter(precision -> precision.id().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException("precision = %s: must be %s".formatted(name, all())));
  }

  private static String all() {
    String ids =
        Arrays.stream(values()).map(InferencePrecision::id).collect(Collectors.joining(", "));
    return ids.replaceAll(", (\\w+)$", " or $1");
  }

  /** As the command line and files write it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What this comes to on a processor.
   *
   * @param quantized whether the model has been calibrated for 8 bits
   * @throws IllegalArgumentException if the processor or the model lacks what this needs; says what
   *     that is, and the best there is
   */
  InferencePrecision on(Processor processor, boolean quantized) {
    InferencePrecision best =
        quantized && processor.computesInInt8() ? INT8 : processor.computesInBf16() ? BF16 : FP32;
    if (this == AUTO) {
      return best;
    }
    if (this == BF16 && !processor.computesInBf16()) {
      throw lacking("avx512_bf16 (or amx_bf16)", best);
    }
    if (this == INT8 && !processor.computesInInt8()) {
      throw lacking("avx512_vnni (or avx_vnni)", best);
    }
    if (this == INT8 && !quantized) {
      throw new IllegalArgumentException(
          "precision = int8: the model is not quantised; do that with resnet4j quantize MODEL --data D,"
              + " or use %s, the best it has".formatted(best.id()));
    }
    return this;
  }

  private IllegalArgumentException lacking(String flag, InferencePrecision best) {
    return new IllegalArgumentException(
        "precision = %s: this processor lacks %s; use %s, the best it has"
            .formatted(id(), flag, best.id()));
  }
}
