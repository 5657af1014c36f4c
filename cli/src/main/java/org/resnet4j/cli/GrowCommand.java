package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.study.Growing;
import org.resnet4j.study.StudyStoppedException;
import org.resnet4j.train.Event;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j grow MODEL --to NAME}. */
@Command(
    name = "grow",
    description = {
      "Make a trained network deeper without changing what it computes.",
      "The new blocks start as identities, and can then be trained."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j grow runs/first --to resnet56",
      "  resnet4j grow runs/first --to resnet56 --data shapes --epochs 3",
      "  resnet4j grow cifar-model/ --to resnet110 --data cifar-10/ --set rate=0.01",
      "  resnet4j grow --resume runs/20260101-120000-grow"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class GrowCommand implements Callable<Integer> {
  private static final List<String> CHOICES =
      List.of("--to", "--data", "--epochs", "--recipe", "--set", "--out");

  @Parameters(
      paramLabel = "MODEL",
      arity = "0..1",
      description = "Model folder, or a run folder that has one.")
  private @Nullable Path model;

  @Option(
      names = "--to",
      paramLabel = "NAME",
      description = "Deeper network of its family; see resnet4j models.")
  private @Nullable String to;

  @Option(
      names = "--data",
      paramLabel = "D",
      description = {
        "Folder or file with images, or a built-in name, to judge and",
        "train on. A plain network needs it."
      })
  private @Nullable String data;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Train on, so many passes over the training images.")
  private @Nullable Integer epochs;

  @Option(
      names = "--recipe",
      paramLabel = "R",
      defaultValue = "shapes",
      description = {
        "How to train on: name of a shipped recipe or a .yaml file",
        "(default: ${DEFAULT-VALUE})."
      })
  private String recipe;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Train on, with a key of the recipe replaced; can be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the model, a new one (default: runs/TIME-grow).")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Go on with the training in that folder of grow, as it was.")
  private @Nullable Path resume;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    refuseWithResume();
    PrintWriter err = spec.commandLine().getErr();
    ConsoleReader console = new ConsoleReader(err, main.terminal(), System::nanoTime);
    Consumer<Event> events =
        event -> {
          if (event instanceof Event.Started started) {
            main.stop().listen(() -> err.println("saving a checkpoint"));
            // The run lies in the folder that remembers the rest.
            Path folder = started.run().resolveSibling("");
            err.printf("if it ends early, go on with: %s%n", resuming(folder));
          }
          console.accept(event);
        };
    Growing.Result result;
    try {
      result =
          resume == null
              ? Growing.run(plan(), events, main.stop())
              : Growing.resume(resume, events, main.stop());
    } catch (StudyStoppedException stopped) {
      console.close();
      err.printf("stopped; go on with: %s%n", resuming(stopped.folder()));
      return main.stop().status();
    } finally {
      console.close();
    }
    print(GrowResult.of(result));
    return result.grown().same() ? ExitCodes.OK : ExitCodes.DIVERGED;
  }

  private String resuming(Path folder) {
    return main.terminal().commandLine("grow", "--resume", folder);
  }

  private void refuseWithResume() {
    if (resume == null) {
      return;
    }
    if (model != null) {
      throw new ParameterException(
          spec.commandLine(), "--resume knows the model: leave %s out".formatted(model));
    }
    for (String choice : CHOICES) {
      if (spec.commandLine().getParseResult().hasMatchedOption(choice)) {
        throw new ParameterException(
            spec.commandLine(),
            "--resume goes on as it was: leave %s out, or grow anew".formatted(choice));
      }
    }
  }

  private <T> T required(@Nullable T value, String missing) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), missing);
    }
    return value;
  }

  private void print(GrowResult result) {
    PrintWriter results = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(results, result);
    } else {
      result.print(results, main.terminal());
    }
  }

  private Growing.Plan plan() {
    List<String> typed = spec.root().commandLine().getParseResult().originalArgs();
    Optional<Recipe> training = training();
    return new Growing.Plan(
        required(model, "Missing required parameter: 'MODEL'"),
        required(to, "Missing required option: '--to=NAME'"),
        Optional.ofNullable(data),
        training,
        Optional.ofNullable(out),
        training.map(Recipe::seed).orElse(0L),
        "resnet4j" + Terminal.quoted(typed));
  }

  /** Nothing unless an option says that it is to be trained on. */
  private Optional<Recipe> training() {
    boolean chosen = spec.commandLine().getParseResult().hasMatchedOption("--recipe");
    if (epochs == null && settings.isEmpty() && !chosen) {
      return Optional.empty();
    }
    if (data == null) {
      throw new ParameterException(spec.commandLine(), "training on needs images: give --data");
    }
    Map<String, String> overrides = new LinkedHashMap<>();
    if (epochs != null) {
      overrides.put("epochs", epochs.toString());
      overrides.put("iterations", "0");
    }
    overrides.putAll(settings);
    return Optional.of(RecipeFile.load(recipe, overrides));
  }
}
