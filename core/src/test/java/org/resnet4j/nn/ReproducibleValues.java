package org.resnet4j.nn;

import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import org.resnet4j.arch.Parameter;

/** Values that follow from a tensor's name alone; the twin of {@code parity.py}. */
public final class ReproducibleValues {
  private ReproducibleValues() {}

  /** A tensor of the state dict, scaled by its role so that signals keep their size. */
  public static float[] fill(Parameter parameter) {
    double bound = Math.sqrt(6 / (double) fanIn(parameter));
    int count = Math.toIntExact(parameter.size());
    return switch (parameter.role()) {
      case CONVOLUTION_WEIGHT, LINEAR_WEIGHT -> fill(parameter.name(), count, 0, bound);
      case NORM_WEIGHT -> fill(parameter.name(), count, 1, 0.5);
      case RUNNING_VARIANCE -> fill(parameter.name(), count, 1.25, 0.75);
      case CONVOLUTION_BIAS, GATE_BIAS, NORM_BIAS, LINEAR_BIAS, RUNNING_MEAN ->
          fill(parameter.name(), count, 0, 0.25);
      case BATCHES_TRACKED -> new float[count];
    };
  }

  /** As a source of a live network. */
  public static void put(Parameter parameter, FloatBuffer values) {
    values.put(fill(parameter));
  }

  /** Values in [-1, 1). */
  static float[] fill(String name, int count) {
    return fill(name, count, 0, 1);
  }

  private static float[] fill(String name, int count, double middle, double bound) {
    float[] values = new float[count];
    long seed = seed(name);
    for (int i = 0; i < count; i++) {
      values[i] = (float) (middle + bound * value(seed, i));
    }
    return values;
  }

  private static long fanIn(Parameter parameter) {
    return parameter.shape().stream()
        .skip(1)
        .mapToLong(Integer::longValue)
        .reduce(1, (a, b) -> a * b);
  }

  /** FNV-1a. */
  private static long seed(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.US_ASCII)) {
      hash = (hash ^ b) * 0x100000001B3L;
    }
    return hash;
  }

  /** SplitMix64: the top 24 bits, so that a float holds the value exactly. */
  private static double value(long seed, int index) {
    long z = seed + (index + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (z >>> 40) * 0x1p-23 - 1;
  }
}
