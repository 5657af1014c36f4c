package org.resnet4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.StudyEvent;
import org.resnet4j.study.StudyStoppedException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all studies have in common: where to, going on, looking ahead, and how they run. */
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class StudyOptions {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the study, a new one (default: runs/TIME-STUDY).")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Go on with the study in that folder, as it was.")
  private @Nullable Path resume;

  @Option(names = "--dry-run", description = "Show the plan and about how long it takes, and stop.")
  private boolean dryRun;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  boolean dryRun() {
    return dryRun;
  }

  Optional<Path> out() {
    return Optional.ofNullable(out);
  }

  Optional<Path> resume() {
    return Optional.ofNullable(resume);
  }

  /** What the user typed, for the record. */
  String command() {
    return "resnet4j" + Terminal.quoted(spec.root().commandLine().getParseResult().originalArgs());
  }

  /** A study goes on as it was: refuses options that would change it. */
  void refuseWithResume(List<String> choices) {
    for (String choice : choices) {
      if (resume != null && spec.commandLine().getParseResult().hasMatchedOption(choice)) {
        throw new ParameterException(
            spec.commandLine(),
            "--resume goes on with a study as it was: leave "
                + choice
                + " out, or start a new study");
      }
    }
  }

  /** What runs a study with those ears and that signal. */
  @FunctionalInterface
  interface Work<R> {
    R run(Consumer<StudyEvent> events, BooleanSupplier stop);
  }

  /**
   * Runs a study with a console and signals; what came out, or nothing if a signal stopped it.
   *
   * @param words the command, to go on with it: {@code study degradation}
   */
  <R> Optional<R> run(Main main, List<String> words, Work<R> work) {
    return run(main, spec.commandLine().getErr(), words, work);
  }

  /** As {@link #run(Main, List, Work)}, for a command without these options. */
  static <R> Optional<R> run(Main main, PrintWriter err, List<String> words, Work<R> work) {
    try (StudyConsole console = new StudyConsole(err, main.terminal())) {
      Consumer<StudyEvent> events =
          event -> {
            if (event instanceof StudyEvent.Started) {
              main.stop().listen(() -> announceStop(err, main.terminal()));
            }
            console.accept(event);
          };
      try {
        return Optional.of(work.run(events, main.stop()));
      } catch (StudyStoppedException stopped) {
        console.close();
        Object[] next =
            Stream.concat(words.stream(), Stream.of("--resume", stopped.folder())).toArray();
        err.printf("stopped; go on with: %s%n", main.terminal().commandLine(next));
        return Optional.empty();
      }
    }
  }

  private static void announceStop(PrintWriter err, Terminal terminal) {
    String start = terminal.live() ? System.lineSeparator() : "";
    err.println(start + "saving what is done; another signal (Ctrl-C) ends the study without it");
  }

  /** Prints the document of a finished study as it lies in its folder. */
  static void printResults(PrintWriter out, Path folder) {
    try {
      out.println(Files.readString(folder.resolve("results.json")).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
