package org.resnet4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.weights.model.ModelImport;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code resnet4j import FILE [--as NAME] [-o DIR]}. */
@Command(
    name = "import",
    description = {
      "Make a model folder of somebody's weights.",
      "Reads safetensors and PyTorch checkpoints: .pth .pt .th .bin .tar.",
      "Finds out which network they are of. No file can run code."
    },
    footer = {
      "",
      "Examples:",
      "  resnet4j import resnet50-0676ba61.pth --labels imagenet.txt",
      "  resnet4j import checkpoint.th --as resnet20-a-after -o models/mine",
      "  resnet4j import model.safetensors --head new --classes 5"
    })
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class ImportCommand implements Callable<Integer> {
  private static final int MOST_CLASSES = 1 << 20;

  @Parameters(paramLabel = "FILE", description = "A file of weights.")
  private Path file;

  @Option(
      names = "--as",
      paramLabel = "NAME",
      description = "The network they are of; see resnet4j models. Without it, found out.")
  private @Nullable String as;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "The model folder to make; by default the file's name without its ending.")
  private @Nullable Path out;

  @Option(
      names = "--mean",
      converter = Channels.Converter.class,
      paramLabel = "M",
      description = "Mean of each channel, as 0.5,0.5,0.5; ImageNet's by default.")
  private @Nullable Channels mean;

  @Option(
      names = "--std",
      converter = Channels.Converter.class,
      paramLabel = "S",
      description = "Standard deviation of each channel; ImageNet's by default.")
  private @Nullable Channels std;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Names of the classes, one a line, or as JSON.")
  private @Nullable Path labels;

  @Option(
      names = "--head",
      paramLabel = "new",
      description = "new: a linear layer of zeros, to be trained, in place of the file's.")
  private @Nullable String head;

  @Option(names = "--classes", paramLabel = "N", description = "Classes of the new head.")
  private @Nullable Integer classes;

  @ParentCommand private Main main;

  @Mixin private Json json;

  @Spec private CommandSpec spec;

  /** A number for each channel of an image, as {@code 0.5,0.5,0.5}. */
  record Channels(List<Double> values) {
    static final class Converter implements ITypeConverter<Channels> {
      @Override
      public Channels convert(String text) {
        try {
          return new Channels(Stream.of(text.split(",", -1)).map(Double::valueOf).toList());
        } catch (NumberFormatException e) {
          throw new TypeConversionException(
              "\"%s\" must be a number for each channel, as 0.5,0.5,0.5".formatted(text));
        }
      }
    }
  }

  /** What {@code --json} prints. */
  private record Document(
      String architecture,
      String model,
      long parameters,
      List<String> decided,
      List<String> unused) {}

  @Override
  public Integer call() throws IOException {
    Path folder = out == null ? folder() : out;
    if (Files.isDirectory(file)) {
      throw usage(
          "%s is a folder; a model folder opens as it is: resnet4j predict %s IMAGE"
              .formatted(file, file));
    }
    if (Files.exists(folder) && !empty(folder)) {
      throw usage("%s exists; choose another folder with -o DIR".formatted(folder));
    }
    ModelImport.Result result =
        new ModelImport(
                Optional.ofNullable(as).map(Catalogue::network),
                newHead(),
                Optional.ofNullable(mean).map(Channels::values),
                Optional.ofNullable(std).map(Channels::values),
                Optional.ofNullable(labels).map(ModelImport::labels))
            .run(file, folder);
    print(result, folder);
    return ExitCodes.OK;
  }

  private Path folder() {
    String name = file.getFileName() == null ? "" : file.getFileName().toString();
    String stem = name.replaceFirst("\\.[^.]*$", "");
    return Path.of(stem.isEmpty() ? "model" : stem);
  }

  private static boolean empty(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.findAny().isEmpty();
    }
  }

  private Optional<Integer> newHead() {
    if (head == null && classes == null) {
      return Optional.empty();
    }
    if (head == null) {
      throw usage("--classes is for --head new; the file's own head has its own");
    }
    if (!head.equals("new")) {
      throw usage("--head = %s: must be new, with --classes N".formatted(head));
    }
    if (classes == null || classes < 1 || classes > MOST_CLASSES) {
      throw usage("--head new needs --classes N, from 1 to %d".formatted(MOST_CLASSES));
    }
    return Optional.of(classes);
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void print(ModelImport.Result result, Path folder) {
    PrintWriter printer = spec.commandLine().getOut();
    Network network = result.network();
    if (json.wanted()) {
      Json.print(
          printer,
          new Document(
              network.name(),
              folder.toString(),
              network.parameters(),
              result.decided(),
              result.unused()));
      return;
    }
    printer.printf(
        "%s: %,d parameters, %d classes%n",
        network.name(), network.parameters(), network.classes());
    result.decided().forEach(sentence -> printer.printf("- %s%n", sentence));
    if (!result.unused().isEmpty()) {
      printer.printf("- not used: %s%n", String.join(", ", result.unused()));
    }
    printer.printf("next: %s%n", main.terminal().commandLine("predict", folder, "some.png"));
  }
}
