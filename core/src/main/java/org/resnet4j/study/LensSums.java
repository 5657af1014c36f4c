package org.resnet4j.study;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * What went through a network, in sums over images that can be added up.
 *
 * @param units in their order
 * @param norms every batch norm, in the order they ran
 * @param relus every ReLU, in the order they ran
 */
record LensSums(List<OfUnit> units, List<OfNorm> norms, List<OfRelu> relus) {
  LensSums {
    units = List.copyOf(units);
    norms = List.copyOf(norms);
    relus = List.copyOf(relus);
  }

  /**
   * Of a unit; what concerns the shortcut is zero in a plain one.
   *
   * @param values of the branch's output
   * @param branch their sum
   * @param shortcut the sum of what is added to them
   * @param ratios images whose shortcut is not all zero
   * @param ratio the sum of norms of the branch over norms of the shortcut, of those images
   * @param images of all
   * @param cosine the sum of cosines of branch and shortcut; 0 where one is all zero
   * @param byBranch the squared norm of the gradient that arrives through the branch
   * @param byShortcut the squared norm of the gradient that arrives through the shortcut
   */
  record OfUnit(
      long values,
      double branch,
      double branchSquares,
      double shortcut,
      double shortcutSquares,
      int ratios,
      double ratio,
      int images,
      double cosine,
      double byBranch,
      double byShortcut) {
    OfUnit plus(OfUnit other) {
      return new OfUnit(
          values + other.values,
          branch + other.branch,
          branchSquares + other.branchSquares,
          shortcut + other.shortcut,
          shortcutSquares + other.shortcutSquares,
          ratios + other.ratios,
          ratio + other.ratio,
          images + other.images,
          cosine + other.cosine,
          byBranch + other.byBranch,
          byShortcut + other.byShortcut);
    }

    OfUnit withGradients(double branchGradient, double shortcutGradient) {
      return new OfUnit(
          values,
          branch,
          branchSquares,
          shortcut,
          shortcutSquares,
          ratios,
          ratio,
          images,
          cosine,
          branchGradient,
          shortcutGradient);
    }

    double branchStd() {
      return deviation(branch, branchSquares);
    }

    double shortcutStd() {
      return deviation(shortcut, shortcutSquares);
    }

    private double deviation(double sum, double squares) {
      double mean = sum / values;
      return Math.sqrt(Math.max(0, squares / values - mean * mean));
    }
  }

  /**
   * Of a batch norm: what reaches it, less the stored mean, over the stored standard deviation.
   *
   * @param layer its name
   * @param values of each channel
   * @param sums by channel
   * @param squares sums of squares by channel
   */
  record OfNorm(String layer, long values, List<Double> sums, List<Double> squares) {
    OfNorm {
      sums = List.copyOf(sums);
      squares = List.copyOf(squares);
    }

    OfNorm plus(OfNorm other) {
      return new OfNorm(
          layer,
          values + other.values,
          zipped(sums, other.sums, Double::sum),
          zipped(squares, other.squares, Double::sum));
    }
  }

  /**
   * Of a ReLU.
   *
   * @param layer its name
   * @param largest what each channel gave at most; 0 where it gave nothing
   */
  record OfRelu(String layer, List<Double> largest) {
    OfRelu {
      largest = List.copyOf(largest);
    }

    OfRelu plus(OfRelu other) {
      return new OfRelu(layer, zipped(largest, other.largest, Math::max));
    }

    long dead() {
      return largest.stream().filter(value -> value <= 0).count();
    }
  }

  /** Of these images and others. */
  LensSums plus(LensSums other) {
    return new LensSums(
        zipped(units, other.units, OfUnit::plus),
        zipped(norms, other.norms, OfNorm::plus),
        zipped(relus, other.relus, OfRelu::plus));
  }

  private static <T> List<T> zipped(List<T> a, List<T> b, BinaryOperator<T> sum) {
    List<T> all = new ArrayList<>();
    IntStream.range(0, a.size()).forEach(i -> all.add(sum.apply(a.get(i), b.get(i))));
    return all;
  }
}
