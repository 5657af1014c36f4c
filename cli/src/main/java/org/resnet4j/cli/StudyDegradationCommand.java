package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Arm;
import org.resnet4j.study.Degradation;
import org.resnet4j.study.DegradationPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j study degradation}. */
@Command(
    name = "degradation",
    description = {
      "Train plain and residual twins of several depths and judge the paper's claims:",
      "deeper plain networks train worse, residual ones do not, and it is no overfitting.",
      "Presets: smoke (built-in data, minutes), hour, paper (CIFAR-10, days)."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j study degradation",
      "  resnet4j study degradation --preset paper --data cifar-10/ --dry-run",
      "  resnet4j study degradation --data photos/ --depths 20,56 --set epochs=20",
      "  resnet4j study degradation --arms b,c,no-norm --seeds 5",
      "  resnet4j study degradation --resume runs/20260101-120000-degradation"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class StudyDegradationCommand implements Callable<Integer> {
  private static final List<String> CHOICES =
      List.of(
          "--preset",
          "--data",
          "--depths",
          "--width",
          "--seeds",
          "--arms",
          "--set",
          "--out",
          "--dry-run");

  @Option(
      names = "--preset",
      paramLabel = "P",
      defaultValue = "smoke",
      description = "Plan to start from: smoke, hour or paper (default: ${DEFAULT-VALUE}).")
  private String preset;

  @Option(
      names = "--data",
      paramLabel = "D",
      description = "Folder or file with images, or a built-in name (default: shapes).")
  private @Nullable String data;

  @Option(
      names = "--depths",
      paramLabel = "N",
      split = ",",
      description = "Depths to compare, 6n + 2 layers, separated by commas.")
  private List<Integer> depths = new ArrayList<>();

  @Option(
      names = "--width",
      paramLabel = "N",
      description = "Channels of the first stage; 16 in the paper.")
  private @Nullable Integer width;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How often everything is trained (default: 3).")
  private @Nullable Integer seeds;

  @Option(
      names = "--arms",
      paramLabel = "A",
      split = ",",
      description = {
        "Networks besides plain and residual: b, c (shortcuts), bottleneck,",
        "longer (3 x iterations), no-norm, pre-activation."
      })
  private List<String> arms = new ArrayList<>();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replace a key of the recipe; can be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Mixin private StudyOptions study;

  @Mixin private Json json;

  @ParentCommand private StudyCommand parent;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    study.refuseWithResume(CHOICES);
    if (study.dryRun()) {
      printPlan();
      return ExitCodes.OK;
    }
    Main main = parent.main();
    Optional<Degradation.Results> results =
        study.run(
            main,
            List.of("study", "degradation"),
            (events, stop) ->
                study.resume().isPresent()
                    ? Degradation.resume(study.resume().get(), events, stop)
                    : Degradation.run(plan(), study.out(), study.command(), events, stop));
    results.ifPresent(this::print);
    return results.isPresent() ? ExitCodes.OK : main.stop().status();
  }

  private DegradationPlan plan() {
    DegradationPlan plan = DegradationPlan.preset(preset).withSettings(settings);
    plan = data == null ? plan : plan.withData(data);
    plan = depths.isEmpty() ? plan : plan.withDepths(depths);
    plan = width == null ? plan : plan.withWidth(width);
    plan = seeds == null ? plan : plan.withSeeds(seeds);
    return arms.isEmpty() ? plan : plan.withArms(Arm.asked(arms));
  }

  private void printPlan() {
    List<Degradation.Estimate> estimates = Degradation.estimate(plan());
    PrintWriter out = spec.commandLine().getOut();
    double seconds = estimates.stream().mapToDouble(Degradation.Estimate::seconds).sum();
    if (json.wanted()) {
      Json.print(out, Map.of("runs", estimates, "seconds", seconds));
      return;
    }
    Table table = new Table("network", "kind", "steps", "seeds", "about");
    for (Degradation.Estimate row : estimates) {
      table.row(row.network(), row.arm(), row.steps(), row.seeds(), Figures.clock(row.seconds()));
    }
    table.print(out);
    out.printf("about %s on this machine, as measured now%n", Figures.clock(seconds));
  }

  private void print(Degradation.Results results) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      StudyOptions.printResults(out, results.folder());
      return;
    }
    Table table = new Table("network", "kind", "seed", "train error", "test error", "time");
    for (Degradation.ArmRow row : results.document().arms()) {
      table.row(
          row.network(),
          row.arm(),
          row.seed(),
          row.diverged() ? "diverged" : Figures.percent(row.trainError()),
          row.diverged() ? "diverged" : Figures.percent(row.testError()),
          Figures.clock(row.seconds()));
    }
    table.print(out);
    for (Degradation.VerdictRow verdict : results.document().verdicts()) {
      out.println();
      out.printf(
          "%s  %s%n",
          parent.main().terminal().bold(verdict.status().toUpperCase(Locale.ROOT)),
          verdict.claim());
      out.printf(
          Locale.ROOT,
          "  %+.1f points%s; %s%n",
          verdict.difference(),
          Double.isNaN(verdict.low())
              ? ""
              : String.format(
                  Locale.ROOT, ", 95 %% interval %+.1f to %+.1f", verdict.low(), verdict.high()),
          verdict.reason());
    }
    results.document().notes().forEach(note -> out.printf("%nnote: %s%n", note));
    out.printf("%nreport: %s%n", results.folder().resolve("report.html"));
  }
}
