package org.resnet4j.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the error becomes when some blocks are removed or change places at random; arXiv 1605.06431,
 * section 4.2 and figure 5.
 *
 * @param count blocks removed, or swaps made
 * @param error mean over draws, a fraction
 * @param low the least of them
 * @param high the largest of them
 */
public record LensLesion(int count, double error, double low, double high, List<Draw> draws) {
  /**
   * One network that was drawn.
   *
   * @param tau Kendall's rank correlation of the order of blocks with the original one; null where
   *     the order stays
   * @param loss mean cross-entropy
   */
  public record Draw(@Nullable Double tau, double error, double loss) {}

  public LensLesion {
    draws = List.copyOf(draws);
  }

  static LensLesion of(int count, List<Draw> draws) {
    return new LensLesion(
        count,
        draws.stream().mapToDouble(Draw::error).average().orElseThrow(),
        draws.stream().mapToDouble(Draw::error).min().orElseThrow(),
        draws.stream().mapToDouble(Draw::error).max().orElseThrow(),
        draws);
  }
}
