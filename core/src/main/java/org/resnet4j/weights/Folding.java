package org.resnet4j.weights;

/**
 * A batch norm in evaluation, which is {@code scale * x + shift} for each channel, and what becomes
 * of a convolution before it.
 *
 * <p>In double precision: each value is rounded once, where it leaves.
 */
public final class Folding {
  /** What is added to a variance; torchvision's, timm's and the paper's code agree on it. */
  public static final double EPSILON = 1e-5;

  private final double[] scale;
  private final double[] shift;

  /**
   * The norm with these tensors of one value a channel.
   *
   * @throws IllegalArgumentException if they differ in length
   */
  public Folding(float[] weight, float[] bias, float[] mean, float[] variance) {
    int channels = weight.length;
    if (bias.length != channels || mean.length != channels || variance.length != channels) {
      throw new IllegalArgumentException(
          "weight has %d values, bias %d, mean %d and variance %d; a norm has one a channel"
              .formatted(channels, bias.length, mean.length, variance.length));
    }
    scale = new double[channels];
    shift = new double[channels];
    for (int c = 0; c < channels; c++) {
      scale[c] = weight[c] / Math.sqrt(variance[c] + EPSILON);
      shift[c] = bias[c] - mean[c] * scale[c];
    }
  }

  /**
   * The kernel that convolves and normalises at once.
   *
   * @param kernel of the convolution before the norm, as many values for each of its channels
   * @throws IllegalArgumentException if the norm's channels do not divide it
   */
  public float[] kernel(float[] kernel) {
    if (kernel.length % scale.length != 0) {
      throw new IllegalArgumentException(
          "a kernel of %d values does not end in %d channels"
              .formatted(kernel.length, scale.length));
    }
    int row = kernel.length / scale.length;
    float[] folded = new float[kernel.length];
    for (int c = 0; c < scale.length; c++) {
      double factor = scale[c];
      for (int i = c * row; i < (c + 1) * row; i++) {
        folded[i] = (float) (kernel[i] * factor);
      }
    }
    return folded;
  }

  /** The bias that goes with {@link #kernel}, for a convolution that had none. */
  public float[] bias() {
    float[] bias = new float[shift.length];
    for (int c = 0; c < bias.length; c++) {
      bias[c] = (float) shift[c];
    }
    return bias;
  }
}
