package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.resnet4j.report.Verdict;
import org.resnet4j.report.Verdict.Status;
import org.resnet4j.statistics.Interval;
import org.resnet4j.study.Signals.Placed;
import org.resnet4j.study.SignalsLook.LayerSignal;
import org.resnet4j.study.SignalsLook.Moment;

/**
 * What the trials say about the claims of arXiv 1512.03385, section 4.1 and figure 7.
 *
 * <ul>
 *   <li><em>The gradient does not vanish</em>: the norm at the output of the first unit is above a
 *       hundredth of that at the last.
 *   <li><em>It does not explode</em>: that norm is below a hundred times the other.
 *   <li><em>Signals do not vanish forward</em>: the variance of the last unit's output is above a
 *       hundredth of the first one's.
 *   <li><em>Signals die or explode</em>: that variance is below a hundredth, or above a hundred
 *       times.
 *   <li><em>Responses are weaker</em>: the mean over the 3x3 layers of the standard deviation is
 *       smaller.
 * </ul>
 *
 * <p>A claim is shown where the whole 95 % interval over the seeds is on its side of the line,
 * contradicted where it is on the other, and else not shown. Layers of one network are not
 * independent and are never counted as samples.
 */
final class SignalsFindings {
  /** Powers of ten that a signal may lose, or gain. */
  private static final double LINE = 2;

  private static final String DECADES = "powers of ten";
  private static final String RESPONSE = "standard deviation";

  private final List<SignalsVariant> variants;
  private final List<Placed> trials;

  SignalsFindings(List<SignalsVariant> variants, List<Placed> trials) {
    this.variants = List.copyOf(variants);
    this.trials = List.copyOf(trials);
  }

  List<SignalsVariant> variants() {
    return variants;
  }

  /** The looks at a variant at a moment, by seed. */
  List<SignalsLook> looks(SignalsVariant variant, Moment moment) {
    return trials.stream()
        .filter(placed -> placed.variant().is(variant))
        .flatMap(placed -> placed.at(moment).stream())
        .toList();
  }

  /** How many trials of a variant ended because the loss was no number. */
  List<Placed> diverged(SignalsVariant variant) {
    return trials.stream()
        .filter(placed -> placed.variant().is(variant) && placed.trial().diverged())
        .toList();
  }

  List<Verdict> verdicts() {
    List<Verdict> verdicts = new ArrayList<>();
    for (SignalsVariant variant : of(v -> !v.shortcuts() && v.norm() && !v.saved())) {
      for (Moment moment : Moment.values()) {
        verdicts.addAll(gradientKept(variant, moment));
      }
      for (Moment moment : List.of(Moment.INITIALISATION, Moment.AFTER)) {
        verdicts.addAll(gradientBounded(variant, moment));
        verdicts.addAll(varianceKept(variant, moment));
      }
    }
    for (SignalsVariant variant : of(v -> !v.norm() && !v.saved())) {
      for (Moment moment : Moment.values()) {
        verdicts.addAll(diesOrExplodes(variant, moment));
      }
    }
    for (SignalsVariant variant : of(SignalsVariant::shortcuts)) {
      plainTwin(variant).ifPresent(plain -> verdicts.addAll(weaker(variant, plain)));
    }
    verdicts.addAll(deeper(of(v -> v.shortcuts() && v.norm() && v.trains())));
    verdicts.addAll(deeper(of(v -> v.shortcuts() && v.saved())));
    return verdicts;
  }

  private List<SignalsVariant> of(Predicate<SignalsVariant> kind) {
    return variants.stream().filter(kind).toList();
  }

  Optional<SignalsVariant> plainTwin(SignalsVariant residual) {
    return variants.stream()
        .filter(v -> v.trains() && v.norm() && residual.trains() && v.isPlainTwinOf(residual))
        .findFirst();
  }

  private List<Verdict> gradientKept(SignalsVariant variant, Moment moment) {
    return kept(
        "In %s, with batch norm, the gradient does not vanish %s: the first unit gets more than a hundredth of what the last one gets"
            .formatted(variant.title(), moment.words()),
        "gradient at the first unit / at the last",
        variant,
        moment,
        SignalsLook::gradientDecades);
  }

  private List<Verdict> gradientBounded(SignalsVariant variant, Moment moment) {
    double[] values = decades(variant, moment, SignalsLook::gradientDecades);
    if (values.length == 0) {
      return List.of();
    }
    Interval interval = Interval.of(values);
    Status status =
        interval.below(LINE)
            ? Status.SHOWN
            : interval.above(LINE) ? Status.CONTRADICTED : Status.NOT_SHOWN;
    String claim =
        "In %s, with batch norm, the gradient does not explode %s: the first unit gets less than a hundred times what the last one gets"
            .formatted(variant.title(), moment.words());
    String reason = reason("gradient at the first unit / at the last", values, variant);
    return List.of(verdict(claim, status, reason, interval, DECADES));
  }

  private double[] decades(
      SignalsVariant variant, Moment moment, ToDoubleFunction<SignalsLook> value) {
    return looks(variant, moment).stream().mapToDouble(value).toArray();
  }

  private List<Verdict> varianceKept(SignalsVariant variant, Moment moment) {
    return kept(
        "In %s, with batch norm, signals do not vanish forward %s: the last unit's variance is more than a hundredth of the first one's"
            .formatted(variant.title(), moment.words()),
        "variance at the last unit / at the first",
        variant,
        moment,
        SignalsLook::varianceDecades);
  }

  private List<Verdict> kept(
      String claim,
      String what,
      SignalsVariant variant,
      Moment moment,
      ToDoubleFunction<SignalsLook> decades) {
    double[] values = decades(variant, moment, decades);
    if (values.length == 0) {
      return List.of();
    }
    Interval interval = Interval.of(values);
    Status status =
        interval.above(-LINE)
            ? Status.SHOWN
            : interval.below(-LINE) ? Status.CONTRADICTED : Status.NOT_SHOWN;
    return List.of(verdict(claim, status, reason(what, values, variant), interval, DECADES));
  }

  private List<Verdict> diesOrExplodes(SignalsVariant variant, Moment moment) {
    double[] values = decades(variant, moment, SignalsLook::varianceDecades);
    if (values.length == 0) {
      return List.of();
    }
    Interval interval = Interval.of(values);
    boolean outside = interval.below(-LINE) || interval.above(LINE);
    boolean inside = interval.above(-LINE) && interval.below(LINE);
    Status status = outside ? Status.SHOWN : inside ? Status.CONTRADICTED : Status.NOT_SHOWN;
    String claim =
        "Without batch norm, the signals of %s die or explode %s: the last unit's variance is below a hundredth of the first one's or above a hundred times"
            .formatted(variant.title(), moment.words());
    String what = "variance at the last unit / at the first";
    return List.of(verdict(claim, status, reason(what, values, variant), interval, DECADES));
  }

  private String reason(String what, double[] values, SignalsVariant variant) {
    int diverged = diverged(variant).size();
    return "%s: %s over %s%s"
        .formatted(
            what,
            powers(values),
            seeds(values.length),
            diverged == 0 ? "" : "; %s diverged".formatted(seeds(diverged)));
  }

  private static String powers(double[] decades) {
    return IntStream.range(0, decades.length)
        .mapToObj(i -> String.format(Locale.ROOT, "10^%.2f", decades[i]))
        .collect(Collectors.joining(", "));
  }

  private static String seeds(int count) {
    return count == 1 ? "1 seed, which has no interval" : count + " seeds";
  }

  /** Figure 7: residual networks answer more weakly than plain ones. */
  private List<Verdict> weaker(SignalsVariant residual, SignalsVariant plain) {
    List<SignalsLook> a = new ArrayList<>();
    List<SignalsLook> b = new ArrayList<>();
    pair(residual, plain, a, b);
    if (a.isEmpty()) {
      return List.of();
    }
    List<Double> residualByLayer = responses(a);
    List<Double> plainByLayer = responses(b);
    int layers = residualByLayer.size();
    int weaker =
        (int)
            IntStream.range(0, layers)
                .filter(i -> residualByLayer.get(i) < plainByLayer.get(i))
                .count();
    String reason =
        String.format(
            Locale.ROOT,
            "mean %.3f against %.3f over %s; weaker in %d of %d layers (sign test p = %.2g if layers"
                + " were independent, which they are not)",
            mean(a),
            mean(b),
            seeds(a.size()),
            weaker,
            layers,
            signTest(weaker, layers));
    String claim =
        "The 3x3 layers of %s respond more weakly than those of %s %s (figure 7)"
            .formatted(residual.title(), plain.title(), Moment.AFTER.words());
    return List.of(lower(claim, reason, responses(a, b)));
  }

  /** The looks after training of those seeds that both have. */
  private void pair(
      SignalsVariant one, SignalsVariant other, List<SignalsLook> a, List<SignalsLook> b) {
    for (Placed first : trials) {
      for (Placed second : trials) {
        if (first.variant().is(one)
            && second.variant().is(other)
            && first.seed() == second.seed()
            && first.at(Moment.AFTER).isPresent()
            && second.at(Moment.AFTER).isPresent()) {
          a.add(first.at(Moment.AFTER).orElseThrow());
          b.add(second.at(Moment.AFTER).orElseThrow());
        }
      }
    }
  }

  /** Figure 7: of two residual networks, the deeper answers more weakly. */
  private List<Verdict> deeper(List<SignalsVariant> residual) {
    List<SignalsVariant> byDepth =
        residual.stream().sorted(Comparator.comparingInt(SignalsVariant::depth)).toList();
    List<Verdict> verdicts = new ArrayList<>();
    for (int i = 1; i < byDepth.size(); i++) {
      SignalsVariant shallow = byDepth.get(i - 1);
      SignalsVariant deep = byDepth.get(i);
      List<SignalsLook> a = new ArrayList<>();
      List<SignalsLook> b = new ArrayList<>();
      pair(deep, shallow, a, b);
      if (deep.depth() > shallow.depth() && !a.isEmpty()) {
        verdicts.add(
            deep.saved()
                ? deeperAsTheyAre(deep, shallow, a.get(0), b.get(0))
                : deeperOverSeeds(deep, shallow, a, b));
      }
    }
    return verdicts;
  }

  private static Verdict deeperOverSeeds(
      SignalsVariant deep, SignalsVariant shallow, List<SignalsLook> a, List<SignalsLook> b) {
    String claim =
        "The 3x3 layers of %s respond more weakly than those of %s, which is shallower, %s (figure 7)"
            .formatted(deep.title(), shallow.title(), Moment.AFTER.words());
    String reason =
        String.format(
            Locale.ROOT, "mean %.3f against %.3f over %s", mean(a), mean(b), seeds(a.size()));
    return lower(claim, reason, responses(a, b));
  }

  /** There is one network of each depth: what varies are the images, and that is said. */
  private static Verdict deeperAsTheyAre(
      SignalsVariant deep, SignalsVariant shallow, SignalsLook a, SignalsLook b) {
    String claim =
        "In these two models, the 3x3 layers of %s respond more weakly than those of %s, which is shallower (figure 7)"
            .formatted(deep.title(), shallow.title());
    int batches = Math.min(a.batches().size(), b.batches().size());
    String reason =
        String.format(
            Locale.ROOT,
            "mean %.3f against %.3f over %d batches of images; one training of each depth, so this"
                + " says nothing of other trainings",
            a.meanResponse(),
            b.meanResponse(),
            batches);
    double[] differences = new double[batches];
    for (int i = 0; i < batches; i++) {
      differences[i] = a.batches().get(i) - b.batches().get(i);
    }
    return lower(claim, reason, Interval.of(differences));
  }

  private static Interval responses(List<SignalsLook> a, List<SignalsLook> b) {
    return Interval.ofDifference(
        a.stream().mapToDouble(SignalsLook::meanResponse).toArray(),
        b.stream().mapToDouble(SignalsLook::meanResponse).toArray());
  }

  private static double mean(List<SignalsLook> looks) {
    return looks.stream().mapToDouble(SignalsLook::meanResponse).average().orElseThrow();
  }

  /** The responses by layer, mean over the looks. */
  static List<Double> responses(List<SignalsLook> looks) {
    List<Double> means = new ArrayList<>();
    for (int i = 0; i < looks.get(0).responses().size(); i++) {
      int layer = i;
      means.add(
          looks.stream()
              .map(SignalsLook::responses)
              .map(all -> all.get(layer))
              .mapToDouble(LayerSignal::response)
              .average()
              .orElseThrow());
    }
    return means;
  }

  private static Verdict lower(String claim, String reason, Interval interval) {
    Status status =
        interval.below(0)
            ? Status.SHOWN
            : interval.above(0) ? Status.CONTRADICTED : Status.NOT_SHOWN;
    return verdict(claim, status, reason, interval, RESPONSE);
  }

  private static Verdict verdict(
      String claim, Status status, String reason, Interval interval, String unit) {
    return new Verdict(
        claim, status, reason, interval.mean(), interval.low(), interval.high(), unit);
  }

  /** The chance that of fair coins at least as many fall to one side, twice; exact. */
  static double signTest(int successes, int trials) {
    int extreme = Math.max(successes, trials - successes);
    double tail = 0;
    double term = Math.pow(0.5, trials); // Of no success; then from one to the next.
    for (int k = 0; k <= trials; k++) {
      tail += k >= extreme ? term : 0;
      term = term * (trials - k) / (k + 1);
    }
    return Math.min(1, 2 * tail);
  }
}
