package org.resnet4j.infer;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.resnet4j.arch.Shape;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.onnx.OnnxFile.Form;
import org.resnet4j.weights.onnx.OnnxFile.Quantized;

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
   * Of a file in 8 bits; rounding is no fault. The published CIFAR weights of ResNet-20 and -56,
   * calibrated by minimum and maximum on 256 photos, differ by up to 0.06 on such images, and a
   * fault (another layer's scale, a channel off) by about the whole range.
   */
  static final double TOLERANCE_IN_8_BITS = 0.2;

  private static final int IMAGES = 2;
  private static final long SEED = 1;

  public boolean passed() {
    return difference <= tolerance;
  }

  /** Nothing unless ONNX Runtime is on the class path. */
  static Optional<OnnxCheck> of(
      Path file, LiveNetwork network, ModelConfig config, float[] pixelMean, Form form) {
    boolean present = OnnxCheck.class.getResource("/ai/onnxruntime/OrtEnvironment.class") != null;
    if (!present) {
      return Optional.empty();
    }
    OnnxCheck check = of(file, network, config, pixelMean, IMAGES);
    return Optional.of(form instanceof Quantized ? check.in8Bits() : check);
  }

  OnnxCheck in8Bits() {
    return new OnnxCheck(runtime, difference, TOLERANCE_IN_8_BITS);
  }

  static OnnxCheck of(
      Path file, LiveNetwork network, ModelConfig config, float[] pixelMean, int count) {
    Shape shape = network.network().input();
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
      double difference = difference(actual, logits(network, ours, count));
      return new OnnxCheck(runtime.version(), difference, TOLERANCE);
    }
  }

  private static float[] logits(LiveNetwork network, float[] images, int count) {
    Shape shape = network.network().input();
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      return Tensors.floats(
          network.forward(
              Tensors.of(images, count, shape.channels(), shape.height(), shape.width())));
    }
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
