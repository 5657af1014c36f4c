package org.resnet4j.bench;

import java.util.SplittableRandom;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;

/** Weights and images that follow from a seed, the same in every process. */
final class GeneratedValues {
  private GeneratedValues() {}

  /** A tensor of the state dict, scaled by its role so that signals keep their size. */
  static float[] weights(Parameter parameter, long seed) {
    double bound = Math.sqrt(6 / fanIn(parameter));
    return switch (parameter.role()) {
      case CONVOLUTION_WEIGHT, LINEAR_WEIGHT -> values(parameter, seed, 0, bound);
      case NORM_WEIGHT -> values(parameter, seed, 1, 0.5);
      case RUNNING_VARIANCE -> values(parameter, seed, 1.25, 0.75);
      case CONVOLUTION_BIAS, GATE_BIAS, NORM_BIAS, LINEAR_BIAS, RUNNING_MEAN ->
          values(parameter, seed, 0, 0.25);
      case BATCHES_TRACKED -> new float[1];
    };
  }

  private static double fanIn(Parameter parameter) {
    return parameter.shape().stream()
        .skip(1)
        .mapToDouble(Integer::doubleValue)
        .reduce(1, (a, b) -> a * b);
  }

  private static float[] values(Parameter parameter, long seed, double middle, double bound) {
    SplittableRandom random =
        new SplittableRandom(seed ^ ((long) parameter.name().hashCode() << 32));
    float[] values = new float[Math.toIntExact(parameter.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (middle + bound * (2 * random.nextDouble() - 1));
    }
    return values;
  }

  /** Normalised images of random pixels, (N, H, W, C). */
  static float[] images(int batch, Shape shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] pixels = new float[Math.toIntExact(batch * shape.size())];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (4 * random.nextDouble() - 2);
    }
    return pixels;
  }

  /** The same images as (N, C, H, W). */
  static float[] channelsFirst(float[] images, Shape shape) {
    int channels = shape.channels();
    int positions = Math.toIntExact(shape.positions());
    float[] moved = new float[images.length];
    for (int i = 0; i < images.length; i++) {
      int image = i / (channels * positions);
      int position = i / channels % positions;
      moved[(image * channels + i % channels) * positions + position] = images[i];
    }
    return moved;
  }
}
