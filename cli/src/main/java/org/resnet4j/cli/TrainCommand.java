package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.mlflow.MlflowRun;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.study.Repeats;
import org.resnet4j.train.Budget;
import org.resnet4j.train.Event;
import org.resnet4j.train.Outcome;
import org.resnet4j.train.Saving;
import org.resnet4j.train.StoppedException;
import org.resnet4j.train.Training;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j train}. */
@Command(
    name = "train",
    description = {
      "Train a network and leave a run folder with model, metrics and report.",
      "Without options: on the built-in data set, in minutes."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j train",
      "  resnet4j train --data photos/ --model resnet20 --epochs 30",
      "  resnet4j train --from runs/first --data photos/ --set size=64",
      "  resnet4j train --data cifar-10/ --recipe cifar-paper --set seed=2",
      "  resnet4j train --data cifar-10/ --budget 20m",
      "  resnet4j train --from runs/first --data photos/ --folds 5",
      "  resnet4j train --data photos/ --find-rate",
      "  resnet4j train --resume runs/paper --live"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class TrainCommand implements Callable<Integer> {
  private static final List<String> OF_A_RUN =
      List.of("--data", "--model", "--recipe", "--epochs", "--set");
  private static final List<String> CHOICES =
      List.of(
          "--data",
          "--from",
          "--model",
          "--recipe",
          "--epochs",
          "--set",
          "--out",
          "--seeds",
          "--folds",
          "--budget",
          "--find-rate");

  /** What only a single run heeds. */
  private static final List<String> OF_ONE_RUN =
      List.of("--live", "--mlflow", "--save-every", "--on-save-error");

  /** A budget missed by more than that is explained. */
  private static final double MISSED = 0.1;

  private static final int MOST_MINUTES = 24 * 60;

  @Mixin private RecipeOptions chosen;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the training images instead of the recipe's.")
  private @Nullable Integer epochs;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = TimeConverter.class,
      description = {
        "Choose network, resolution and length to end in that time,",
        "as 90s, 20m or 1h30m; measures the machine first."
      })
  private @Nullable Double budget;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Run N seeds in one folder: mean, deviation, interval.")
  private @Nullable Integer seeds;

  @Option(
      names = "--folds",
      paramLabel = "N",
      description = {
        "Hold out the training images in N parts, one a run, and judge",
        "on those; for few images."
      })
  private @Nullable Integer folds;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Run folder, a new one (default: runs/TIME-MODEL).")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Go on with the run in that folder, as it was.")
  private @Nullable Path resume;

  @Option(
      names = "--save-every",
      paramLabel = "MINUTES",
      defaultValue = "5",
      description = {
        "The longest time between checkpoints within an epoch",
        "(default: ${DEFAULT-VALUE}); each epoch ends with one."
      })
  private double saveEvery;

  @Option(
      names = "--on-save-error",
      paramLabel = "WHAT",
      defaultValue = "stop",
      description = {
        "What to do if the disk does not take a checkpoint:",
        "stop or continue (default: ${DEFAULT-VALUE})."
      })
  private String onSaveError;

  @Option(
      names = "--find-rate",
      paramLabel = "STEPS",
      arity = "0..1",
      fallbackValue = "200",
      description = {
        "Instead of a run, try learning rates for so many steps",
        "(default: ${FALLBACK-VALUE}) and suggest one; --out DIR gets a page."
      })
  private @Nullable Integer findRate;

  @Mixin private WatchOptions watch;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  private final long began = System.nanoTime();

  @Override
  public Integer call() {
    if (resume != null) {
      refuse(CHOICES, "--resume goes on with a run as it was: leave %s out, or start a new run");
    }
    if (seeds != null || folds != null || (resume != null && Repeats.isFolder(resume))) {
      return repeat();
    }
    PrintWriter err = spec.commandLine().getErr();
    if (findRate != null) {
      String reason = "--find-rate tries rates for a network of the recipe: leave %s out";
      refuse(List.of("--from", "--budget"), reason);
      refuse(OF_ONE_RUN, reason);
      PrintWriter results = spec.commandLine().getOut();
      return new FindRate(
              chosen.load(epochs()), chosen.data(), Optional.ofNullable(out), choices(), command())
          .run(findRate, results, err, main.terminal(), json.wanted());
    }
    ConsoleReader console = new ConsoleReader(err, main.terminal(), System::nanoTime);
    try (Audience audience = watch.open(console, err)) {
      return train(audience, err);
    }
  }

  private int train(Audience audience, PrintWriter err) {
    Consumer<Event> events =
        event -> {
          if (event instanceof Event.Started) {
            main.stop().listen(() -> announceStop(err)); // From now on there is something to save.
          }
          audience.accept(event);
        };
    Optional<Training.Plan> plan = resume == null ? Optional.of(plan(err)) : Optional.empty();
    Outcome outcome;
    try {
      outcome =
          plan.isPresent()
              ? Training.run(plan.get(), saving(), events, main.stop())
              : Training.resume(Objects.requireNonNull(resume), saving(), events, main.stop());
      audience.finished(outcome);
    } catch (StoppedException stopped) {
      audience.stopped(stopped);
      audience.console().close();
      String next = main.terminal().commandLine("train", "--resume", stopped.run());
      err.printf("stopped at step %d; go on with: %s%n", stopped.step(), next);
      return main.stop().status();
    } catch (RuntimeException e) {
      audience.failed(e);
      throw e;
    } finally {
      audience.console().close();
    }
    print(outcome);
    if (budget != null) {
      double took = (System.nanoTime() - began) / 1e9;
      err.printf(
          "budget: ended after %s of %s%s%n",
          Figures.clock(took),
          Figures.clock(budget),
          Math.abs(took / budget - 1) > MISSED
              ? "; the machine became %s than when it was measured"
                  .formatted(took > budget ? "busier" : "less busy")
              : "");
    }
    return ExitCodes.OK;
  }

  private int repeat() {
    if (seeds != null && folds != null) {
      throw new ParameterException(
          spec.commandLine(), "--seeds and --folds: one of them at a time");
    }
    String reason = "several runs in one folder cannot do that: leave %s out, or train one run";
    refuse(List.of("--find-rate"), reason);
    refuse(OF_ONE_RUN, reason);
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    Optional<Repeats.Plan> plan = resume == null ? Optional.of(repeats(err)) : Optional.empty();
    Optional<Repeats.Result> result =
        StudyOptions.run(
            main,
            err,
            List.of("train"),
            (events, stop) ->
                plan.isPresent()
                    ? Repeats.run(plan.get(), events, stop)
                    : Repeats.resume(Objects.requireNonNull(resume), events, stop));
    if (result.isEmpty()) {
      return main.stop().status();
    }
    if (json.wanted()) {
      StudyOptions.printResults(out, result.get().folder());
    } else {
      RepeatsPrint.print(result.get(), out, main.terminal());
    }
    return ExitCodes.OK;
  }

  private Repeats.Plan repeats(PrintWriter err) {
    boolean bySeed = seeds != null;
    int count = Objects.requireNonNull(bySeed ? seeds : folds);
    return new Repeats.Plan(
        recipe(err, count),
        chosen.data(),
        chosen.from(),
        bySeed ? Repeats.By.SEED : Repeats.By.FOLD,
        count,
        Optional.ofNullable(out),
        command());
  }

  /** The recipe, of which so many runs must end within the budget, if there is one. */
  private Recipe recipe(PrintWriter err, int runs) {
    if (budget == null) {
      return chosen.load(epochs());
    }
    double elapsed = (System.nanoTime() - began) / 1e9;
    Budget.Choice choice =
        Budget.choose(
            new Budget.Plan(
                chosen.recipe(),
                chosen.overrides(epochs()),
                chosen.data(),
                chosen.from(),
                budget / runs,
                elapsed / runs),
            event -> {
              if (event instanceof Event.Notice notice) {
                err.println("note: " + notice.text());
              }
            });
    choice.why().forEach(sentence -> err.println("budget: " + sentence));
    err.println("recipe, to train again without the budget (recipe.yaml in the run folder):");
    RecipeFile.writeChanges(choice.recipe()).lines().forEach(line -> err.println("  " + line));
    return choice.recipe();
  }

  private String command() {
    List<String> typed =
        spec.root().commandLine().getParseResult().originalArgs().stream()
            .map(MlflowRun::withoutPassword) // It will be in files that people pass on.
            .toList();
    return "resnet4j" + Terminal.quoted(typed);
  }

  private void announceStop(PrintWriter err) {
    String start = main.terminal().live() ? System.lineSeparator() : "";
    err.println(start + "saving a checkpoint; another signal (Ctrl-C) ends the run without it");
  }

  private void print(Outcome outcome) {
    PrintWriter results = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(results, TrainResult.of(outcome));
    } else {
      TrainResult.of(outcome).print(results, main.terminal());
    }
  }

  /** Nothing that was asked for is left undone in silence. */
  private void refuse(List<String> options, String reason) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(spec.commandLine(), reason.formatted(option));
      }
    }
  }

  private Saving saving() {
    if (!List.of("stop", "continue").contains(onSaveError)) {
      throw new ParameterException(
          spec.commandLine(), "--on-save-error " + onSaveError + ": must be stop or continue");
    }
    if (!(saveEvery > 0 && saveEvery <= MOST_MINUTES)) {
      throw new ParameterException(
          spec.commandLine(),
          "--save-every %s: must be above 0 and at most %d minutes"
              .formatted(saveEvery, MOST_MINUTES));
    }
    Duration every = Duration.ofMillis(Math.max(1, Math.round(saveEvery * 60_000)));
    return new Saving(every, onSaveError.equals("continue"));
  }

  /** What was chosen of a run, as typed. */
  private List<String> choices() {
    List<String> words = new ArrayList<>();
    // An option that was given twice is there twice, each time with all its values.
    for (OptionSpec option :
        new LinkedHashSet<>(spec.commandLine().getParseResult().matchedOptions())) {
      if (OF_A_RUN.contains(option.longestName())) {
        for (String value : option.originalStringValues()) {
          words.addAll(List.of(option.longestName(), value));
        }
      }
    }
    return words;
  }

  private Training.Plan plan(PrintWriter err) {
    return new Training.Plan(
        recipe(err, 1),
        chosen.data(),
        Optional.ofNullable(out),
        command(),
        chosen.from(),
        Training.Head.FITTED);
  }

  /** The option {@code --epochs} in the recipe's words. */
  private Map<String, String> epochs() {
    return epochs == null ? Map.of() : Map.of("epochs", epochs.toString(), "iterations", "0");
  }
}
