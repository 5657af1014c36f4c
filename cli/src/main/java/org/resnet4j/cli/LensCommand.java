package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Lens;
import org.resnet4j.study.LensPlan;
import org.resnet4j.study.LensResult;
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

/** {@code resnet4j lens MODEL --data D}. */
@Command(
    name = "lens",
    description = {
      "Look into a trained network, block by block, and say what to do about it:",
      "branch beside shortcut, gradients, batch norm, dead channels,",
      "and what is lost when blocks are removed. Leaves a report."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j lens runs/first --data shapes",
      "  resnet4j lens resnet56 --data cifar-10/ --images 500 --out lens-56",
      "  resnet4j lens --resume lens-56"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class LensCommand implements Callable<Integer> {
  private static final List<String> CHOICES =
      List.of("--data", "--images", "--batch", "--seed", "--precision", "--out", "--dry-run");

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
      names = "--images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Test images at most, spread evenly (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "0",
      description = "Images at a time (default: 100, or as many as fit in 1 GB).")
  private int batch;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of what is drawn at random (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "fp32",
      description = "fp32, bf16 or auto (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder of the report, a new one (default: runs/TIME-lens).")
  private @Nullable Path out;

  @Option(
      names = "--resume",
      paramLabel = "DIR",
      description = "Go on in that folder, as it was begun.")
  private @Nullable Path resume;

  @Option(names = "--dry-run", description = "Say what would be done and how long it takes.")
  private boolean dryRun;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (resume != null) {
      refuseChoices();
      return look(resume);
    }
    if (dryRun) {
      print(Lens.forecast(plan()));
      return ExitCodes.OK;
    }
    return look(null);
  }

  private int look(@Nullable Path begun) {
    PrintWriter err = spec.commandLine().getErr();
    Consumer<StudyEvent> events = console(err);
    LensResult result;
    try {
      result =
          begun == null
              ? Lens.run(plan(), Optional.ofNullable(out), command(), events, main.stop())
              : Lens.resume(begun, events, main.stop());
    } catch (StudyStoppedException stopped) {
      String next = main.terminal().commandLine("lens", "--resume", stopped.folder());
      err.printf("stopped; go on with: %s%n", next);
      return main.stop().status();
    }
    PrintWriter results = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(results, result);
    } else {
      new LensPrint(results).print(result);
    }
    return ExitCodes.OK;
  }

  private Consumer<StudyEvent> console(PrintWriter err) {
    return event -> {
      if (event instanceof StudyEvent.Started started) {
        main.stop().listen(() -> err.println("stopping; what is done is kept"));
        err.printf(
            "%s: %d pieces of work, in %s%n", started.title(), started.cells(), started.folder());
      } else if (event instanceof StudyEvent.Finished done) {
        err.printf(
            "%d/%d  %s: %s, %s left%n",
            done.number(),
            done.cells(),
            done.cell(),
            done.result(),
            Figures.clock(done.secondsLeft()));
      } else if (event instanceof StudyEvent.Notice notice) {
        err.println("note: " + notice.text());
      }
    };
  }

  private String command() {
    return "resnet4j" + Terminal.quoted(spec.root().commandLine().getParseResult().originalArgs());
  }

  private LensPlan plan() {
    return new LensPlan(
        required(model, "Missing required parameter: 'MODEL'"),
        required(data, "Missing required option: '--data=D'"),
        images,
        batch,
        seed,
        precision);
  }

  private String required(@Nullable String value, String missing) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), missing);
    }
    return value;
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

  private void print(Lens.Forecast forecast) {
    PrintWriter results = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(results, forecast);
    } else {
      new LensPrint(results).print(forecast);
    }
  }
}
