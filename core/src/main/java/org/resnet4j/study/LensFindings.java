package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.resnet4j.report.Figure;

/** What figures of blocks mean, and what to do about it. */
final class LensFindings {
  /** Lost top-1 up to which a block can go: what {@code prune} allows if not told otherwise. */
  static final double SPARED = 0.005;

  /**
   * Standard errors beyond which a change of loss is no chance: 0.1 % each way, as there are tens
   * of blocks to be wrong about.
   */
  static final double SURE = 3;

  /** A branch of so little length beside the shortcut turns the sum by less than 3 degrees. */
  static final double FAINT = 0.05;

  /** Branches with a smaller share of the gradient hardly make a difference to what is below. */
  static final double HARDLY_REACHED = 0.05;

  /** A shortcut with less than the rest no longer carries the gradient past the block. */
  static final double BLOCKED = 0.95;

  /**
   * Median distance of means, in standard deviations. Of published ResNet-20 and ResNet-56 on
   * CIFAR-10 it is at most 0.14 in any block; half a deviation moves a fifth of all values across
   * the ReLU, and forgetting to subtract the mean gives 0.74 in the stem.
   */
  static final double MEAN_DRIFT = 0.5;

  /** Median |ln| of variances: twice or half. Of those networks it is at most 0.37. */
  static final double VARIANCE_DRIFT = Math.log(2);

  /** A share of channels that never give anything; a few are usual. */
  static final double DEAD = 0.1;

  /** Below it a share of one percent is two images, and hardly any effect is beyond chance. */
  static final int FEW_IMAGES = 200;

  /** Error, in parts of what guessing gives, above which the network does not know the data. */
  static final double GUESSING = 0.9;

  /** More names than this are not read. */
  private static final int NAMED = 5;

  private final LensResult result;
  private final int classes;
  private final List<String> prunable;
  private final List<Figure.Finding> findings = new ArrayList<>();

  private LensFindings(LensResult result, int classes, List<String> prunable) {
    this.prunable = prunable;
    this.result = result;
    this.classes = classes;
  }

  /**
   * What a result means.
   *
   * @param result without findings
   */
  static List<Figure.Finding> of(LensResult result, int classes, List<String> prunable) {
    LensFindings found = new LensFindings(result, classes, prunable);
    found.knowsTheData();
    found.drift();
    found.better();
    found.dead();
    found.spared();
    found.faint();
    found.gradients();
    found.plain();
    found.paths();
    found.few();
    found.healthy();
    found.findings.sort(Comparator.comparing(Figure.Finding::weight).reversed());
    return List.copyOf(found.findings);
  }

  private void add(Figure.Weight weight, String what, String advice) {
    findings.add(new Figure.Finding(weight, what, advice));
  }

  private void knowsTheData() {
    double guessed = 1 - 1.0 / classes;
    double error = 1 - result.top1();
    if (classes > 1 && error > GUESSING * guessed) {
      add(
          Figure.Weight.PROBLEM,
          "The network gets %s of the images wrong, and guessing gets %s: it does not know these data, and what blocks do for them says little."
              .formatted(percent(error), percent(guessed)),
          "Give data that the model was trained for, with classes in its order, or train it further.");
    } else if (result.mistakes() == 0) {
      add(
          Figure.Weight.NOTE,
          "The network makes no mistake on these images: they are too easy to tell useful blocks from others by top-1.",
          "Go by the loss, or give more and harder images.");
    }
  }

  private void drift() {
    List<String> names = new ArrayList<>();
    double most = 0;
    double spread = 0;
    if (drifted(result.stemDrift())) {
      names.add("the stem");
    }
    for (LensBlock block : result.blocks()) {
      if (drifted(block.drift())) {
        names.add(block.name());
      }
    }
    for (LensDrift drift : drifts()) {
      most = Math.max(most, drift.mean());
      spread = Math.max(spread, drift.variance());
    }
    if (names.isEmpty()) {
      return;
    }
    boolean atOnce = drifted(result.stemDrift());
    add(
        Figure.Weight.PROBLEM,
        "What reaches the batch norms is not what they stored, in %s: medians over channels are up to %s standard deviations off, variances up to %s times apart."
            .formatted(named(names), decimal(most), decimal(Math.exp(spread))),
        atOnce
            ? "It is so from the stem on: the images differ from those of training, or are preprocessed otherwise (mean, std, size, order of colours). Correct that, or re-estimate batch norm on your data."
            : "Re-estimate batch norm on images like those that the model is used for; it takes no labels and no training.");
  }

  private List<LensDrift> drifts() {
    List<LensDrift> drifts = new ArrayList<>();
    LensDrift stem = result.stemDrift();
    if (stem != null) {
      drifts.add(stem);
    }
    for (LensBlock block : result.blocks()) {
      LensDrift drift = block.drift();
      if (drift != null) {
        drifts.add(drift);
      }
    }
    return drifts;
  }

  private static boolean drifted(@Nullable LensDrift drift) {
    return drift != null && (drift.mean() > MEAN_DRIFT || drift.variance() > VARIANCE_DRIFT);
  }

  private void better() {
    for (LensBlock block : result.blocks()) {
      if (harmful(block)) {
        add(
            Figure.Weight.PROBLEM,
            "Removing %s makes the network better: the loss falls by %s (standard error %s), %d images become right and %d wrong."
                .formatted(
                    block.name(),
                    decimal(-orNaN(block.lossChange())),
                    decimal(orNaN(block.lossChangeError())),
                    block.fixed(),
                    block.broken()),
            prune());
      } else if (lossFalls(block)) {
        add(
            Figure.Weight.NOTE,
            "Without %s the loss falls by %s, and yet %d images become wrong and %d right: the block makes the network surer than it should be."
                .formatted(
                    block.name(),
                    decimal(-orNaN(block.lossChange())),
                    block.broken(),
                    block.fixed()),
            "Keep it. If probabilities matter, train with label smoothing or divide the logits by a temperature above 1.");
      }
    }
  }

  /** Whether the network is better without it, in loss beyond chance and not worse in top-1. */
  static boolean harmful(LensBlock block) {
    return lossFalls(block) && orZero(block.fixed()) >= orZero(block.broken());
  }

  private static boolean lossFalls(LensBlock block) {
    return block.removed() && orNaN(block.lossChange()) < -SURE * orNaN(block.lossChangeError());
  }

  private static int orZero(@Nullable Integer value) {
    return value == null ? 0 : value;
  }

  private void spared() {
    List<LensBlock> spared =
        result.blocks().stream()
            .filter(block -> prunable.contains(block.name()) && block.removed())
            .filter(block -> !lossFalls(block))
            .filter(block -> result.top1() - orNaN(block.top1Without()) <= SPARED)
            .sorted(Comparator.comparingDouble(block -> orNaN(block.lossChange())))
            .toList();
    if (spared.isEmpty()) {
      return;
    }
    LensBlock least = spared.get(0);
    String others =
        spared.size() == 1
            ? ""
            : " Of %d blocks each can go alone for at most %s points: %s."
                .formatted(
                    spared.size(),
                    decimal(100 * SPARED),
                    named(spared.stream().map(LensBlock::name).toList()));
    add(
        Figure.Weight.NOTE,
        "Removing %s changes top-1 by %s points and the loss by %s.%s"
            .formatted(
                least.name(),
                signed(100 * (orNaN(least.top1Without()) - result.top1())),
                signed(orNaN(least.lossChange())),
                others),
        prune());
  }

  private String prune() {
    return "Take out what the network does without: resnet4j prune %s --data %s (together they cost more than alone; it measures that)."
        .formatted(result.model(), result.data());
  }

  private void dead() {
    long channels = result.blocks().stream().mapToLong(LensBlock::channels).sum();
    long dead = result.blocks().stream().mapToLong(LensBlock::dead).sum();
    if (dead == 0) {
      return;
    }
    List<String> worst =
        result.blocks().stream()
            .filter(block -> block.dead() > DEAD * block.channels())
            .map(block -> "%s (%d of %d)".formatted(block.name(), block.dead(), block.channels()))
            .toList();
    String where = worst.isEmpty() ? "" : ", most in " + named(worst);
    add(
        worst.isEmpty() ? Figure.Weight.NOTE : Figure.Weight.PROBLEM,
        "%d of %d channels give nothing on any of %d images%s."
            .formatted(dead, channels, result.images(), where),
        worst.isEmpty()
            ? "A few are usual; they cost time and do nothing. A narrower network would do as well."
            : "They cost time and do nothing. Train with a lower rate or a longer warmup, or take a narrower network.");
  }

  private void faint() {
    List<String> names =
        result.blocks().stream()
            .filter(block -> block.ratio() != null && block.ratio() < FAINT)
            .map(LensBlock::name)
            .toList();
    if (!names.isEmpty()) {
      add(
          Figure.Weight.NOTE,
          "The branch adds less than %s of the length of the shortcut in %s: nearly identities."
              .formatted(percent(FAINT), named(names)),
          "They add depth and time but little else: prune them, or train on, as they may be young.");
    }
  }

  private void gradients() {
    List<String> unreached = new ArrayList<>();
    List<String> blocked = new ArrayList<>();
    for (LensBlock block : result.blocks()) {
      Double share = block.gradientShare();
      if (share != null && share < HARDLY_REACHED) {
        unreached.add(block.name());
      } else if (share != null && share > BLOCKED) {
        blocked.add(block.name());
      }
    }
    if (!unreached.isEmpty()) {
      add(
          Figure.Weight.NOTE,
          "Less than %s of the gradient passes the branch of %s: what comes before learns past it."
              .formatted(percent(HARDLY_REACHED), named(unreached)),
          "No fault by itself; such blocks are the first that pruning takes.");
    }
    if (!blocked.isEmpty()) {
      add(
          Figure.Weight.PROBLEM,
          "More than %s of the gradient passes the branch of %s: the shortcut carries next to nothing."
              .formatted(percent(BLOCKED), named(blocked)),
          "A shortcut that is scaled, gated or projected loses the gradient's way; an identity keeps it (arXiv 1603.05027, table 1).");
    }
  }

  private void plain() {
    if (result.paths() == null) {
      add(
          Figure.Weight.NOTE,
          "No block has a shortcut: every layer stands on the one before%s."
              .formatted(everyRemovalCosts() ? ", and removing any costs much" : ""),
          "Compare a residual twin: resnet4j study degradation.");
    }
  }

  /** Whether the loss rises, for sure, without any of the blocks that were taken out. */
  private boolean everyRemovalCosts() {
    List<LensBlock> removed = result.blocks().stream().filter(LensBlock::removed).toList();
    return !removed.isEmpty()
        && removed.stream().allMatch(block -> result.top1() - orNaN(block.top1Without()) > SPARED);
  }

  private void paths() {
    LensPaths paths = result.paths();
    if (paths == null || paths.gradientFrom() == null || paths.gradientTo() == null) {
      return;
    }
    add(
        Figure.Weight.GOOD,
        "95 %% of the gradient comes along paths through %d to %d of %d branches; 95 %% of all paths have %d to %d."
            .formatted(
                paths.gradientFrom(),
                paths.gradientTo(),
                paths.units(),
                paths.pathsFrom(),
                paths.pathsTo()),
        paths.gradientTo() < paths.pathsTo()
            ? "Short paths carry it, as arXiv 1605.06431 found: nothing to do."
            : "Long paths carry it as well as short ones here: nothing to do.");
  }

  private void few() {
    if (result.images() < FEW_IMAGES) {
      add(
          Figure.Weight.NOTE,
          "%d images were looked at: one of them is %s points of top-1, and small effects are chance."
              .formatted(result.images(), decimal(100.0 / result.images())),
          "Give more images before acting on small differences.");
    }
  }

  private void healthy() {
    boolean problem = findings.stream().anyMatch(f -> f.weight() == Figure.Weight.PROBLEM);
    if (!problem) {
      add(
          Figure.Weight.GOOD,
          "Healthy: %schannels are alive, and no block does harm."
              .formatted(
                  result.blocks().stream().anyMatch(block -> block.drift() != null)
                      ? "batch norms store what they meet, "
                      : ""),
          "Nothing needs doing.");
    }
  }

  private static String named(List<String> names) {
    String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
    int more = names.size() - NAMED;
    return more > 0 ? "%s and %d more".formatted(first, more) : first;
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  private static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.3g", value)
        .replaceFirst("(\\.\\d*?)0+$", "$1")
        .replaceFirst("\\.$", "");
  }

  private static String signed(double value) {
    return String.format(Locale.ROOT, "%+.3f", value);
  }
}
