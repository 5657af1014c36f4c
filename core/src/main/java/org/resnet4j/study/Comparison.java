package org.resnet4j.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.resnet4j.statistics.Interval;
import org.resnet4j.statistics.McNemar;
import org.resnet4j.statistics.PairedDrop;
import org.resnet4j.statistics.Pairs;
import org.resnet4j.train.FinishedRun;

/**
 * Whether one recipe is better than another, and how many more runs it takes to say so.
 *
 * <p>ComparedRuns with the same seed, or fold, are pairs: what they share cancels. A single pair
 * says nothing of other seeds, but the images that only one of the two networks has right say
 * whether the networks differ.
 */
public final class Comparison {
  /** The difference whose proof is priced, in points. */
  public static final double CLAIM = 0.2;

  /** Evaluations that would take longer than minutes are left out. */
  private static final double MOST_MULTIPLY_ADDS = 1e13;

  private Comparison() {}

  /**
   * One side.
   *
   * @param network its name
   * @param runs how many there are
   * @param mean accuracy in percent
   * @param deviation over the runs, in points; NaN of one run
   */
  public record Side(
      Path path, String recipe, String network, int runs, double mean, double deviation) {}

  /** How runs were matched. */
  public enum Matching {
    SEEDS,
    FOLDS,
    /** Several runs on both sides, with no two of them in common. */
    NONE,
    /** One run, or one pair: there is no spread to see. */
    SINGLE
  }

  /**
   * The same test images judged by one network of each side.
   *
   * @param firstAlone images that only the first side has right
   * @param secondAlone images that only the second side has right
   * @param low lower end of the 95 % interval of how much better the second is, in points
   * @param high upper end
   */
  public record Images(
      int images,
      int firstAlone,
      int secondAlone,
      double points,
      double low,
      double high,
      double probability) {
    static Images of(boolean[] first, boolean[] second) {
      int onlyFirst = 0;
      int onlySecond = 0;
      for (int i = 0; i < first.length; i++) {
        onlyFirst += first[i] && !second[i] ? 1 : 0;
        onlySecond += second[i] && !first[i] ? 1 : 0;
      }
      PairedDrop gain = PairedDrop.of(onlySecond, onlyFirst, first.length);
      return new Images(
          first.length,
          onlyFirst,
          onlySecond,
          gain.points(),
          gain.low(),
          gain.high(),
          McNemar.of(onlyFirst, onlySecond).probability());
    }
  }

  /**
   * What came out; differences are those of the second side from the first.
   *
   * @param pairs runs of each side that were matched
   * @param difference in points with its 95 % interval over runs; absent without spread
   * @param images absent where there is more than one pair, or the data are not at hand
   * @param needed pairs of seeds that a claim of {@link #CLAIM} points needs; absent without pairs
   * @param shown whether a difference is shown
   * @param said the same in words
   * @param notes what was left out, and why
   */
  public record Result(
      Side first,
      Side second,
      Matching matching,
      int pairs,
      double points,
      Optional<Interval> difference,
      Optional<Images> images,
      OptionalInt needed,
      boolean shown,
      String said,
      List<String> notes) {
    public Result {
      notes = List.copyOf(notes);
    }
  }

  /**
   * Compares two runs, or folders of several by seed or by fold.
   *
   * @throws IllegalArgumentException for what cannot be compared, with the reason
   * @throws org.resnet4j.train.RunException for a folder that has no finished run
   */
  public static Result compare(Path first, Path second) {
    ComparedRuns a = ComparedRuns.open(first);
    ComparedRuns b = ComparedRuns.open(second);
    a.requireComparable(b);
    List<Long> common = a.numbers().stream().filter(b.numbers()::contains).toList();
    double[] left = common.stream().mapToDouble(a::of).toArray();
    double[] right = common.stream().mapToDouble(b::of).toArray();
    List<String> notes = new ArrayList<>();
    if (common.size() >= 2) {
      Interval difference =
          Interval.ofDifference(Math.hypot(a.rounding(), b.rounding()), right, left);
      OptionalInt needed =
          a.folds()
              ? OptionalInt.empty()
              : OptionalInt.of(Pairs.needed(difference.deviation(), CLAIM));
      unmatched(a, b, common, notes);
      if (a.folds()) {
        notes.add(
            "folds learn from common images, so the interval is narrower than it should be (Bengio and Grandvalet, JMLR 5, 2004)");
      }
      return result(
          a,
          b,
          a.folds() ? Matching.FOLDS : Matching.SEEDS,
          common.size(),
          difference,
          needed,
          notes);
    }
    if (a.points().size() >= 2 && b.points().size() >= 2) {
      Interval difference =
          Interval.ofUnpaired(Math.max(a.rounding(), b.rounding()), b.values(), a.values());
      return result(a, b, Matching.NONE, 0, difference, OptionalInt.empty(), notes);
    }
    long one = common.isEmpty() ? a.numbers().get(0) : common.get(0);
    long other = common.isEmpty() ? b.numbers().get(0) : common.get(0);
    int others = a.points().size() + b.points().size() - 2;
    if (others > 0) {
      notes.add(
          "of %d runs against one, %s and %s are compared; the means above are of all"
              .formatted(others + 1, a.run(one), b.run(other)));
    }
    return single(a, b, one, other, notes);
  }

  private static void unmatched(
      ComparedRuns a, ComparedRuns b, List<Long> common, List<String> notes) {
    int left = a.points().size() + b.points().size() - 2 * common.size();
    if (left > 0) {
      notes.add(
          "%d %s no partner on the other side and %s left out"
              .formatted(left, left == 1 ? "run has" : "runs have", left == 1 ? "is" : "are"));
    }
  }

  private static Result result(
      ComparedRuns a,
      ComparedRuns b,
      Matching matching,
      int pairs,
      Interval difference,
      OptionalInt needed,
      List<String> notes) {
    boolean shown = difference.above(0) || difference.below(0);
    String said =
        shown
            ? "shown: %s is better than %s"
                .formatted(
                    difference.above(0) ? b.path() : a.path(),
                    difference.above(0) ? a.path() : b.path())
            : "not shown: with so much spread in so few runs, no difference and one of up to %s points look alike"
                .formatted(two(Math.max(Math.abs(difference.low()), Math.abs(difference.high()))));
    return new Result(
        a.side(),
        b.side(),
        matching,
        pairs,
        difference.mean(),
        Optional.of(difference),
        Optional.empty(),
        needed,
        shown,
        said,
        notes);
  }

  private static Result single(
      ComparedRuns a, ComparedRuns b, long one, long other, List<String> notes) {
    FinishedRun first = FinishedRun.open(a.run(one));
    FinishedRun second = FinishedRun.open(b.run(other));
    Optional<JudgedPair> judged = JudgedPair.of(first, second, MOST_MULTIPLY_ADDS, notes);
    ComparedRuns left = a.known(judged.map(JudgedPair::firstPoints));
    ComparedRuns right = b.known(judged.map(JudgedPair::secondPoints));
    Optional<Images> images = judged.map(both -> Images.of(both.first(), both.second()));
    boolean shown = images.isPresent() && images.get().probability() < Pairs.ALPHA;
    String said =
        images.isEmpty()
            ? "not shown: one run of each says nothing of the spread; train --seeds 5"
            : shown
                ? "shown of these two networks, %s is better; not shown of the recipes, for which several seeds are needed: train --seeds 5"
                    .formatted(images.get().points() > 0 ? second.path() : first.path())
                : "not shown, not even of these two networks: so uneven a split of the images is likely by chance";
    return new Result(
        left.side(),
        right.side(),
        Matching.SINGLE,
        1,
        images.map(Images::points).orElseGet(() -> right.of(other) - left.of(one)),
        Optional.empty(),
        images,
        OptionalInt.empty(),
        shown,
        said,
        notes);
  }

  private static String two(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
