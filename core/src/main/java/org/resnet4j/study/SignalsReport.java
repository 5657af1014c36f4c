package org.resnet4j.study;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.resnet4j.report.Figure;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Point;
import org.resnet4j.report.Figure.Scale;
import org.resnet4j.report.Figure.Style;
import org.resnet4j.report.StudyReport;
import org.resnet4j.report.StudyReport.Section;
import org.resnet4j.report.Verdict;
import org.resnet4j.study.SignalsLook.LayerSignal;
import org.resnet4j.study.SignalsLook.Moment;
import org.resnet4j.study.SignalsLook.UnitSignal;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.Machine;

/** The page of a study of signals. */
final class SignalsReport {
  private static final String UNIT = "unit, first to last";
  private static final String LAYER = "convolution, first to last";

  private final SignalsPlan plan;
  private final SignalsFindings findings;
  private final List<Verdict> verdicts;
  private final String command;
  private final List<String> notes;

  SignalsReport(
      SignalsPlan plan,
      SignalsFindings findings,
      List<Verdict> verdicts,
      String command,
      List<String> notes) {
    this.plan = plan;
    this.findings = findings;
    this.verdicts = List.copyOf(verdicts);
    this.command = command;
    this.notes = List.copyOf(notes);
  }

  StudyReport report() {
    List<Section> sections = new ArrayList<>();
    sections.add(
        new Section(
            "What the data say",
            "Each claim has a line that was fixed before anything was measured. It is shown where"
                + " the whole 95 % interval over the seeds lies on its side of the line,"
                + " contradicted where it lies on the other side, and else not shown.",
            List.of(
                new Figure.Verdicts(
                    "Whether the gradient vanishes, whether signals die or explode without batch"
                        + " norm, and whether residual networks respond more weakly.",
                    verdicts))));
    sections.add(summary());
    for (SignalsVariant residual : shown(v -> !v.saved() && v.shortcuts() && v.norm())) {
      sections.add(signals(family(residual)));
    }
    for (SignalsVariant saved : shown(SignalsVariant::saved)) {
      sections.add(signals(List.of(saved)));
    }
    sections.add(shares());
    sections.add(responses());
    sections.add(definitions());
    return new StudyReport(
        "Is the gradient vanishing?",
        "Deeper plain networks train worse. One explanation would be that the gradient dies on its"
            + " way back to the first layers. This study sends images through networks with and"
            + " without shortcuts and batch norm and measures how strong signals are on the way"
            + " forward and on the way back."
            + outcome(),
        headline(),
        sections,
        "resnet4j study signals resnet20 resnet56",
        conditions());
  }

  /** How weak the gradient of the first unit is in each plain network with norm, at its weakest. */
  private String outcome() {
    StringBuilder words = new StringBuilder();
    for (SignalsVariant plain : shown(v -> !v.shortcuts() && v.norm() && !v.saved())) {
      double weakest = Double.POSITIVE_INFINITY;
      double strongest = 0;
      for (Moment moment : Moment.values()) {
        for (SignalsLook look : findings.looks(plain, moment)) {
          weakest = Math.min(weakest, Math.pow(10, look.gradientDecades()));
          strongest = Math.max(strongest, Math.pow(10, look.gradientDecades()));
        }
      }
      words.append(
          " In %s, the first unit gets %s to %s times the gradient of the last one."
              .formatted(plain.title(), number(weakest), number(strongest)));
    }
    return words.toString();
  }

  private boolean trains() {
    return findings.variants().stream().anyMatch(SignalsVariant::trains);
  }

  private Map<String, String> headline() {
    Map<String, String> headline = new LinkedHashMap<>();
    for (Verdict.Status status : Verdict.Status.values()) {
      long count = verdicts.stream().filter(verdict -> verdict.status() == status).count();
      headline.put("claims " + status.label(), Long.toString(count));
    }
    return headline;
  }

  private List<SignalsVariant> shown(Predicate<SignalsVariant> kind) {
    return findings.variants().stream().filter(kind).toList();
  }

  /** The network, its plain twin, and both without norm, as far as they were studied. */
  private List<SignalsVariant> family(SignalsVariant residual) {
    return shown(v -> !v.saved() && v.isOfFamily(residual));
  }

  private Section summary() {
    List<List<String>> rows = new ArrayList<>();
    for (SignalsVariant variant : findings.variants()) {
      for (Moment moment : Moment.values()) {
        List<SignalsLook> looks = findings.looks(variant, moment);
        if (!looks.isEmpty()) {
          rows.add(row(variant, moment, looks));
        }
      }
    }
    String diverged =
        findings.variants().stream()
            .filter(variant -> !findings.diverged(variant).isEmpty())
            .map(this::divergence)
            .collect(Collectors.joining(" "));
    return new Section(
        "At a glance",
        trains() && diverged.isEmpty() ? "Every training stayed finite." : diverged,
        List.of(
            new Figure.Numbers(
                "First and last unit of each network: if the gradient vanished, the one at the first"
                    + " unit would be many times smaller than the one at the last.",
                List.of(
                    "network",
                    "when",
                    "seeds",
                    "loss",
                    "std first",
                    "std last",
                    "gradient first",
                    "gradient last",
                    "first / last",
                    "through shortcuts"),
                rows,
                false)));
  }

  private String divergence(SignalsVariant variant) {
    List<Signals.Placed> diverged = findings.diverged(variant);
    String steps =
        diverged.stream()
            .map(placed -> Long.toString(placed.trial().lastStep()))
            .collect(Collectors.joining(", "));
    return "%s diverged with %d of %d seeds, after step %s."
        .formatted(variant.title(), diverged.size(), plan.seeds(), steps);
  }

  private static List<String> row(SignalsVariant variant, Moment moment, List<SignalsLook> looks) {
    return List.of(
        variant.title(),
        variant.saved() ? "as it is" : moment.words(),
        Integer.toString(looks.size()),
        number(SignalsResults.mean(looks, SignalsLook::loss)),
        number(SignalsResults.geometric(looks, look -> Math.sqrt(look.firstUnit().variance()))),
        number(SignalsResults.geometric(looks, look -> Math.sqrt(look.lastUnit().variance()))),
        number(SignalsResults.geometric(looks, look -> look.firstUnit().gradient())),
        number(SignalsResults.geometric(looks, look -> look.lastUnit().gradient())),
        number(SignalsResults.geometric(looks, look -> Math.pow(10, look.gradientDecades()))),
        variant.shortcuts()
            ? String.format(
                Locale.ROOT, "%.0f %%", 100 * SignalsResults.mean(looks, SignalsLook::meanShare))
            : "-");
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "-";
    }
    // Three digits, and no power of ten where people read the number without.
    return String.format(Locale.ROOT, value >= 1000 && value < 1e6 ? "%,.0f" : "%.3g", value);
  }

  private Section signals(List<SignalsVariant> family) {
    List<Figure> figures = new ArrayList<>();
    for (Moment moment : Moment.values()) {
      List<SignalsVariant> present =
          family.stream().filter(v -> !findings.looks(v, moment).isEmpty()).toList();
      if (!present.isEmpty()) {
        figures.add(forward(present, moment));
        figures.add(backward(present, moment));
        figures.add(weights(present, moment));
      }
    }
    SignalsVariant first = family.get(0);
    return new Section(
        "Signals of " + first.title(),
        first.saved()
            ? "The model as it is, with the images of the study."
            : "Twins with the same branches to begin with. Curves are geometric means over the seeds.",
        figures);
  }

  private Figure forward(List<SignalsVariant> family, Moment moment) {
    return plot(
        "Forward, %s: how much the output of each convolution varies; a curve that falls by powers of ten is a signal that dies, and batch norm should prevent it."
            .formatted(when(family, moment)),
        "Standard deviation of the output of each convolution",
        LAYER,
        "standard deviation of the output",
        Scale.LOGARITHMIC,
        family,
        variant ->
            layerPoints(
                variant, moment, LayerSignal::convolution, layer -> Math.sqrt(layer.variance())));
  }

  private Figure weights(List<SignalsVariant> family, Moment moment) {
    return plot(
        "Gradients of the weights, %s: what each convolution is told to change; if the first ones got almost nothing, they could not learn."
            .formatted(when(family, moment)),
        "Norm of the gradient with respect to each convolution's weights",
        LAYER,
        "L2 norm of the gradient",
        Scale.LOGARITHMIC,
        family,
        variant ->
            layerPoints(variant, moment, LayerSignal::convolution, LayerSignal::weightGradient));
  }

  private Figure backward(List<SignalsVariant> family, Moment moment) {
    return plot(
        "Backward, %s: the gradient at the output of each unit, which flows from right to left; a vanishing gradient would fall towards the left."
            .formatted(when(family, moment)),
        "Norm of the gradient with respect to each unit's output",
        UNIT,
        "L2 norm of the gradient",
        Scale.LOGARITHMIC,
        family,
        variant -> unitPoints(variant, moment, UnitSignal::gradient));
  }

  private static String when(List<SignalsVariant> family, Moment moment) {
    return family.get(0).saved() ? "as it is" : moment.words();
  }

  private Section shares() {
    List<Figure> figures = new ArrayList<>();
    for (Moment moment : Moment.values()) {
      List<SignalsVariant> present =
          shown(v -> v.shortcuts() && !findings.looks(v, moment).isEmpty());
      if (!present.isEmpty()) {
        figures.add(
            plot(
                "%s: the share of the gradient at each unit's input that came through the shortcut and not through the branch; half means that both carry as much, and in a plain network it is zero."
                    .formatted(capital(moment.words())),
                "Share of the gradient through the shortcut",
                UNIT,
                "share through the shortcut",
                Scale.FROM_ZERO,
                present,
                variant -> sharePoints(variant, moment)));
      }
    }
    return new Section(
        "Through the shortcut or through the branch",
        "A shortcut hands the gradient on as it is, whatever the branch does to it.",
        figures);
  }

  private static String capital(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private Section responses() {
    List<SignalsVariant> present =
        shown(v -> v.norm() && !findings.looks(v, Moment.AFTER).isEmpty());
    List<Figure> figures = new ArrayList<>();
    if (!present.isEmpty()) {
      figures.add(
          plot(
              "Figure 7, in order: how strongly each 3x3 layer responds after training; the paper's claim is that residual networks lie below plain ones, and deeper residual ones below shallower.",
              "Standard deviation of the response of each 3x3 layer, in order",
              "3x3 layer, first to last",
              "standard deviation of the response",
              Scale.FROM_ZERO,
              present,
              variant ->
                  numbered(SignalsFindings.responses(findings.looks(variant, Moment.AFTER)))));
      figures.add(
          plot(
              "Figure 7, sorted: the same values from the strongest to the weakest, so that whole networks can be compared; the same claim.",
              "Standard deviation of the response of each 3x3 layer, sorted",
              "3x3 layers by the strength of their response",
              "standard deviation of the response",
              Scale.FROM_ZERO,
              present,
              variant ->
                  numbered(
                      SignalsFindings.responses(findings.looks(variant, Moment.AFTER)).stream()
                          .sorted(Comparator.reverseOrder())
                          .toList())));
      figures.add(responseTable(present));
    }
    return new Section(
        "Responses of the layers (figure 7)",
        "The paper reads from this that residual functions are generally closer to zero than others:"
            + " each block has to change little."
            + (present.isEmpty() ? " No network here has been trained to the end." : ""),
        figures);
  }

  private Figure responseTable(List<SignalsVariant> present) {
    List<List<String>> rows = new ArrayList<>();
    for (SignalsVariant variant : present) {
      List<SignalsLook> looks = findings.looks(variant, Moment.AFTER);
      List<Double> sorted = SignalsFindings.responses(looks).stream().sorted().toList();
      rows.add(
          List.of(
              variant.title(),
              Integer.toString(sorted.size()),
              number(sorted.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN)),
              number(sorted.get(sorted.size() / 2)),
              number(sorted.get(0)),
              number(sorted.get(sorted.size() - 1))));
    }
    return new Figure.Numbers(
        "The responses in numbers",
        List.of("network", "3x3 layers", "mean", "median", "weakest", "strongest"),
        rows,
        true);
  }

  private static Section definitions() {
    return new Section(
        "What was measured",
        "Every pass is as in training: batch norms use the statistics of the batch, the loss is the"
            + " mean cross-entropy of the batch. It runs on a copy of the network in fp32, on"
            + " training images that are not varied.",
        List.of(
            new Figure.Numbers(
                "Definitions",
                List.of("what", "how"),
                List.of(
                    List.of(
                        "standard deviation of an output",
                        "over all values (N, C, H, W) of a batch, around their mean"),
                    List.of(
                        "gradient of a unit",
                        "L2 norm of the gradient of the loss with respect to the unit's output, over"
                            + " the batch"),
                    List.of(
                        "gradient of weights",
                        "L2 norm of the gradient of the loss with respect to a kernel"),
                    List.of(
                        "share through the shortcut",
                        "|s| / (|s| + |b|): s and b are the gradients that reach the unit's input"
                            + " through shortcut and branch, their L2 norms over the batch; the two"
                            + " add up as vectors, their norms need not"),
                    List.of(
                        "response of a 3x3 layer",
                        "the output of the batch norm behind it, before ReLU or addition; its own"
                            + " output where no norm follows"),
                    List.of(
                        "diverged",
                        "the loss was no longer a number; the training ends there, and what comes"
                            + " later is missing")),
                true)));
  }

  private Map<String, String> conditions() {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put("Command", command);
    conditions.put("Networks", String.join(", ", plan.networks()));
    conditions.put("Data", plan.data() + "; training images");
    conditions.put("Seeds", "0 to " + (plan.seeds() - 1));
    conditions.put(
        "Training",
        !trains()
            ? "none"
            : "%d steps of %d images, SGD with momentum 0.9, rate 0.1 after a warm-up of a tenth of the steps, weight decay 0.0001, images padded, cropped and flipped"
                .formatted(plan.steps(), plan.batch()));
    conditions.put("Initialisation", "He, fan-out (arXiv 1502.01852); twins share their branches");
    conditions.put(
        "Looked at",
        "%d batches of %d images; %d for a model as it is"
            .formatted(Signals.BATCHES_IN_TRAINING, plan.batch(), Signals.BATCHES_OF_A_MODEL));
    conditions.put("Machine", Machine.describe());
    conditions.put("Engine", Engine.describe());
    if (!notes.isEmpty()) {
      conditions.put("Notes", String.join(" ", notes));
    }
    return conditions;
  }

  private Figure plot(
      String caption,
      String title,
      String x,
      String y,
      Scale scale,
      List<SignalsVariant> variants,
      Function<SignalsVariant, List<Point>> points) {
    List<Curve> curves = new ArrayList<>();
    for (int i = 0; i < variants.size(); i++) {
      SignalsVariant variant = variants.get(i);
      Style style = variant.norm() ? Style.LINE_AND_DOTS : Style.DASHED;
      curves.add(new Curve(variant.title(), i, style, points.apply(variant)));
    }
    return new Figure.Plot(caption, new Axes(title, x, y, Scale.AROUND_VALUES, scale, 4), curves);
  }

  private List<Point> layerPoints(
      SignalsVariant variant,
      Moment moment,
      Predicate<LayerSignal> kind,
      ToDoubleFunction<LayerSignal> value) {
    List<SignalsLook> looks = findings.looks(variant, moment);
    List<LayerSignal> layers = looks.get(0).layers();
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int layer = i;
      if (kind.test(layers.get(i))) {
        double y =
            SignalsResults.geometric(looks, look -> value.applyAsDouble(look.layers().get(layer)));
        points.add(new Point(points.size() + 1, y, layers.get(i).name()));
      }
    }
    return points;
  }

  private List<Point> unitPoints(
      SignalsVariant variant, Moment moment, ToDoubleFunction<UnitSignal> value) {
    List<SignalsLook> looks = findings.looks(variant, moment);
    List<UnitSignal> units = looks.get(0).units();
    return IntStream.range(0, units.size())
        .mapToObj(
            i ->
                new Point(
                    i + 1,
                    SignalsResults.geometric(
                        looks, look -> value.applyAsDouble(look.units().get(i))),
                    units.get(i).name()))
        .toList();
  }

  private List<Point> sharePoints(SignalsVariant variant, Moment moment) {
    List<SignalsLook> looks = findings.looks(variant, moment);
    List<UnitSignal> units = looks.get(0).units();
    return IntStream.range(0, units.size())
        .mapToObj(
            i ->
                new Point(
                    i + 1,
                    SignalsResults.mean(looks, look -> look.units().get(i).shortcutShare()),
                    units.get(i).name()))
        .toList();
  }

  private static List<Point> numbered(List<Double> values) {
    return IntStream.range(0, values.size())
        .mapToObj(i -> new Point(i + 1, values.get(i)))
        .toList();
  }
}
