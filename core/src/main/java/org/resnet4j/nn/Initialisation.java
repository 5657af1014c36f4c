package org.resnet4j.nn;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.resnet4j.arch.Parameter;

/**
 * The values that parameters start with, a function of seed and name alone.
 *
 * <p>Kernels: normal with variance 2 / (out x kernel x kernel), arXiv 1502.01852, as torchvision's
 * {@code kaiming_normal_(mode="fan_out")}. The linear layer: uniform within 1 / sqrt(in), PyTorch's
 * default. Since each parameter has its own stream, a network and its plain twin start with the
 * same branches, and the bits do not depend on machine or thread.
 */
final class Initialisation {
  // What works best in arXiv 1603.05027, table 1.
  private static final float GATE_BIAS = -6;

  private Initialisation() {}

  /**
   * The first values of a parameter, row by row.
   *
   * @param features inputs of the linear layer
   */
  static float[] values(Parameter parameter, long seed, int features) {
    float[] values = new float[Math.toIntExact(parameter.size())];
    SplittableRandom random = new SplittableRandom(seed * 31 + hash(parameter.name()));
    switch (parameter.role()) {
      case CONVOLUTION_WEIGHT -> {
        int out = parameter.shape().get(0);
        int kernel = parameter.shape().get(2) * parameter.shape().get(3);
        fillNormal(values, Math.sqrt(2.0 / ((double) out * kernel)), random);
      }
      case LINEAR_WEIGHT, LINEAR_BIAS -> {
        double bound = 1 / Math.sqrt(features);
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
      }
      case NORM_WEIGHT, RUNNING_VARIANCE -> Arrays.fill(values, 1);
      case GATE_BIAS -> Arrays.fill(values, GATE_BIAS);
      case CONVOLUTION_BIAS, NORM_BIAS, RUNNING_MEAN, BATCHES_TRACKED -> {}
    }
    return values;
  }

  /** Marsaglia's polar method; StrictMath, so that every JVM gives the same bits. */
  private static void fillNormal(float[] values, double deviation, SplittableRandom random) {
    for (int i = 0; i < values.length; i += 2) {
      double u;
      double v;
      double s;
      do {
        u = 2 * random.nextDouble() - 1;
        v = 2 * random.nextDouble() - 1;
        s = u * u + v * v;
      } while (s >= 1 || s == 0);
      double factor = deviation * Math.sqrt(-2 * StrictMath.log(s) / s);
      values[i] = (float) (u * factor);
      if (i + 1 < values.length) {
        values[i + 1] = (float) (v * factor);
      }
    }
  }

  private static long hash(String name) {
    long hash = 0xcbf29ce484222325L; // FNV-1a, 64 bits
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }
}
