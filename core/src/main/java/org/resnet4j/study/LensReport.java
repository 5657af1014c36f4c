package org.resnet4j.study;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.report.Figure;
import org.resnet4j.report.StudyReport;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.Machine;

/** What a lens found as a page. */
final class LensReport {
  /** Changes of the loss below it look alike in the drawing: the cross-entropy of 1 % doubt. */
  private static final double PALE = 0.01;

  private static final List<String> COLUMNS =
      List.of(
          "block",
          "branch std",
          "shortcut std",
          "ratio",
          "cosine",
          "gradient share",
          "loss without",
          "change of loss",
          "top-1 without",
          "broken",
          "fixed",
          "drift of means",
          "drift of variances",
          "dead channels");

  private final LensResult result;
  private final LensSubject subject;
  private final LensPlan plan;
  private final String command;

  LensReport(LensResult result, LensSubject subject, LensPlan plan, String command) {
    this.result = result;
    this.subject = subject;
    this.plan = plan;
    this.command = command;
  }

  StudyReport page() {
    List<StudyReport.Section> sections = new ArrayList<>();
    sections.add(
        new StudyReport.Section(
            "What was found", "", List.of(new Figure.Findings(result.findings()))));
    sections.add(network());
    if (result.paths() != null) {
      sections.add(paths());
      sections.add(signals());
    }
    if (!result.removed().isEmpty()) {
      sections.add(lesions());
    }
    sections.add(norms());
    sections.add(new StudyReport.Section("Numbers", "", List.of(numbers())));
    return new StudyReport(
        "Lens on " + result.network(), summary(), headline(), sections, next(), conditions());
  }

  /** Pruning, where a block can go. */
  private String next() {
    return DepthSurgery.removable(subject.network()).isEmpty()
        ? "./resnet4j evaluate %s --data %s".formatted(result.model(), result.data())
        : "./resnet4j prune %s --data %s".formatted(result.model(), result.data());
  }

  private String summary() {
    return "What does each block of this trained network do? %s was shown %d of %d test images of %s and was watched: what each branch adds to its shortcut, which way the gradient takes, and what is lost when a block is taken out."
        .formatted(result.network(), result.images(), result.testImages(), result.data());
  }

  private Map<String, String> headline() {
    Map<String, String> figures = new LinkedHashMap<>();
    figures.put("top-1", percent(result.top1()));
    figures.put("loss", decimal(result.loss()));
    if (!result.mostUseful().isEmpty()) {
      figures.put("most useful by loss", result.mostUseful().get(0));
      figures.put("least useful by loss", result.leastUseful().get(0));
    }
    LensPaths paths = result.paths();
    if (paths != null && paths.gradientFrom() != null) {
      figures.put(
          "branches on 95 % of the gradient's way",
          "%d to %d of %d".formatted(paths.gradientFrom(), paths.gradientTo(), paths.units()));
    }
    return figures;
  }

  // The network and its blocks.

  private StudyReport.Section network() {
    double most =
        result.blocks().stream()
            .mapToDouble(block -> orNaN(block.lossChange()))
            .filter(change -> change > 0)
            .max()
            .orElse(PALE);
    Map<String, Figure.Tint> tints = new LinkedHashMap<>();
    for (LensBlock block : result.blocks()) {
      if (block.removed()) {
        double change = Math.max(0, orNaN(block.lossChange()));
        tints.put(
            block.name(),
            new Figure.Tint(
                Math.log1p(change / PALE) / Math.log1p(most / PALE),
                signed(orNaN(block.lossChange())),
                "%s: without it the loss is %s (%s), top-1 %s"
                    .formatted(
                        block.name(),
                        decimal(orNaN(block.lossWithout())),
                        signed(orNaN(block.lossChange())),
                        percent(orNaN(block.top1Without())))));
      }
    }
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure.Blocks(
            "The stronger the colour, the more the loss grows when that block alone is taken out: pale blocks are those the network could do without.",
            subject.network(),
            "no change",
            "loss grows by " + decimal(most),
            tints));
    figures.add(
        new Figure.Bars(
            "How much the loss grows without each block: short bars say that paths do not hang on each other, as of residual networks and not of plain ones (arXiv 1605.06431, section 4.1).",
            "Change of loss without each block",
            "change of loss (nats)",
            3,
            names(),
            List.of(
                new Figure.Series(
                    "without the block",
                    result.blocks().stream().map(block -> orNaN(block.lossChange())).toList()))));
    return new StudyReport.Section(
        "Blocks",
        "A block is taken out by leaving only its shortcut; where that changes the shape, it stays. Nothing is trained again.",
        figures);
  }

  private List<String> names() {
    return result.blocks().stream().map(LensBlock::name).toList();
  }

  // Branch and shortcut.

  private StudyReport.Section signals() {
    return new StudyReport.Section(
        "Branch and shortcut",
        "F is what the branch gives, x what the shortcut adds to it, both before the sum.",
        List.of(
            plot(
                "Where the branch lies far below the shortcut, blocks change what they get only a little; arXiv 1512.03385, section 4.2, finds that of deep residual networks.",
                "Standard deviation of branch and shortcut by depth",
                "standard deviation",
                Figure.Scale.FROM_ZERO,
                List.of(
                    curve("branch", 0, block -> block.branchStd()),
                    curve("shortcut", 1, LensBlock::shortcutStd))),
            plot(
                "The length of F over that of x, image by image: near 0 a block is nearly an identity, which is what residual learning makes easy.",
                "Ratio of branch to shortcut by depth",
                "‖F‖ / ‖x‖",
                Figure.Scale.FROM_ZERO,
                List.of(curve("ratio", 0, LensBlock::ratio))),
            plot(
                "The cosine of F and x: below 0 a branch takes away from what it gets, above 0 it amplifies, at 0 it adds something new.",
                "Cosine of branch and shortcut by depth",
                "cosine",
                Figure.Scale.AROUND_VALUES,
                List.of(curve("cosine", 0, LensBlock::cosine))),
            plot(
                "The share of the gradient that goes back through the branch; the rest goes past it by the shortcut, and that is why it does not vanish in depth.",
                "Share of the gradient through the branch by depth",
                "share",
                Figure.Scale.FROM_ZERO,
                List.of(curve("branch", 0, LensBlock::gradientShare)))));
  }

  private Figure.Plot plot(
      String caption, String title, String y, Figure.Scale scale, List<Figure.Curve> curves) {
    return new Figure.Plot(
        caption, new Figure.Axes(title, "block", y, Figure.Scale.AROUND_VALUES, scale, 3), curves);
  }

  private Figure.Curve curve(String name, int colour, Function<LensBlock, @Nullable Double> value) {
    List<LensBlock> blocks = result.blocks();
    return new Figure.Curve(
        name,
        colour,
        Figure.Style.LINE_AND_DOTS,
        IntStream.range(0, blocks.size())
            .mapToObj(
                i ->
                    new Figure.Point(
                        i + 1.0, orNaN(value.apply(blocks.get(i))), blocks.get(i).name()))
            .toList());
  }

  // Lesions.

  private StudyReport.Section lesions() {
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure.Plot(
            "If the error grows smoothly as more blocks are removed, and does not jump at the first, the network behaves like an ensemble of its paths (arXiv 1605.06431, figure 5a).",
            new Figure.Axes(
                "Error after removing blocks at random",
                "blocks removed",
                "error (%)",
                Figure.Scale.FROM_ZERO,
                Figure.Scale.FROM_ZERO,
                1),
            List.of(
                lesion("mean", Figure.Style.THICK, LensLesion::error),
                lesion("least", Figure.Style.DASHED, LensLesion::low),
                lesion("most", Figure.Style.DASHED, LensLesion::high))));
    if (!result.permuted().isEmpty()) {
      List<Figure.Point> points = new ArrayList<>();
      for (LensLesion lesion : result.permuted()) {
        for (LensLesion.Draw draw : lesion.draws()) {
          points.add(
              new Figure.Point(
                  orNaN(draw.tau()), 100 * draw.error(), "%d swaps".formatted(lesion.count())));
        }
      }
      figures.add(
          new Figure.Plot(
              "Each dot is the network with its blocks in another order: the further from the right end, where the order is the original one, the more is shuffled (arXiv 1605.06431, figure 5b).",
              new Figure.Axes(
                  "Error after swapping blocks of one shape",
                  "Kendall's tau of the order",
                  "error (%)",
                  Figure.Scale.AROUND_VALUES,
                  Figure.Scale.FROM_ZERO,
                  1),
              List.of(new Figure.Curve("an order", 0, Figure.Style.DOTS, points))));
    }
    return new StudyReport.Section(
        "Lesions",
        "Blocks are removed, or change places with others of their shape, at random; %d draws a point, on %d images, nothing trained again."
            .formatted(LensSurvey.DRAWS, result.lesionImages()),
        figures);
  }

  private Figure.Curve lesion(String name, Figure.Style style, Function<LensLesion, Double> error) {
    return new Figure.Curve(
        name,
        0,
        style,
        result.removed().stream()
            .map(lesion -> new Figure.Point(lesion.count(), 100 * error.apply(lesion)))
            .toList());
  }

  // Paths.

  private StudyReport.Section paths() {
    LensPaths paths = result.paths();
    List<LensPaths.Length> lengths = paths == null ? List.of() : paths.lengths();
    return new StudyReport.Section(
        "Paths",
        "A network of L blocks is 2^L paths: each block is taken through its branch or past it. The gradient along single paths is measured on %d drawn paths for each length."
            .formatted(plan.paths()),
        List.of(
            new Figure.Plot(
                shares(),
                lengthAxes(
                    "Share of paths and of gradient by length",
                    "share (%)",
                    Figure.Scale.FROM_ZERO),
                List.of(
                    length("of all paths", 1, lengths, l -> 100 * l.paths()),
                    length("of the gradient", 0, lengths, l -> 100 * orNaN(l.share())))),
            new Figure.Plot(
                "Where the line falls, each branch more on a path weakens the gradient that comes along it: long paths carry next to nothing.",
                lengthAxes(
                    "Gradient along one path by length",
                    "norm of an image's gradient",
                    Figure.Scale.LOGARITHMIC),
                List.of(
                    length("mean", 0, lengths, LensPaths.Length::gradient),
                    range("least and most", lengths)))));
  }

  /** What the first of the two plots says of this network. */
  private String shares() {
    LensPaths paths = result.paths();
    boolean shorter =
        paths != null && paths.gradientTo() != null && paths.gradientTo() < paths.pathsTo();
    return shorter
        ? "Most paths go through half of the branches, but the gradient comes along shorter ones: the network is deep and learns as if it were shallow (arXiv 1605.06431, figure 6)."
        : "Most paths go through half of the branches; that the gradient comes along shorter ones, as arXiv 1605.06431 (figure 6) found, does not show in this network.";
  }

  private static Figure.Axes lengthAxes(String title, String y, Figure.Scale scale) {
    return new Figure.Axes(title, "branches on the path", y, Figure.Scale.FROM_ZERO, scale, 3);
  }

  private static Figure.Curve length(
      String name,
      int colour,
      List<LensPaths.Length> lengths,
      Function<LensPaths.Length, Double> value) {
    return new Figure.Curve(
        name,
        colour,
        Figure.Style.THICK,
        lengths.stream()
            .map(length -> new Figure.Point(length.length(), value.apply(length)))
            .toList());
  }

  private static Figure.Curve range(String name, List<LensPaths.Length> lengths) {
    List<Figure.Point> points = new ArrayList<>();
    for (LensPaths.Length length : lengths) {
      if (length.low() != null && length.high() != null) {
        points.add(new Figure.Point(length.length(), length.low()));
        points.add(new Figure.Point(length.length(), length.high()));
      }
    }
    return new Figure.Curve(name, 0, Figure.Style.DOTS, points);
  }

  // Norms.

  private StudyReport.Section norms() {
    return new StudyReport.Section(
        "Batch norm and channels",
        "Batch norm computes with the mean and variance it stored in training. Where these images have others, the data or their preprocessing changed.",
        List.of(
            plot(
                "How far means are from the stored ones, and |ln| of how many times variances differ, medians over channels: near 0 where the data are like those of training.",
                "Drift of batch norm by depth",
                "standard deviations, or |ln|",
                Figure.Scale.FROM_ZERO,
                List.of(
                    curve("means", 0, block -> drift(block, LensDrift::mean)),
                    curve("variances", 1, block -> drift(block, LensDrift::variance)))),
            plot(
                "Channels that are zero after ReLU on every image: they cost time and do nothing.",
                "Dead channels by depth",
                "dead channels (%)",
                Figure.Scale.FROM_ZERO,
                List.of(
                    curve(
                        "dead",
                        0,
                        block ->
                            block.channels() == 0
                                ? 0
                                : 100.0 * block.dead() / block.channels())))));
  }

  private static @Nullable Double drift(LensBlock block, Function<LensDrift, Double> value) {
    return block.drift() == null ? null : value.apply(block.drift());
  }

  // Numbers.

  private Figure.Numbers numbers() {
    return new Figure.Numbers(
        "Every block in numbers; means over images, measured before the sum of branch and shortcut",
        COLUMNS,
        result.blocks().stream().map(LensReport::row).toList(),
        true);
  }

  private static List<String> row(LensBlock block) {
    return List.of(
        block.name(),
        decimal(block.branchStd()),
        decimal(orNaN(block.shortcutStd())),
        decimal(orNaN(block.ratio())),
        decimal(orNaN(block.cosine())),
        decimal(orNaN(block.gradientShare())),
        decimal(orNaN(block.lossWithout())),
        signed(orNaN(block.lossChange())),
        percent(orNaN(block.top1Without())),
        block.broken() == null ? "-" : block.broken().toString(),
        block.fixed() == null ? "-" : block.fixed().toString(),
        decimal(orNaN(drift(block, LensDrift::mean))),
        decimal(orNaN(drift(block, LensDrift::variance))),
        "%d of %d".formatted(block.dead(), block.channels()));
  }

  private Map<String, String> conditions() {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", command);
    conditions.put("Model", "%s, %s".formatted(result.model(), result.network()));
    conditions.put(
        "data",
        "%s: %d of %d test images, drawn at random"
            .formatted(result.data(), result.images(), result.testImages()));
    conditions.put("Seed", Long.toString(plan.seed()));
    conditions.put(
        "precision",
        "%s on %s, %d images at a time"
            .formatted(
                subject.live().precision().id(), subject.live().device().id(), subject.batch()));
    conditions.put("Machine", Machine.describe());
    conditions.put("Engine", Engine.describe());
    conditions.put("Time", String.format(Locale.ROOT, "%.0f s", result.seconds()));
    return conditions;
  }

  private static double orNaN(@Nullable Double value) {
    return value == null ? Double.NaN : value;
  }

  private static String percent(double fraction) {
    return Double.isNaN(fraction) ? "-" : String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }

  private static String decimal(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  private static String signed(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%+.3f", value);
  }
}
