package org.resnet4j.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Unit;
import org.resnet4j.infer.CompiledNetwork;
import org.resnet4j.report.Figure;
import org.resnet4j.report.StudyReport;
import org.resnet4j.report.Verdict;
import org.resnet4j.statistics.PairedDrop;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.Machine;

/**
 * What pruning found, as a page and as tables.
 *
 * @param result how the network in the folder does, fine-tuned or not
 */
record PruningReport(
    PruningSetup setup,
    StudyFolder folder,
    PruningSearch.Start start,
    List<PruningSearch.Round> rounds,
    PruningSearch.Beside result,
    Pruned pruned) {

  Map<String, Csv> tables() {
    Map<String, Csv> tables = new LinkedHashMap<>();
    tables.put("frontier.csv", frontierCsv());
    tables.put("candidates.csv", candidatesCsv());
    return tables;
  }

  private Csv frontierCsv() {
    Csv csv =
        new Csv(
            "removed",
            "block",
            "depth",
            "parameters",
            "multiply_adds",
            "latency_ms",
            "selection_loss",
            "statistics",
            "top1",
            "mistakes",
            "lost",
            "gained",
            "within");
    for (Pruned.Step step : pruned.frontier()) {
      csv.row(
          step.removed(),
          step.block(),
          step.depth(),
          step.parameters(),
          step.multiplyAdds(),
          orNaN(step.latency()),
          step.selectionLoss(),
          step.statistics(),
          step.top1(),
          step.mistakes(),
          step.lost(),
          step.gained(),
          step.within());
    }
    return csv;
  }

  private Csv candidatesCsv() {
    Csv csv = new Csv("round", "block", "loss", "removed");
    for (int r = 0; r < rounds.size(); r++) {
      for (PruningSearch.Candidate candidate : rounds.get(r).candidates()) {
        boolean removed = candidate.block().equals(rounds.get(r).removed());
        csv.row(r + 1, candidate.block(), candidate.loss(), removed);
      }
    }
    return csv;
  }

  StudyReport page() {
    Map<String, String> headline = new LinkedHashMap<>();
    headline.put("Blocks removed", "%d of %d".formatted(removed(), setup.network().units().size()));
    headline.put("Depth", "%d, was %d".formatted(pruned.depth(), pruned.depthBefore()));
    headline.put(
        "Test top-1",
        text("%.2f %%, was %.2f %%", 100 * pruned.top1After(), 100 * pruned.top1Before()));
    headline.put(
        "Multiply-adds",
        text("%.1f M, was %.1f M", pruned.multiplyAdds() / 1e6, pruned.multiplyAddsBefore() / 1e6));
    return new StudyReport(
        "Pruning %s on %s".formatted(pruned.from(), pruned.data()),
        summary(),
        headline,
        List.of(frontier(), blocks(), method(), numbers()),
        "./resnet4j evaluate %s --data %s".formatted(pruned.model(), setup.plan().data()),
        conditions());
  }

  private int removed() {
    return pruned.removed().size();
  }

  private String summary() {
    return text(
        "How many blocks of a trained residual network can go, whole, before it gets worse? A block adds its"
            + " branch to its shortcut; where the branch adds next to nothing, the block is nearly an identity and"
            + " is not missed. Of %d blocks of %s, %d went within a budget of %s point%s of test top-1: %d of %d test"
            + " images are wrong now, %d were before.",
        setup.network().units().size(),
        pruned.from(),
        removed(),
        Pruning.points(pruned.maxDrop()),
        pruned.maxDrop() == 1 ? "" : "s",
        pruned.mistakesAfter(),
        pruned.testImages(),
        pruned.mistakesBefore());
  }

  private StudyReport.Section frontier() {
    List<Figure> figures = new ArrayList<>();
    figures.add(findings());
    if (removed() > 0) {
      figures.add(verdicts());
    }
    figures.add(
        plot(
            "Each dot is the network with one block less than the one to its right: as long as the line is flat,"
                + " the blocks removed were as good as identities, which is what \"the deeper network is no worse\""
                + " rests on; where it falls, they were not.",
            "test accuracy by multiply-adds",
            "multiply-adds for one image (millions)",
            step -> step.multiplyAdds() / 1e6));
    figures.add(
        plot(
            "The same networks by the time that one image takes on this machine: what removing blocks buys,"
                + " if the claim that they do little holds.",
            "test accuracy by latency",
            "latency, batch of 1 (ms)",
            step -> orNaN(step.latency())));
    return new StudyReport.Section(
        "The frontier",
        text("The line at %.2f %% is the budget.", 100 * pruned.top1Before() - pruned.maxDrop()),
        figures);
  }

  /** Where a network lies on the x axis. */
  private interface Place {
    double of(Pruned.Step step);
  }

  private Figure plot(String caption, String title, String x, Place place) {
    List<Figure.Point> points = new ArrayList<>();
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Pruned.Step step : pruned.frontier()) {
      double at = place.of(step);
      if (Double.isNaN(at)) {
        continue;
      }
      low = Math.min(low, at);
      high = Math.max(high, at);
      points.add(new Figure.Point(at, 100 * step.top1(), label(step)));
    }
    double budget = 100 * pruned.top1Before() - pruned.maxDrop();
    List<Figure.Curve> curves = new ArrayList<>();
    curves.add(
        new Figure.Curve("blocks removed", 0, Figure.Style.LINE_AND_DOTS, List.copyOf(points)));
    curves.add(
        new Figure.Curve(
            "budget",
            1,
            Figure.Style.DASHED,
            List.of(new Figure.Point(low, budget), new Figure.Point(high, budget))));
    Pruned.FineTuned tuned = pruned.fineTuned();
    if (tuned != null && tuned.top1After() != null) {
      Pruned.Step end = pruned.frontier().get(removed());
      curves.add(
          new Figure.Curve(
              tuned.kept() ? "fine-tuned" : "fine-tuned, not kept",
              2,
              Figure.Style.DOTS,
              List.of(
                  new Figure.Point(
                      place.of(end), 100 * tuned.top1After(), pruned.to() + ", fine-tuned"))));
    }
    return new Figure.Plot(
        caption,
        new Figure.Axes(
            title, x, "test top-1 (%)", Figure.Scale.AROUND_VALUES, Figure.Scale.AROUND_VALUES, 2),
        curves);
  }

  private String label(Pruned.Step step) {
    return step.removed() == 0
        ? pruned.from()
        : text("%d removed, last %s", step.removed(), step.block());
  }

  private Figure.Findings findings() {
    List<Figure.Finding> findings = new ArrayList<>();
    Pruned.FineTuned tuned = pruned.fineTuned();
    PairedDrop drop = drop(result.lost(), result.gained());
    if (removed() == 0) {
      Pruned.Step first = pruned.frontier().get(1);
      findings.add(
          new Figure.Finding(
              Figure.Weight.NOTE,
              text(
                  "No block can go: without %s, the one missed least, %.2f points are lost.",
                  first.block(), drop(first.lost(), first.gained()).points()),
              "Allow a larger --max-drop, or prune and train on with --epochs."));
    } else {
      findings.add(
          new Figure.Finding(
              Figure.Weight.GOOD,
              text(
                  "Without %d block%s%s, depth %d instead of %d, top-1 is %.2f points lower (95 %% interval %.2f to %.2f):"
                      + " %d images that were right are wrong, %d the other way round.",
                  removed(),
                  removed() == 1 ? "" : "s",
                  tuned != null && tuned.kept() ? " and fine-tuned" : "",
                  pruned.depth(),
                  pruned.depthBefore(),
                  drop.points(),
                  drop.low(),
                  drop.high(),
                  result.lost(),
                  result.gained()),
              text(
                  "%.0f %% of the multiply-adds and %.0f %% of the parameters are gone%s. Use %s.",
                  100 - 100.0 * pruned.multiplyAdds() / pruned.multiplyAddsBefore(),
                  100 - 100.0 * pruned.parameters() / pruned.parametersBefore(),
                  faster(),
                  pruned.model())));
    }
    if (tuned != null) {
      findings.add(fineTuning(tuned));
    }
    findings.add(
        new Figure.Finding(
            Figure.Weight.NOTE,
            text(
                "The test images chose the number of blocks, and so their top-1 is a little optimistic: of %d networks it"
                    + " is the shortest within the budget. Which blocks go was chosen by %d training images alone.",
                pruned.frontier().size(), pruned.selectionImages()),
            "Where the figure itself matters, judge the model on images that were not used here."));
    return new Figure.Findings(findings);
  }

  private static Figure.Finding fineTuning(Pruned.FineTuned tuned) {
    String conditions =
        text(
            "Fine-tuning for %d epoch%s at rate %s",
            tuned.epochs(), tuned.epochs() == 1 ? "" : "s", tuned.rate());
    String smaller = "Try a smaller rate: --set rate=%s.".formatted(tuned.rate() / 10);
    Integer after = tuned.mistakesAfter();
    if (after == null) {
      return new Figure.Finding(
          Figure.Weight.PROBLEM,
          text(
              "%s came to nothing and is not kept: %s. The model is the one before it.",
              conditions, String.valueOf(tuned.diverged())),
          smaller);
    }
    if (!tuned.kept()) {
      return new Figure.Finding(
          Figure.Weight.PROBLEM,
          text(
              "%s made %d mistakes of %d and is not kept. The model is the one before it.",
              conditions, after, tuned.mistakesBefore()),
          smaller);
    }
    boolean better = after < tuned.mistakesBefore();
    return new Figure.Finding(
        better ? Figure.Weight.GOOD : Figure.Weight.NOTE,
        text("%s made %d mistakes of %d.", conditions, after, tuned.mistakesBefore()),
        better ? "A larger budget, trained back, may go further." : smaller);
  }

  /** Whether the budget is kept beyond the images at hand, as far as these can say. */
  private Figure.Verdicts verdicts() {
    PairedDrop drop = drop(result.lost(), result.gained());
    boolean shown = drop.high() <= pruned.maxDrop();
    return new Figure.Verdicts(
        "The budget is kept on the images that were judged; the interval says what holds for images like them.",
        List.of(
            new Verdict(
                text(
                    "The shorter network loses at most %s point%s of top-1.",
                    Pruning.points(pruned.maxDrop()), pruned.maxDrop() == 1 ? "" : "s"),
                shown ? Verdict.Status.SHOWN : Verdict.Status.NOT_SHOWN,
                text(
                    "%d test images, before and after on the same; the interval takes no account of the choice of the"
                        + " number of blocks%s",
                    pruned.testImages(), shown ? "" : ", and more images would narrow it"),
                drop.points(),
                drop.low(),
                drop.high(),
                "points")));
  }

  private PairedDrop drop(int lost, int gained) {
    return PairedDrop.of(lost, gained, pruned.testImages());
  }

  private String faster() {
    Double before = pruned.latencyBefore();
    Double after = pruned.latencyAfter();
    return before == null || after == null
        ? ""
        : text("; one image takes %.2f ms instead of %.2f", after, before);
  }

  private StudyReport.Section blocks() {
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure.Blocks(
            "The network before: the stronger the colour, the sooner a block went, and so the nearer it was to an"
                + " identity.",
            setup.network(),
            "kept",
            "went first",
            tints()));
    if (!rounds.isEmpty()) {
      List<String> names = new ArrayList<>();
      List<Double> added = new ArrayList<>();
      for (PruningSearch.Candidate candidate : rounds.get(0).candidates()) {
        names.add(candidate.block());
        added.add(candidate.loss() - start.loss());
      }
      figures.add(
          new Figure.Bars(
              "How much the loss on the images that choose rises without each block alone: blocks of a height near"
                  + " zero are nearly identities already, and many of them are why a deep residual network is no worse"
                  + " than a shallow one.",
              "loss added by removing one block",
              "added loss (nats)",
              4,
              names,
              List.of(new Figure.Series("added loss", added))));
    }
    return new StudyReport.Section(
        "Which blocks",
        "Only a block beside an identity shortcut can go, since its output has the shape of its input; each stage"
            + " keeps one.",
        figures);
  }

  private Map<String, Figure.Tint> tints() {
    List<String> candidates = new ArrayList<>();
    if (!rounds.isEmpty()) {
      rounds.get(0).candidates().forEach(candidate -> candidates.add(candidate.block()));
    }
    Map<String, Figure.Tint> tints = new LinkedHashMap<>();
    for (Unit unit : setup.network().units()) {
      int order = pruned.removed().indexOf(unit.name());
      if (order >= 0) {
        double strength = 1 - 0.7 * order / Math.max(1, removed());
        tints.put(
            unit.name(),
            new Figure.Tint(
                strength,
                String.valueOf(order + 1),
                text("%s: removed in round %d", unit.name(), order + 1)));
      } else {
        String why =
            candidates.contains(unit.name())
                ? "kept"
                : "cannot go, shortcut: " + unit.block().shortcut().label();
        tints.put(unit.name(), new Figure.Tint(0, "", unit.name() + ": " + why));
      }
    }
    return tints;
  }

  private StudyReport.Section method() {
    List<Figure> figures = new ArrayList<>();
    List<Figure.Point> stored = new ArrayList<>();
    List<Figure.Point> renewed = new ArrayList<>();
    stored.add(new Figure.Point(0, start.loss()));
    for (int r = 0; r < rounds.size(); r++) {
      PruningSearch.Round round = rounds.get(r);
      stored.add(new Figure.Point(r + 1.0, round.storedLoss(), round.removed()));
      if (round.renewedLoss() != null) {
        renewed.add(new Figure.Point(r + 1.0, round.renewedLoss(), round.removed()));
      }
    }
    List<Figure.Curve> curves = new ArrayList<>();
    curves.add(new Figure.Curve("statistics as trained", 0, Figure.Style.LINE_AND_DOTS, stored));
    if (!renewed.isEmpty()) {
      curves.add(new Figure.Curve("statistics renewed", 1, Figure.Style.LINE_AND_DOTS, renewed));
    }
    figures.add(
        new Figure.Plot(
            "The loss on the images that choose, with batch norms as they were trained and with statistics computed"
                + " anew on other training images, the lower of which is used: while the line is near the floor, nothing"
                + " that the network learned by heart is missed.",
            new Figure.Axes(
                "selection loss by blocks removed",
                "blocks removed",
                "loss (nats)",
                Figure.Scale.FROM_ZERO,
                Figure.Scale.FROM_ZERO,
                4),
            curves));
    return new StudyReport.Section(
        "How they were chosen",
        text(
            "One block a round: for each block that can go, %d training images are run without it, and the block with"
                + " the lowest mean cross-entropy goes. Statistics of batch norms are then computed anew on %d other training"
                + " images. The %d test images are judged once a round; after three networks in a row beyond the"
                + " budget the search ends.",
            pruned.selectionImages(), setup.calibration().size(), pruned.testImages()),
        figures);
  }

  private StudyReport.Section numbers() {
    List<List<String>> rows = new ArrayList<>();
    for (Pruned.Step step : pruned.frontier()) {
      rows.add(
          List.of(
              String.valueOf(step.removed()),
              step.block().isEmpty() ? "-" : step.block(),
              String.valueOf(step.depth()),
              text("%.1f M", step.multiplyAdds() / 1e6),
              text("%,d", step.parameters()),
              step.latency() == null ? "-" : text("%.2f", step.latency()),
              text("%.4f", step.selectionLoss()),
              step.statistics(),
              text("%.2f %%", 100 * step.top1()),
              String.valueOf(step.mistakes()),
              step.within() ? "yes" : "no"));
    }
    List<List<String>> losses = new ArrayList<>();
    for (int r = 0; r < rounds.size(); r++) {
      for (PruningSearch.Candidate candidate : rounds.get(r).candidates()) {
        losses.add(
            List.of(String.valueOf(r + 1), candidate.block(), text("%.5f", candidate.loss())));
      }
    }
    return new StudyReport.Section(
        "In numbers",
        "",
        List.of(
            new Figure.Numbers(
                "The frontier, network by network.",
                List.of(
                    "removed",
                    "last",
                    "depth",
                    "multiply-adds",
                    "parameters",
                    "latency (ms)",
                    "selection loss",
                    "statistics",
                    "top-1",
                    "mistakes",
                    "within budget"),
                rows,
                false),
            new Figure.Numbers(
                "The loss without each block, round by round",
                List.of("round", "block", "loss"),
                losses,
                true)));
  }

  private Map<String, String> conditions() {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", folder.command());
    conditions.put("Model", setup.model().folder().toString());
    conditions.put(
        "Data",
        text(
            "%s, %d training and %d test images; %d of the training images chose blocks, %d renewed statistics",
            pruned.data(),
            setup.data().train().size(),
            pruned.testImages(),
            pruned.selectionImages(),
            setup.calibration().size()));
    conditions.put("Seed", String.valueOf(setup.plan().seed()));
    conditions.put("Batch", String.valueOf(setup.batch()));
    conditions.put("Machine", Machine.describe());
    conditions.put("Engine", Engine.describe() + ", fp32");
    conditions.put(
        "Latency",
        text(
            "compiled, %s, fp32, batch of 1, %d threads, median of runs taken in turn",
            CompiledNetwork.engine(), Engine.threads()));
    conditions.put("Time", text("%.0f s", pruned.seconds()));
    return conditions;
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
