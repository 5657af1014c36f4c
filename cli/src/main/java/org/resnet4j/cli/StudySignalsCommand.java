package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Signals;
import org.resnet4j.study.SignalsPlan;
import org.resnet4j.study.SignalsResults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j study signals MODEL|NAME...}. */
@Command(
    name = "signals",
    description = {
      "See whether gradients vanish: how strong signals are, forward and backward,",
      "in a network and its twins without shortcuts and without batch norm,",
      "before, during and after a short training; and figure 7 of the paper.",
      "A model folder is looked at as it is, beside its architecture initialised."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j study signals",
      "  resnet4j study signals resnet20 resnet56 --steps 200 --data cifar-10/",
      "  resnet4j study signals runs/paper-20 runs/paper-56 --data cifar-10/",
      "  resnet4j study signals --resume runs/20260101-120000-signals"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class StudySignalsCommand implements Callable<Integer> {
  private static final List<String> CHOICES =
      List.of("--data", "--seeds", "--steps", "--batch", "--train", "--out");

  @Parameters(
      paramLabel = "MODEL|NAME",
      arity = "0..*",
      description = "Networks of the catalogue or model folders (default: resnet20).")
  private List<String> networks = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "D",
      description = "Folder or file with images, or a built-in name (default: shapes).")
  private @Nullable String data;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How often each network is initialised and trained (default: 3).")
  private @Nullable Integer seeds;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps of each training (default: 100).")
  private @Nullable Integer steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images a step, and in each batch looked at (default: 64).")
  private @Nullable Integer batch;

  @Option(
      names = "--train",
      description = "Train the architecture of a model folder and its twins, too.")
  private boolean train;

  @Mixin private StudyOptions study;

  @Mixin private Json json;

  @ParentCommand private StudyCommand parent;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    study.refuseWithResume(CHOICES);
    if (study.resume().isPresent() && !networks.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--resume goes on with a study as it was: leave " + networks.get(0) + " out");
    }
    if (study.dryRun()) {
      printPlan();
      return ExitCodes.OK;
    }
    Main main = parent.main();
    Optional<SignalsResults> results =
        study.run(
            main,
            List.of("study", "signals"),
            (events, stop) ->
                study.resume().isPresent()
                    ? Signals.resume(study.resume().get(), events, stop)
                    : Signals.run(plan(), study.out(), study.command(), events, stop));
    results.ifPresent(this::print);
    return results.isPresent() ? ExitCodes.OK : main.stop().status();
  }

  private SignalsPlan plan() {
    SignalsPlan plan = SignalsPlan.DEFAULT.withTraining(train);
    plan = networks.isEmpty() ? plan : plan.withNetworks(networks);
    plan = data == null ? plan : plan.withData(data);
    plan = seeds == null ? plan : plan.withSeeds(seeds);
    plan = steps == null ? plan : plan.withSteps(steps);
    return batch == null ? plan : plan.withBatch(batch);
  }

  private void printPlan() {
    Signals.Forecast forecast = Signals.forecast(plan());
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, forecast);
      return;
    }
    forecast.trials().forEach(out::println);
    out.printf("about %s on this machine, as measured now%n", Figures.clock(forecast.seconds()));
    forecast.notes().forEach(note -> out.println("note: " + note));
  }

  private void print(SignalsResults results) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      StudyOptions.printResults(out, Path.of(results.folder()));
      return;
    }
    printRows(out, results);
    results.rows().stream()
        .filter(row -> !row.divergedAfter().isEmpty())
        .collect(Collectors.toMap(SignalsResults.Row::network, row -> row, (a, b) -> a))
        .forEach(
            (network, row) ->
                out.printf(
                    "%s diverged with %d of %d seeds, after step %s%n",
                    network,
                    row.divergedAfter().size(),
                    results.seeds(),
                    row.divergedAfter().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "))));
    for (SignalsResults.Responses row : results.responses()) {
      out.printf(
          Locale.ROOT,
          "%s: mean response of %d 3x3 layers %.3f%n",
          row.network(),
          row.std().size(),
          row.mean());
    }
    for (SignalsResults.Claim verdict : results.verdicts()) {
      print(out, verdict);
    }
    out.printf("%nreport: %s%n", results.report());
  }

  private static void printRows(PrintWriter out, SignalsResults results) {
    Table table =
        new Table(
            "network",
            "when",
            "loss",
            "std first",
            "last unit",
            "gradient first",
            "last unit",
            "first/last",
            "shortcuts");
    for (SignalsResults.Row row : results.rows()) {
      table.row(
          row.network(),
          row.moment(),
          number(row.loss()),
          number(row.forwardStdFirst()),
          number(row.forwardStdLast()),
          number(row.gradientFirst()),
          number(row.gradientLast()),
          number(row.gradientRatio()),
          row.shortcuts() && row.shortcutShare() != null
              ? Figures.percent(row.shortcutShare())
              : "-");
    }
    table.print(out);
  }

  private static String number(@Nullable Double value) {
    if (value == null) {
      return "-";
    }
    return String.format(Locale.ROOT, value >= 1000 && value < 1e6 ? "%,.0f" : "%.3g", value);
  }

  private void print(PrintWriter out, SignalsResults.Claim verdict) {
    String status = verdict.status().toUpperCase(Locale.ROOT);
    out.printf("%n%s  %s%n", parent.main().terminal().bold(status), verdict.claim());
    out.printf(
        Locale.ROOT,
        "  %s %s%s; %s%n",
        verdict.difference() == null
            ? "-"
            : String.format(Locale.ROOT, "%+.2f", verdict.difference()),
        verdict.unit(),
        verdict.low() == null || verdict.high() == null
            ? ""
            : String.format(
                Locale.ROOT, ", 95 %% interval %+.2f to %+.2f", verdict.low(), verdict.high()),
        verdict.reason());
  }
}
