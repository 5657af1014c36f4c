package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.study.Lens;
import org.resnet4j.study.LensPlan;
import org.resnet4j.study.LensResult;
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
      "Look into a trained network, block by block, and say what to do about it.",
      "Blocks are watched forward and backward, removed and swapped; none is trained."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j lens runs/first --data shapes",
      "  resnet4j import resnet56.th -o resnet56",
      "  resnet4j lens resnet56/ --data cifar-10/ --images 500 --out lens-56",
      "  resnet4j lens --resume lens-56"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class LensCommand implements Callable<Integer> {
  private static final List<String> CHOICES =
      List.of(
          "--data",
          "--images",
          "--batch",
          "--paths",
          "--seed",
          "--precision",
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
      names = "--images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Test images at most, drawn at random (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "0",
      description = "Images at a time (default: 100, or as many as fit in 1 GB).")
  private int batch;

  @Option(
      names = "--paths",
      paramLabel = "N",
      defaultValue = "32",
      description = "Paths drawn for each length (default: ${DEFAULT-VALUE}).")
  private int paths;

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

  @Mixin private StudyOptions study;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    refuseWithResume();
    if (study.dryRun()) {
      print(Lens.forecast(plan()));
      return ExitCodes.OK;
    }
    Optional<LensResult> result =
        study.run(
            main,
            List.of("lens"),
            (events, stop) ->
                study.resume().isPresent()
                    ? Lens.resume(study.resume().get(), events, stop)
                    : Lens.run(plan(), study.out(), study.command(), events, stop));
    result.ifPresent(this::print);
    return result.isPresent() ? ExitCodes.OK : main.stop().status();
  }

  private LensPlan plan() {
    return new LensPlan(
        required(model, "Missing required parameter: 'MODEL'"),
        required(data, "Missing required option: '--data=D'"),
        images,
        batch,
        paths,
        seed,
        precision);
  }

  private String required(@Nullable String value, String missing) {
    if (value == null) {
      throw new ParameterException(spec.commandLine(), missing);
    }
    return value;
  }

  private void refuseWithResume() {
    study.refuseWithResume(CHOICES);
    if (study.resume().isPresent() && model != null) {
      throw new ParameterException(
          spec.commandLine(), "--resume knows the model: leave %s out".formatted(model));
    }
  }

  private void print(LensResult result) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      StudyOptions.printResults(out, Path.of(result.folder()));
    } else {
      new LensPrint(out).print(result);
    }
  }

  private void print(Lens.Forecast forecast) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, forecast);
    } else {
      new LensPrint(out).print(forecast);
    }
  }
}
