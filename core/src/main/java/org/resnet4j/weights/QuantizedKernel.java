package org.resnet4j.weights;

/**
 * The kernel of a convolution or linear layer in 8 bits: each output channel has a scale of its
 * own, its largest magnitude is 127, and zero is zero.
 *
 * <p>{@code scale = max |w| / 127}, or 1 where all are 0; {@code value = w / scale}, rounded half
 * to even. Of a convolution with a batch norm, quantise the folded kernel.
 */
public final class QuantizedKernel {
  private static final int LARGEST = 127;

  private final byte[] values;
  private final float[] scales;

  private QuantizedKernel(byte[] values, float[] scales) {
    this.values = values;
    this.scales = scales;
  }

  /**
   * Quantises a kernel.
   *
   * @param kernel as many values for each output channel, the first channel's first
   * @throws IllegalArgumentException if the channels do not divide it, or a value is not finite
   */
  public static QuantizedKernel of(float[] kernel, int channels) {
    return of(kernel, new float[channels]);
  }

  /**
   * The same with no scale below the least of its channel: where the bias is so much larger than
   * the kernel that it does not fit 32 bits in steps of the kernel's.
   *
   * @param least one for each output channel
   */
  public static QuantizedKernel of(float[] kernel, float[] least) {
    int channels = least.length;
    if (channels < 1 || kernel.length % channels != 0) {
      throw new IllegalArgumentException(
          "a kernel of %d values does not end in %d channels".formatted(kernel.length, channels));
    }
    int row = kernel.length / channels;
    byte[] values = new byte[kernel.length];
    float[] scales = new float[channels];
    for (int c = 0; c < channels; c++) {
      float scale = Math.max(largest(kernel, c, row) / LARGEST, least[c]);
      scales[c] = scale == 0 ? 1 : scale; // Also where so small a number has no 127th part.
      for (int i = c * row; i < (c + 1) * row; i++) {
        double steps = Math.rint((double) kernel[i] / scales[c]);
        // Beyond 127 only where the scale is so small that its own rounding is felt.
        values[i] = (byte) Math.max(-LARGEST, Math.min(steps, LARGEST));
      }
    }
    return new QuantizedKernel(values, scales);
  }

  private static float largest(float[] kernel, int channel, int row) {
    float largest = 0;
    for (int i = channel * row; i < (channel + 1) * row; i++) {
      if (!Float.isFinite(kernel[i])) {
        throw new IllegalArgumentException(
            "output channel %d of a kernel holds %s; only finite values have 8-bit forms"
                .formatted(channel, kernel[i]));
      }
      largest = Math.max(largest, Math.abs(kernel[i]));
    }
    return largest;
  }

  /** The values from -127 to 127, in the order of the kernel; not a copy. */
  public byte[] values() {
    return values;
  }

  /** What one step is worth in each output channel; not a copy. */
  public float[] scales() {
    return scales;
  }
}
