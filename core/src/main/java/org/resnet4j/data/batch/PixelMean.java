package org.resnet4j.data.batch;

import java.util.Arrays;

/**
 * The mean of every pixel over a training set, as arXiv 1512.03385, section 4.2 subtracts it.
 *
 * @param values H x W x C means of pixels from 0 to 1, or none: the channel means are subtracted
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody may change it; equality compares the values.
public record PixelMean(float[] values) {
  /** No mean per pixel. */
  public static final PixelMean NONE = new PixelMean(new float[0]);

  /** Whether there is one. */
  public boolean isPresent() {
    return values.length > 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PixelMean mean && Arrays.equals(values, mean.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return isPresent() ? "PixelMean[%d values]".formatted(values.length) : "PixelMean[none]";
  }
}
