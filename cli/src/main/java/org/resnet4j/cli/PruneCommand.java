package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Pruned;
import org.resnet4j.study.Pruning;
import org.resnet4j.study.StudyEvent;
import org.resnet4j.study.StudyStoppedException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j prune MODEL --data D}. */
@Command(
    name = "prune",
    description = {
      "Remove the blocks that a trained residual network misses least.",
      "Training images say which, the accuracy on test images how many."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j prune runs/first --data shapes",
      "  resnet4j prune cifar-model/ --data cifar-10/ --max-drop 1 --epochs 2",
      "  resnet4j prune cifar-model/ --data cifar-10/ --dry-run",
      "  resnet4j prune --resume runs/pruning"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class PruneCommand implements Callable<Integer> {
  private static final List<String> CHOICES =
      List.of(
          "--data",
          "--max-drop",
          "--images",
          "--epochs",
          "--set",
          "--seed",
          "--batch",
          "--out",
          "--dry-run");

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..1",
      description = "Model folder, or a run folder that has one.")
  private @Nullable String model;

  @Option(
      names = "--data",
      paramLabel = "D",
      description = "Folder or file with images, or a built-in name such as shapes.")
  private @Nullable String data;

  @Option(
      names = "--max-drop",
      paramLabel = "P",
      defaultValue = "0.5",
      description = "Points of test top-1 that may be lost (default: ${DEFAULT-VALUE}).")
  private double maxDrop;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Training images that choose blocks (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "0",
      description = "Train what is left so many epochs (default: ${DEFAULT-VALUE}).")
  private int epochs;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Replace a key of the recipe for that; can be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of every random choice (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "0",
      description = "Images that run together (default: what suits the network).")
  private int batch;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for model and report, a new one (default: runs/TIME-prune).")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Go on with what was stopped in that folder, as it was.")
  private @Nullable Path resume;

  @Option(
      names = "--dry-run",
      description = "Say what would be done and how long it takes, and do nothing.")
  private boolean dryRun;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (resume != null) {
      refuseChoices();
    }
    PrintWriter results = spec.commandLine().getOut();
    if (dryRun) {
      Pruning.Forecast forecast = Pruning.forecast(plan());
      if (json.wanted()) {
        Json.print(results, forecast);
      } else {
        PruneText.print(results, forecast);
      }
      return ExitCodes.OK;
    }
    Pruned pruned;
    try {
      pruned =
          resume == null
              ? Pruning.run(plan(), Optional.ofNullable(out), command(), this::tell, main.stop())
              : Pruning.resume(resume, this::tell, main.stop());
    } catch (StudyStoppedException stopped) {
      String next = main.terminal().commandLine("prune", "--resume", stopped.folder());
      spec.commandLine().getErr().printf("stopped; go on with: %s%n", next);
      return main.stop().status();
    }
    if (json.wanted()) {
      Json.print(results, pruned);
    } else {
      PruneText.print(results, pruned, main.terminal());
    }
    return ExitCodes.OK;
  }

  private void tell(StudyEvent event) {
    PrintWriter err = spec.commandLine().getErr();
    if (event instanceof StudyEvent.Started started) {
      main.stop().listen(() -> err.println("stopping; what was measured is kept"));
      err.printf("%s, in %s%n", started.title(), started.folder());
      started.notes().forEach(note -> err.println("note: " + note));
      if (started.done() > 0) {
        err.printf("goes on after %d pieces of work%n", started.done());
      }
    } else if (event instanceof StudyEvent.Finished done) {
      err.printf(
          "%s  %s  %s, at most %s left%n",
          done.cell(),
          done.result(),
          Figures.clock(done.seconds()),
          Figures.clock(done.secondsLeft()));
    } else if (event instanceof StudyEvent.Notice notice) {
      err.println("note: " + notice.text());
    }
  }

  private Pruning.Plan plan() {
    return new Pruning.Plan(
        required(model, "Missing required parameter: 'MODEL'"),
        required(data, "Missing required option: '--data=D'"),
        maxDrop,
        images,
        epochs,
        settings,
        seed,
        batch);
  }

  private String required(@Nullable String value, String missing) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), missing);
    }
    return value;
  }

  private String command() {
    return "resnet4j" + Terminal.quoted(spec.root().commandLine().getParseResult().originalArgs());
  }

  private void refuseChoices() {
    for (String choice : CHOICES) {
      if (spec.commandLine().getParseResult().hasMatchedOption(choice)) {
        throw new ParameterException(
            spec.commandLine(),
            "--resume goes on as it was begun: leave " + choice + " out, or begin anew");
      }
    }
    if (model != null) {
      throw new ParameterException(
          spec.commandLine(), "--resume knows the model: leave %s out".formatted(model));
    }
  }
}
