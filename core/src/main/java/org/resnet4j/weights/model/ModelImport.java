package org.resnet4j.weights.model;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.weights.Weights;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.convert.Conversion;

/**
 * Makes a model folder of somebody's weights.
 *
 * @param network the network they are of; empty to find out
 * @param newHead classes of a new linear layer; empty to take the file's
 * @param mean what images are normalised with, one value a channel; empty for ImageNet's
 * @param std likewise
 * @param labels names of the classes; empty for their numbers
 */
public record ModelImport(
    Optional<Network> network,
    Optional<Integer> newHead,
    Optional<List<Double>> mean,
    Optional<List<Double>> std,
    Optional<List<String>> labels) {
  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);

  /**
   * What became of the file.
   *
   * @param decided what was found out and what was assumed, in sentences
   * @param unused names of tensors that the network has no place for
   */
  public record Result(Network network, List<String> decided, List<String> unused) {}

  /**
   * Reads the weights and writes the model folder.
   *
   * @param file safetensors or a PyTorch checkpoint
   * @param folder must not exist yet, or be empty
   * @throws WeightsException if the file holds no weights that we know, or something given does not
   *     fit them
   * @throws IOException if the folder cannot be written
   */
  public Result run(Path file, Path folder) throws IOException {
    Weights weights = Weights.load(file);
    Conversion conversion =
        Conversion.of(file, weights.entries(), new Conversion.Options(network, newHead));
    List<String> decided = new ArrayList<>(weights.notes());
    decided.addAll(conversion.decided());
    ModelConfig config = config(file, conversion.network(), decided);
    ModelFolder.write(folder, config, conversion.entries(), card(file, config, decided));
    return new Result(conversion.network(), List.copyOf(decided), conversion.unused());
  }

  private ModelConfig config(Path file, Network network, List<String> decided) {
    Shape input = network.input();
    int channels = input.channels();
    if (channels != 3 && (mean.isEmpty() || std.isEmpty())) {
      throw new WeightsException(
          file,
          "takes images of %d channels; give --mean and --std with %d values each"
              .formatted(channels, channels));
    }
    if (mean.isEmpty()) {
      decided.add(assumed("mean", IMAGENET_MEAN));
    }
    if (std.isEmpty()) {
      decided.add(assumed("std", IMAGENET_STD));
    }
    if (labels.isEmpty()) {
      decided.add("classes are named by their numbers; give --labels for names");
    }
    int side = Math.min(input.height(), input.width());
    try {
      return new ModelConfig(
          network,
          labels.orElseGet(
              () -> IntStream.range(0, network.classes()).mapToObj(Integer::toString).toList()),
          side == 224 ? 256 : side,
          "bilinear",
          mean.orElse(IMAGENET_MEAN),
          std.orElse(IMAGENET_STD));
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static String assumed(String what, List<Double> values) {
    return "images are normalised with ImageNet's %s %s; if the training used another, give --%s"
        .formatted(what, values, what);
  }

  private static String card(Path file, ModelConfig config, List<String> decided) {
    StringBuilder card = new StringBuilder();
    card.append("# %s%n%n".formatted(config.network().name()));
    card.append(
        "Imported from `%s`: %,d parameters, %d classes.%n%n"
            .formatted(
                file.getFileName(), config.network().parameters(), config.network().classes()));
    decided.forEach(sentence -> card.append("- %s%n".formatted(sentence)));
    return card.toString();
  }

  /**
   * Names of classes from a file: one a line, or a JSON array, or a JSON object of names by number.
   *
   * @throws WeightsException if it cannot be read so
   */
  public static List<String> labels(Path file) {
    try {
      String text = Files.readString(file).replaceFirst("^\ufeff", ""); // Notepad's mark
      return text.stripLeading().startsWith("[") || text.stripLeading().startsWith("{")
          ? ModelFolder.labels(file)
          : text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    } catch (NoSuchFileException e) {
      throw new WeightsException(file, "there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new WeightsException(file, "is not text in UTF-8; save it so", e);
    } catch (IOException e) {
      throw new WeightsException(file, "cannot be read as text: " + e.getMessage(), e);
    }
  }
}
