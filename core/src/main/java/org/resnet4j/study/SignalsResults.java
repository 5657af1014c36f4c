package org.resnet4j.study;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.resnet4j.report.Verdict;
import org.resnet4j.study.Signals.Placed;
import org.resnet4j.study.SignalsLook.Moment;

/**
 * What a study of signals found, in short.
 *
 * @param folder of the study, with {@code report.html} and, layer by layer, CSV files
 * @param rows one for each variant and moment
 * @param responses one for each variant with norm after training: figure 7
 */
public record SignalsResults(
    String folder,
    String data,
    int seeds,
    int steps,
    int batch,
    List<Row> rows,
    List<Responses> responses,
    List<Claim> verdicts) {

  /**
   * A variant at a moment: geometric means over the seeds, arithmetic ones of loss and share.
   *
   * @param shortcuts false for the plain twin
   * @param norm whether its feature maps are normalised
   * @param seeds how many are in the means
   * @param divergedAfter the steps after which trainings ended because the loss was no number
   * @param forwardStdFirst standard deviation of the first unit's output
   * @param gradientFirst L2 norm of the gradient with respect to the first unit's output
   * @param gradientRatio {@code gradientFirst / gradientLast}
   * @param shortcutShare of the gradient that arrives at a unit's input, mean over the units
   */
  public record Row(
      String network,
      int depth,
      boolean shortcuts,
      boolean norm,
      String moment,
      int seeds,
      List<Long> divergedAfter,
      @Nullable Double loss,
      @Nullable Double forwardStdFirst,
      @Nullable Double forwardStdLast,
      @Nullable Double gradientFirst,
      @Nullable Double gradientLast,
      @Nullable Double gradientRatio,
      @Nullable Double shortcutShare) {
    public Row {
      divergedAfter = List.copyOf(divergedAfter);
    }
  }

  /**
   * The responses of the 3x3 layers of a network, means over the seeds.
   *
   * @param std standard deviation of each layer, in order
   */
  public record Responses(
      String network, int depth, boolean shortcuts, int seeds, double mean, List<Double> std) {
    public Responses {
      std = List.copyOf(std);
    }
  }

  /**
   * A claim with what the data say of it.
   *
   * @param status {@code shown}, {@code not shown} or {@code contradicted}
   * @param low the lower end of the 95 % interval; null where there is none
   */
  public record Claim(
      String claim,
      String status,
      @Nullable Double difference,
      @Nullable Double low,
      @Nullable Double high,
      String unit,
      String reason) {}

  public SignalsResults {
    rows = List.copyOf(rows);
    responses = List.copyOf(responses);
    verdicts = List.copyOf(verdicts);
  }

  static SignalsResults of(
      Path folder, SignalsPlan plan, SignalsFindings findings, List<Verdict> verdicts) {
    List<Row> rows = new ArrayList<>();
    List<Responses> responses = new ArrayList<>();
    for (SignalsVariant variant : findings.variants()) {
      List<Long> diverged =
          findings.diverged(variant).stream()
              .map(Placed::trial)
              .map(SignalsTrial::lastStep)
              .toList();
      for (Moment moment : Moment.values()) {
        List<SignalsLook> looks = findings.looks(variant, moment);
        if (!looks.isEmpty()) {
          rows.add(row(variant, moment, looks, diverged));
        }
      }
      List<SignalsLook> last = findings.looks(variant, Moment.AFTER);
      if (variant.norm() && !last.isEmpty()) {
        List<Double> std = SignalsFindings.responses(last);
        double mean = std.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
        responses.add(
            new Responses(
                variant.title(), variant.depth(), variant.shortcuts(), last.size(), mean, std));
      }
    }
    return new SignalsResults(
        folder.toString(),
        plan.data(),
        plan.seeds(),
        plan.steps(),
        plan.batch(),
        rows,
        responses,
        verdicts.stream().map(SignalsResults::claim).toList());
  }

  private static Row row(
      SignalsVariant variant, Moment moment, List<SignalsLook> looks, List<Long> diverged) {
    return new Row(
        variant.title(),
        variant.depth(),
        variant.shortcuts(),
        variant.norm(),
        variant.saved() ? "as it is" : moment.words(),
        looks.size(),
        diverged,
        finite(mean(looks, SignalsLook::loss)),
        finite(geometric(looks, look -> Math.sqrt(look.firstUnit().variance()))),
        finite(geometric(looks, look -> Math.sqrt(look.lastUnit().variance()))),
        finite(geometric(looks, look -> look.firstUnit().gradient())),
        finite(geometric(looks, look -> look.lastUnit().gradient())),
        finite(geometric(looks, look -> Math.pow(10, look.gradientDecades()))),
        finite(mean(looks, SignalsLook::meanShare)));
  }

  private static Claim claim(Verdict verdict) {
    return new Claim(
        verdict.claim(),
        verdict.status().label(),
        finite(verdict.difference()),
        finite(verdict.low()),
        finite(verdict.high()),
        verdict.unit(),
        verdict.reason());
  }

  static double mean(List<SignalsLook> looks, ToDoubleFunction<SignalsLook> value) {
    return looks.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  /** For what spans powers of ten. */
  static double geometric(List<SignalsLook> looks, ToDoubleFunction<SignalsLook> value) {
    return Math.exp(mean(looks, look -> Math.log(value.applyAsDouble(look))));
  }

  /** JSON has no NaN. */
  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** Where the report is. */
  public Path report() {
    return Path.of(folder).resolve("report.html");
  }
}
