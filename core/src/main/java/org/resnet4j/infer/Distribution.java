package org.resnet4j.infer;

import java.nio.FloatBuffer;
import org.resnet4j.weights.model.Quantization.Scale;

/**
 * How the values of one feature map are distributed over the images of a calibration, found in two
 * passes: their range, then how many lie where.
 *
 * <p>Zeros are left out: every scale has a number for them.
 */
final class Distribution {
  private static final int BINS = 2048;
  private static final int SIGNED_STEPS = 127;
  private static final int STEPS = 255;
  private static final double MOST = 0.9999;

  private final float[] chunk = new float[1 << 14];
  private final long[] bins = new long[BINS];
  private float low;
  private float high;
  private long count;

  /** First pass: widens the range. */
  void widen(FloatBuffer values) {
    while (values.hasRemaining()) {
      int length = Math.min(chunk.length, values.remaining());
      values.get(chunk, 0, length);
      for (int i = 0; i < length; i++) {
        low = Math.min(low, chunk[i]);
        high = Math.max(high, chunk[i]);
      }
    }
  }

  /** Second pass: counts magnitudes. */
  void count(FloatBuffer values) {
    float perBin = largest() / BINS;
    while (perBin > 0 && values.hasRemaining()) {
      int length = Math.min(chunk.length, values.remaining());
      values.get(chunk, 0, length);
      for (int i = 0; i < length; i++) {
        if (chunk[i] != 0) {
          bins[Math.min((int) (Math.abs(chunk[i]) / perBin), BINS - 1)]++;
          count++;
        }
      }
    }
  }

  private float largest() {
    return Math.max(-low, high);
  }

  private boolean signed() {
    return low < 0;
  }

  /** The scale whose last step is the largest magnitude. */
  Scale minMax() {
    return scale(largest());
  }

  /** The scale that cuts one value in ten thousand. */
  Scale percentile() {
    long kept = 0;
    int bin = 0;
    while (bin < BINS && kept < MOST * count) {
      kept += bins[bin++];
    }
    return scale(largest() * bin / BINS);
  }

  /**
   * The scale under which the cut and rounded values are distributed most as the values are: the
   * least Kullback-Leibler divergence over all places to cut.
   */
  Scale entropy() {
    int levels = (signed() ? SIGNED_STEPS : STEPS) + 1;
    double least = Double.POSITIVE_INFINITY;
    int best = BINS;
    for (int kept = levels; kept <= BINS; kept += 8) {
      double divergence = divergence(kept, levels);
      if (divergence < least) {
        least = divergence;
        best = kept;
      }
    }
    return scale(largest() * best / BINS);
  }

  /** Of the values cut behind a bin, from the same spread evenly over what each level holds. */
  private double divergence(int kept, int levels) {
    long cut = 0;
    for (int bin = kept; bin < BINS; bin++) {
      cut += bins[bin];
    }
    double sum = 0;
    for (int level = 0; level < levels; level++) {
      int from = (int) ((long) level * kept / levels);
      int to = (int) ((long) (level + 1) * kept / levels);
      long inLevel = 0;
      int filled = 0;
      for (int bin = from; bin < to; bin++) {
        inLevel += bins[bin];
        filled += bins[bin] > 0 ? 1 : 0;
      }
      for (int bin = from; bin < to; bin++) {
        long here = bins[bin] + (bin == kept - 1 ? cut : 0);
        if (here > 0) {
          // A bin that holds only what was cut has no share of the level; one value stands for it.
          double spread = bins[bin] > 0 ? (double) inLevel / filled : 1;
          sum += here * Math.log(here / spread);
        }
      }
    }
    // Both sides as shares: the second lacks what was cut.
    return count == 0 || count == cut ? 0 : sum / count + Math.log((double) (count - cut) / count);
  }

  private Scale scale(float largest) {
    float step = largest / (signed() ? SIGNED_STEPS : STEPS);
    return new Scale(step > 0 && Float.isFinite(step) ? step : 1, signed());
  }
}
