package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Pruned;
import org.resnet4j.study.Pruning;
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

  @Mixin private StudyOptions study;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    study.refuseWithResume(CHOICES);
    if (study.resume().isPresent() && model != null) {
      throw new ParameterException(
          spec.commandLine(), "--resume knows the model: leave %s out".formatted(model));
    }
    if (study.dryRun()) {
      print(Pruning.forecast(plan()));
      return ExitCodes.OK;
    }
    Optional<Pruned> pruned =
        study.run(
            main,
            List.of("prune"),
            (events, stop) ->
                study.resume().isPresent()
                    ? Pruning.resume(study.resume().get(), events, stop)
                    : Pruning.run(plan(), study.out(), study.command(), events, stop));
    pruned.ifPresent(this::print);
    return pruned.isPresent() ? ExitCodes.OK : main.stop().status();
  }

  private void print(Pruned pruned) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Path model = Path.of(pruned.model());
      StudyOptions.printResults(out, Objects.requireNonNull(model.getParent()));
    } else {
      PruneText.print(out, pruned, main.terminal());
    }
  }

  private void print(Pruning.Forecast forecast) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, forecast);
    } else {
      PruneText.print(out, forecast);
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
}
