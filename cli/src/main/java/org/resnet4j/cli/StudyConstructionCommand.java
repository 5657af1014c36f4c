package org.resnet4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Construction;
import org.resnet4j.study.ConstructionPlan;
import org.resnet4j.study.Degradation;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j study construction}. */
@Command(
    name = "construction",
    description = {
      "Train a plain network, build a deeper one from it by identity layers, and train",
      "the same deeper one from scratch: a solution is there; is it found?"
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j study construction",
      "  resnet4j study construction --dry-run",
      "  resnet4j study construction --data photos/ --model resnet20-plain \\",
      "      --to resnet56-plain --epochs 20",
      "  resnet4j study construction --resume runs/20260101-120000-construction"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class StudyConstructionCommand implements Callable<Integer> {
  private static final List<String> CHOICES =
      List.of("--data", "--model", "--to", "--seeds", "--epochs", "--set", "--out", "--dry-run");

  @Option(
      names = "--data",
      paramLabel = "D",
      description = "Folder or file with images, or a built-in name (default: shapes).")
  private @Nullable String data;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Shallow plain network (default: resnet20-width6-plain).")
  private @Nullable String model;

  @Option(
      names = "--to",
      paramLabel = "NAME",
      description = "Deep plain network (default: resnet56-width6-plain).")
  private @Nullable String to;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How often everything is trained (default: 3).")
  private @Nullable Integer seeds;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the training images (default: 300 steps).")
  private @Nullable Integer epochs;

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
    Optional<Construction.Results> results =
        study.run(
            main,
            List.of("study", "construction"),
            (events, stop) ->
                study.resume().isPresent()
                    ? Construction.resume(study.resume().get(), events, stop)
                    : Construction.run(plan(), study.out(), study.command(), events, stop));
    results.ifPresent(this::print);
    return results.isPresent() ? ExitCodes.OK : main.stop().status();
  }

  private ConstructionPlan plan() {
    ConstructionPlan plan = ConstructionPlan.smoke();
    plan = plan.withNetworks(model == null ? plan.model() : model, to == null ? plan.to() : to);
    plan = data == null ? plan : plan.withData(data);
    plan = seeds == null ? plan : plan.withSeeds(seeds);
    if (epochs != null) {
      plan = plan.with(Map.of("epochs", epochs.toString()));
    }
    return plan.with(settings);
  }

  private void printPlan() {
    List<Construction.Estimate> estimates = Construction.estimate(plan());
    PrintWriter out = spec.commandLine().getOut();
    double seconds = estimates.stream().mapToDouble(Construction.Estimate::seconds).sum();
    if (json.wanted()) {
      Json.print(out, Map.of("runs", estimates, "seconds", seconds));
      return;
    }
    Table table = new Table("network", "steps", "seeds", "about");
    for (Construction.Estimate row : estimates) {
      table.row(row.network(), row.steps(), row.seeds(), Figures.clock(row.seconds()));
    }
    table.print(out);
    out.printf("about %s on this machine, as measured now%n", Figures.clock(seconds));
  }

  private void print(Construction.Results results) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      StudyOptions.printResults(out, results.folder());
      return;
    }
    Construction.Document document = results.document();
    Table table = new Table("network", "seed", "train error", "test error");
    for (Construction.Row row : document.runs()) {
      table.row(
          document.from() + ", trained",
          row.seed(),
          Figures.percent(row.shallowTrainError()),
          Figures.percent(row.shallowTestError()));
      table.row(
          document.to() + ", built",
          row.seed(),
          Figures.percent(row.builtTrainError()),
          Figures.percent(row.builtTestError()));
      table.row(
          document.to() + ", from scratch",
          row.seed(),
          Figures.percent(row.scratchTrainError()),
          Figures.percent(row.scratchTestError()));
    }
    table.print(out);
    document.verdicts().forEach(verdict -> print(out, verdict));
    document.notes().forEach(note -> out.printf("%nnote: %s%n", note));
    out.printf("%nreport: %s%n", results.folder().resolve("report.html"));
  }

  private void print(PrintWriter out, Degradation.VerdictRow verdict) {
    out.println();
    out.printf(
        "%s  %s%n",
        parent.main().terminal().bold(verdict.status().toUpperCase(Locale.ROOT)), verdict.claim());
    out.printf("  %s%s%n", measured(verdict), verdict.reason());
  }

  private static String measured(Degradation.VerdictRow verdict) {
    if (Double.isNaN(verdict.difference())) {
      return "";
    }
    String interval =
        Double.isNaN(verdict.low())
            ? ""
            : String.format(
                Locale.ROOT, ", 95 %% interval %+.1f to %+.1f", verdict.low(), verdict.high());
    return String.format(Locale.ROOT, "%+.1f points%s; ", verdict.difference(), interval);
  }
}
