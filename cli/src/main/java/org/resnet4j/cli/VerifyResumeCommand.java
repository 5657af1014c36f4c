package org.resnet4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.ResumeTrial;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j verify-resume}. */
@Command(
    name = "verify-resume",
    description = {
      "Kill runs of a recipe and see whether they go on to the same bits.",
      "Trains a few steps without a break, then is killed and resumed, and compares.",
      "The exit status is 4 if anything differs."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j verify-resume",
      "  resnet4j verify-resume --data photos/ --recipe mine.yaml --kills 10",
      "  resnet4j verify-resume --data photos/ --model resnet50 --steps 8 --json"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class VerifyResumeCommand implements Callable<Integer> {
  private static final int MOST_KILLS = 1000;

  @Mixin private RecipeOptions chosen;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often to kill (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "24",
      description = {
        "Length of the runs (default: ${DEFAULT-VALUE}): the schedule is that of a",
        "run so short; where it is above an epoch's, epochs end in them too."
      })
  private int steps;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = {
        "Folder for the runs, a new one (default: a temporary one);",
        "it is deleted unless they differ."
      })
  private @Nullable Path out;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    require("--kills", kills, MOST_KILLS);
    require("--steps", steps, Integer.MAX_VALUE);
    Recipe recipe =
        RecipeFile.with(
            chosen.load(Map.of()), Map.of("epochs", "0", "iterations", Integer.toString(steps)));
    Path folder = folder();
    Path file = folder.resolve("recipe.yaml");
    PrintWriter err = spec.commandLine().getErr();
    boolean keep = false;
    try {
      Files.write(file, RecipeFile.write(recipe).getBytes(UTF_8));
      main.stop().listen(() -> err.println("ending the runs"));
      Optional<ResumeTrial.Result> result =
          new ResumeTrial(
                  folder,
                  (run, resume, every) -> program(file, run, resume, every),
                  err::println,
                  main.stop())
              .run(kills, recipe.seed());
      if (result.isEmpty()) {
        return main.stop().status();
      }
      keep = !result.get().equal();
      VerifyResumeResult said =
          VerifyResumeResult.of(recipe, chosen.data(), result.get(), keep ? folder : null);
      if (json.wanted()) {
        Json.print(spec.commandLine().getOut(), said);
      } else {
        said.print(spec.commandLine().getOut(), main.terminal());
      }
      return said.equal() ? ExitCodes.OK : ExitCodes.CHECK_FAILED;
    } finally {
      if (!keep) {
        delete(folder);
      }
    }
  }

  private void require(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s %d: must be from 1 to %d".formatted(option, value, most));
    }
  }

  private Path folder() throws IOException {
    if (out == null) {
      return Files.createTempDirectory("resnet4j-verify-resume-");
    }
    try {
      return Files.createDirectory(out);
    } catch (FileAlreadyExistsException e) {
      throw new ParameterException(
          spec.commandLine(), "--out %s: exists already; give a new folder".formatted(out), e);
    }
  }

  /** This program in a process of its own: the same Java, options, classes and environment. */
  private ProcessBuilder program(Path recipe, Path run, boolean resume, Duration saveEvery) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(
            option -> !option.matches("-(agent|javaagent|Xrun|Xdebug).*")) // They meet but once.
        .forEach(command::add);
    command.addAll(List.of(Main.class.getName(), "train"));
    command.addAll(List.of("--save-every", Double.toString(saveEvery.toMillis() / 60_000.0)));
    if (resume) {
      command.addAll(List.of("--resume", run.toString()));
    } else {
      command.addAll(List.of("--recipe", recipe.toString(), "--data", chosen.data()));
      command.addAll(List.of("--out", run.toString()));
      chosen.from().ifPresent(model -> command.addAll(List.of("--from", model.toString())));
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    return builder;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> inside = Files.walk(folder)) {
      for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
