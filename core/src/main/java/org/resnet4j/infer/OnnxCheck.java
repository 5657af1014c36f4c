package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.weights.model.ModelConfig;

/**
 * What ONNX Runtime made of a file, beside what the network itself did with the same images.
 *
 * @param runtime the version of ONNX Runtime
 * @param difference the largest between two logits, as a part of the range of all logits
 * @param tolerance the largest difference that is not a fault
 */
public record OnnxCheck(String runtime, double difference, double tolerance) {
  /** Ten times what other orders of the same sums make. */
  static final double TOLERANCE = 1e-4;

  /**
   * Of a file in 8 bits beside a plan in 8 bits. ONNX rounds a branch before it is added and a plan
   * does not, and both round halves as their additions fall; that makes up to 0.03 in the published
   * CIFAR weights of ResNet-20 and -56 and in small networks of each kind.
   */
  static final double TOLERANCE_IN_8_BITS = 0.06;

  /** The same beside floats, where the processor has no 8-bit products: all rounding is in it. */
  static final double TOLERANCE_OF_8_BITS = 0.25;

  private static final int IMAGES = 2;
  private static final long SEED = 1;

  public boolean passed() {
    return difference <= tolerance;
  }

  /** Who says what the logits should be. */
  @FunctionalInterface
  interface Reference {
    /** (N, classes) of N images, (N, C, H, W). */
    float[] logits(float[] images, int count);
  }

  /** Whether ONNX Runtime is on the class path. */
  static boolean possible() {
    return OnnxCheck.class.getResource("/ai/onnxruntime/OrtEnvironment.class") != null;
  }

  static OnnxCheck of(
      Path file, Reference network, ModelConfig config, float[] pixelMean, double tolerance) {
    return of(file, network, config, pixelMean, tolerance, IMAGES);
  }

  static OnnxCheck of(
      Path file,
      Reference network,
      ModelConfig config,
      float[] pixelMean,
      double tolerance,
      int count) {
    Shape shape = config.network().input();
    float[] theirs = new float[Math.toIntExact(count * shape.size())];
    float[] ours = new float[theirs.length];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < ours.length; i++) {
      int position = (int) (i % shape.size());
      int channel = (int) (position / shape.positions());
      double mean = config.mean().get(channel);
      double std = config.std().get(channel);
      double pixel = random.nextDouble();
      ours[i] = (float) ((pixel - (pixelMean.length > 0 ? pixelMean[position] : mean)) / std);
      // Where there is a mean for each pixel, the file takes it itself.
      theirs[i] = pixelMean.length > 0 ? (float) (pixel / std) : ours[i];
    }
    try (OnnxRuntime runtime = new OnnxRuntime(file)) {
      float[] actual = runtime.logits(theirs, count, shape);
      double difference = difference(actual, network.logits(ours, count));
      return new OnnxCheck(runtime.version(), difference, tolerance);
    }
  }

  /** A network in floats. */
  static Reference of(LiveNetwork network) {
    Shape shape = network.network().input();
    return (images, count) -> {
      try (PointerScope temporaries = new PointerScope();
          NoGradGuard constant = new NoGradGuard()) {
        return Tensors.floats(
            network.forward(
                Tensors.of(images, count, shape.channels(), shape.height(), shape.width())));
      }
    };
  }

  /** A plan for one image. */
  static Reference of(Plan plan, Shape shape) {
    return (images, count) -> {
      int size = Math.toIntExact(shape.size());
      int positions = Math.toIntExact(shape.positions());
      int classes = plan.logits().remaining();
      float[] logits = new float[count * classes];
      for (int image = 0; image < count; image++) {
        FloatBuffer pixels = plan.pixels();
        for (int i = 0; i < size; i++) {
          int channel = i % shape.channels();
          pixels.put(images[image * size + channel * positions + i / shape.channels()]);
        }
        plan.run();
        plan.logits().get(logits, image * classes, classes);
      }
      return logits;
    };
  }

  private static double difference(float[] actual, float[] expected) {
    double largest = 0;
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
      low = Math.min(low, expected[i]);
      high = Math.max(high, expected[i]);
    }
    return largest == 0 ? 0 : largest / (high - low);
  }
}
