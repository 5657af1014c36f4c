package org.resnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.resnet4j.infer.Classifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j predict MODEL IMAGE...}. */
@Command(
    name = "predict",
    description = "Say what is on images: the most probable classes of each.",
    footer = {
      "",
      "Examples:",
      "  resnet4j predict runs/first/model cat.png dog.jpg",
      "  resnet4j predict runs/first/model photos/ --top 1 --json"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class PredictCommand implements Callable<Integer> {
  private static final int MANY = 16;

  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "Model folder, or a run folder that has one.")
  private Path model;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "JPEG and PNG files, and folders of them.")
  private List<Path> images;

  @Option(
      names = "--top",
      paramLabel = "K",
      defaultValue = "5",
      description = "Classes to show (default: ${DEFAULT-VALUE}).")
  private int top;

  @Mixin private InferenceOptions inference;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (top < 1) {
      throw new ParameterException(
          spec.commandLine(), "--top %d: must be at least 1".formatted(top));
    }
    List<ImageFiles> files = images.stream().map(ImageFiles::at).toList();
    int count = files.stream().mapToInt(some -> some.files().size()).sum();
    // Threads that work alone gain a tenth, which a few images do not pay their start with.
    Classifier.Mode mode = count < MANY ? Classifier.Mode.LATENCY : Classifier.Mode.THROUGHPUT;
    List<PredictResult> results;
    try (Classifier classifier = Classifier.load(model, inference.in(mode))) {
      main.stop().listen(() -> {});
      int k = Math.min(top, classifier.network().classes());
      results = PredictResult.of(files, some -> classifier.classifyFiles(some, k, main.stop()));
    }
    print(results);
    return status(results);
  }

  private void print(List<PredictResult> results) {
    PrintWriter out = spec.commandLine().getOut();
    if (json.wanted()) {
      Json.print(out, results);
    }
    for (PredictResult result : results) {
      if (result instanceof PredictResult.Failure failure) {
        Errors.print(spec.commandLine().getErr(), failure.error());
      } else if (result instanceof PredictResult.Success success && !json.wanted()) {
        PredictResult.print(out, success, main.terminal().results());
      }
    }
  }

  private int status(List<PredictResult> results) {
    if (main.stop().getAsBoolean()) {
      return main.stop().status();
    }
    boolean failed = results.stream().anyMatch(PredictResult.Failure.class::isInstance);
    return failed ? ExitCodes.BAD_INPUT : ExitCodes.OK;
  }
}
