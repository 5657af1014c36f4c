package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How long the paths are that carry the gradient from the loss to the image; arXiv 1605.06431,
 * section 4.3 and figure 6.
 *
 * <p>Of L units with two ways, a path of length k takes k branches and L - k shortcuts: there are
 * "L over k" of them. The gradient that comes along one alone, measured on drawn paths, times their
 * number says which lengths the gradient comes from.
 *
 * @param units L
 * @param lengths every length from 0 to L
 * @param pathsFrom between here and {@code pathsTo} lie 95 % of all paths
 * @param gradientFrom between here and {@code gradientTo} comes 95 % of the gradient from; null if
 *     none arrived, as {@code gradientTo}
 */
public record LensPaths(
    int units,
    List<Length> lengths,
    int pathsFrom,
    int pathsTo,
    @Nullable Integer gradientFrom,
    @Nullable Integer gradientTo) {
  /** What is left out at each end of a range: together 5 %. */
  private static final double TAIL = 0.025;

  /** Above so many lengths, only some are measured. */
  private static final int MOST_MEASURED = 25;

  public LensPaths {
    lengths = List.copyOf(lengths);
  }

  /**
   * Paths of one length.
   *
   * @param length branches on the way
   * @param paths the share of all paths that have it
   * @param gradient the norm of the gradient of an image's loss, at the image, that comes along one
   *     path: root mean square over images, mean over drawn paths; between the lengths that were
   *     measured by interpolation of its logarithm
   * @param low the least of the measured paths; null where none was measured
   * @param high the largest of the measured paths; null where none was measured
   * @param share of the gradient that comes along all paths of this length; null if none arrived
   */
  public record Length(
      int length,
      double paths,
      double gradient,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable Double share) {}

  /**
   * What was measured at one length.
   *
   * @param gradients root-mean-square norm over the images of a batch, for each drawn path
   */
  record Measured(int length, List<Double> gradients) {
    Measured {
      gradients = List.copyOf(gradients);
    }

    double mean() {
      return gradients.stream().mapToDouble(g -> g).average().orElse(0);
    }
  }

  /** The lengths to measure in a network of so many units with two ways. */
  static List<Integer> measured(int units) {
    int steps = Math.min(units, MOST_MEASURED - 1);
    return IntStream.rangeClosed(0, steps)
        .map(i -> steps == 0 ? 0 : (int) Math.round((double) i * units / steps))
        .boxed()
        .toList();
  }

  /**
   * Puts together what was measured.
   *
   * @param measured by rising length, the first 0, the last {@code units}
   */
  static LensPaths of(int units, List<Measured> measured) {
    double[] paths = shareOfPaths(units);
    double[] gradients = gradients(units, measured);
    double[] carried = new double[units + 1];
    for (int k = 0; k <= units; k++) {
      carried[k] = paths[k] * gradients[k];
    }
    double whole = sum(carried);
    boolean arrived = whole > 0 && Double.isFinite(whole);
    List<Length> lengths = new ArrayList<>();
    for (int k = 0; k <= units; k++) {
      lengths.add(length(k, paths[k], gradients[k], arrived ? carried[k] / whole : null, measured));
    }
    return new LensPaths(
        units,
        lengths,
        reaches(paths, TAIL),
        reaches(paths, 1 - TAIL),
        arrived ? reaches(carried, TAIL) : null,
        arrived ? reaches(carried, 1 - TAIL) : null);
  }

  private static Length length(
      int k, double paths, double gradient, @Nullable Double share, List<Measured> measured) {
    for (Measured one : measured) {
      if (one.length() == k) {
        double low = one.gradients().stream().mapToDouble(g -> g).min().orElse(gradient);
        double high = one.gradients().stream().mapToDouble(g -> g).max().orElse(gradient);
        return new Length(k, paths, gradient, low, high, share);
      }
    }
    return new Length(k, paths, gradient, null, null, share);
  }

  /** The first length at which this share of the whole is reached. */
  private static int reaches(double[] parts, double share) {
    double wanted = share * sum(parts);
    double sum = 0;
    for (int k = 0; k < parts.length; k++) {
      sum += parts[k];
      if (sum >= wanted) {
        return k;
      }
    }
    return parts.length - 1;
  }

  /** Binomial coefficients over their sum; by logarithms, as they leave the range of a double. */
  static double[] shareOfPaths(int units) {
    double[] shares = new double[units + 1];
    double log = -units * Math.log(2);
    for (int k = 0; k <= units; k++) {
      shares[k] = Math.exp(log);
      log += Math.log((double) (units - k) / (k + 1));
    }
    return shares;
  }

  private static double[] gradients(int units, List<Measured> measured) {
    double[] gradients = new double[units + 1];
    for (int i = 0; i + 1 < measured.size(); i++) {
      Measured before = measured.get(i);
      Measured after = measured.get(i + 1);
      for (int k = before.length(); k <= after.length(); k++) {
        double part = (double) (k - before.length()) / (after.length() - before.length());
        gradients[k] = between(before.mean(), after.mean(), part);
      }
    }
    if (measured.size() == 1) {
      gradients[0] = measured.get(0).mean();
    }
    return gradients;
  }

  /** Along a straight line of logarithms, or of the values where one is 0. */
  private static double between(double from, double to, double part) {
    if (part == 0 || part == 1) {
      return part == 0 ? from : to;
    }
    return from > 0 && to > 0 ? from * Math.pow(to / from, part) : from + part * (to - from);
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
