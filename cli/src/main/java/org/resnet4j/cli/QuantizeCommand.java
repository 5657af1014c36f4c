package org.resnet4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.resnet4j.infer.Quantizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code resnet4j quantize MODEL --data D}. */
@Command(
    name = "quantize",
    description = {
      "Make a model that computes in 8 bits, without training.",
      "Training images show how large values get; others choose what works best.",
      "Test images are judged once, before and after."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j quantize runs/first --data shapes",
      "  resnet4j quantize resnet50 --data photos/ -o resnet50-int8 --keep conv1,fc"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class QuantizeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MODEL", description = "Model folder, or a run folder that has one.")
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "D",
      required = true,
      description = "Folder or file with images, or a built-in name such as shapes.")
  private String data;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Where the model goes (default: MODEL-int8).")
  private @Nullable Path out;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "256",
      description = "Images to find scales with (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--held-back",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Images to choose with (default: ${DEFAULT-VALUE}).")
  private int heldBack;

  @Option(
      names = "--method",
      paramLabel = "M",
      defaultValue = "auto",
      description = "min-max, percentile, entropy, or auto to choose the best.")
  private String method;

  @Option(
      names = "--keep",
      paramLabel = "LAYERS",
      description = "Layers that stay wider, with commas, or none (default: chosen).")
  private @Nullable String keep;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the choice of images (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private Json json;

  @ParentCommand private Main main;

  @Spec private CommandSpec spec;

  /** What {@code --json} prints; the accuracies are those of the test images. */
  private record Document(
      String model,
      String data,
      String out,
      String method,
      Set<String> kept,
      int testImages,
      double top1Before,
      double top1After,
      double agreement,
      List<Quantizer.Candidate> candidates) {}

  @Override
  public Integer call() throws IOException {
    Path folder = out == null ? beside(model) : out;
    if (Files.exists(folder)) {
      throw new ParameterException(
          spec.commandLine(), "%s exists; choose another folder with -o DIR".formatted(folder));
    }
    Quantizer.Options options = new Quantizer.Options(images, heldBack, method, kept(), seed);
    List<Quantizer.Candidate> candidates = new ArrayList<>();
    PrintWriter err = spec.commandLine().getErr();
    Quantizer.Result result =
        Quantizer.quantize(
            model,
            data,
            folder,
            options,
            candidate -> {
              candidates.add(candidate);
              err.println(line(candidate));
            });
    print(folder, result, candidates);
    return ExitCodes.OK;
  }

  private static String line(Quantizer.Candidate candidate) {
    return String.format(
        Locale.ROOT,
        "%-10s  %-16s  top-1 %s, agrees with fp32 on %s, divergence %.2e",
        candidate.method(),
        candidate.kept().isEmpty() ? "all in 8 bits" : names(candidate.kept()) + " wider",
        Figures.percent(candidate.top1()),
        Figures.percent(candidate.agreement()),
        candidate.divergence());
  }

  private static Path beside(Path model) {
    Path plain = model.normalize();
    boolean named = !plain.toString().isEmpty() && !plain.endsWith("..");
    Path folder = named ? plain : model.toAbsolutePath().normalize();
    return folder.resolveSibling(folder.getFileName() + "-int8");
  }

  private Optional<Set<String>> kept() {
    return Optional.ofNullable(keep)
        .map(
            text ->
                text.equals("none") ? Set.<String>of() : new TreeSet<>(List.of(text.split(","))));
  }

  private static String names(Set<String> kept) {
    return String.join(", ", kept);
  }

  private void print(Path folder, Quantizer.Result result, List<Quantizer.Candidate> candidates) {
    PrintWriter printer = spec.commandLine().getOut();
    Quantizer.Candidate chosen = result.chosen();
    if (json.wanted()) {
      Json.print(
          printer,
          new Document(
              model.toString(),
              data,
              folder.toString(),
              chosen.method(),
              chosen.kept(),
              result.testImages(),
              result.before(),
              result.after(),
              result.agreement(),
              candidates));
      return;
    }
    printer.printf(
        "%s: scales by %s, %s%n",
        folder,
        chosen.method(),
        chosen.kept().isEmpty() ? "all layers in 8 bits" : names(chosen.kept()) + " wider");
    printer.printf(
        "top-1 on %s test images: %s in fp32, %s in int8; the same class for %s%n",
        Figures.count(result.testImages()),
        Figures.percent(result.before()),
        Figures.percent(result.after()),
        Figures.percent(result.agreement()));
    printer.printf("next: %s%n", main.terminal().commandLine("predict", folder, "some.png"));
  }
}
