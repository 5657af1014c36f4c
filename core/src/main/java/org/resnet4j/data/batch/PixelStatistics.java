package org.resnet4j.data.batch;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;

/** Exact sums over the pixels of a sample of a training set. */
final class PixelStatistics {
  /** Keeps a set of one constant colour usable: a step of one in 255. */
  private static final double SMALLEST_STD = 1 / 255.0;

  private final Preprocessing neutral;
  private final long[] sums;
  private final long[] squares;
  private int images;

  private PixelStatistics(Shape input) {
    List<Double> zeros = new ArrayList<>();
    List<Double> ones = new ArrayList<>();
    for (int channel = 0; channel < input.channels(); channel++) {
      zeros.add(0.0);
      ones.add(1.0);
    }
    int side = Math.min(input.height(), input.width());
    neutral = new Preprocessing(input, side, Interpolation.BILINEAR, zeros, ones);
    sums = new long[(int) input.size()];
    squares = new long[input.channels()];
  }

  static PixelStatistics of(Dataset train, Shape input, int most) {
    if (most < 1) {
      throw new IllegalArgumentException("images = %d: must be at least 1".formatted(most));
    }
    PixelStatistics statistics = new PixelStatistics(input);
    int count = Math.min(most, train.size());
    for (int i = 0; i < count; i++) {
      statistics.add(train.image((int) ((long) i * train.size() / count)));
    }
    return statistics;
  }

  private void add(Image image) {
    byte[] pixels = neutral.fit(image).pixels();
    int channels = squares.length;
    for (int i = 0; i < pixels.length; i += channels) {
      for (int channel = 0; channel < channels; channel++) {
        int value = pixels[i + channel] & 0xff;
        sums[i + channel] += value;
        squares[channel] += (long) value * value;
      }
    }
    images++;
  }

  Preprocessing perChannel() {
    return withMean(PixelMean.NONE);
  }

  Preprocessing perPixel() {
    float[] means = new float[sums.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) (sums[i] / 255.0 / images);
    }
    return withMean(new PixelMean(means));
  }

  private Preprocessing withMean(PixelMean pixelMean) {
    List<Double> means = new ArrayList<>();
    List<Double> stds = new ArrayList<>();
    double count = (double) images * neutral.input().positions();
    for (int channel = 0; channel < squares.length; channel++) {
      double sum = 0;
      for (int i = channel; i < sums.length; i += squares.length) {
        sum += sums[i];
      }
      double mean = sum / count;
      double variance = Math.max(0, squares[channel] / count - mean * mean);
      means.add(mean / 255);
      stds.add(Math.max(SMALLEST_STD, Math.sqrt(variance) / 255));
    }
    return new Preprocessing(
        neutral.input(), neutral.resize(), neutral.interpolation(), means, stds, pixelMean);
  }
}
