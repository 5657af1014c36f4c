package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The checkpoints of a run, one safetensors file each, the last two kept.
 *
 * <p>A file holds {@code model/NAME} for every tensor of the network's state, {@code
 * optimizer/NAME} for the optimizer's, {@code average/NAME} for the moving average of the weights,
 * and the {@link Progress} as JSON in its metadata. Since data order and augmentation are functions
 * of seed, epoch and image, that is all a run needs. It is written beside, flushed and renamed:
 * whatever happens, the one before stays whole.
 */
final class Checkpoints {
  private static final int KEPT = 2;
  private static final String FORMAT = "resnet4j checkpoint 1";
  private static final String MODEL = "model/";
  private static final String OPTIMIZER = "optimizer/";
  private static final String AVERAGE = "average/";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path folder;
  private final Consumer<Event> events;

  Checkpoints(Path folder, Consumer<Event> events) {
    this.folder = folder;
    this.events = events;
  }

  void save(LiveNetwork network, Optimizer optimizer, Averages averages, Progress progress) {
    Path file = folder.resolve("step-%08d.safetensors".formatted(progress.step()));
    List<TensorEntry> entries = new ArrayList<>();
    entries.addAll(TensorEntries.of(MODEL, network.state()));
    entries.addAll(TensorEntries.of(OPTIMIZER, optimizer.state()));
    entries.addAll(TensorEntries.of(AVERAGE, averages.state()));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put("progress", JSON.writeValueAsString(progress));
    try {
      Files.createDirectories(folder);
      Safetensors.write(file, entries, metadata);
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: checkpoint not saved (%s); the one before it, if any, is whole: free some space and go on with --resume"
              .formatted(file, e.getMessage()),
          e);
    }
    events.accept(new Event.Saved(file, progress.step()));
    prune();
  }

  private void prune() {
    List<Path> files = files();
    for (Path old : files.subList(0, Math.max(0, files.size() - KEPT))) {
      try {
        Files.delete(old);
      } catch (IOException e) {
        events.accept(new Event.Notice("old checkpoint " + old + " could not be deleted"));
      }
    }
  }

  /** The newest checkpoint, if there is one. */
  Optional<Path> last() {
    List<Path> files = files();
    return files.isEmpty() ? Optional.empty() : Optional.of(files.get(files.size() - 1));
  }

  private List<Path> files() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("step-\\d{8,}\\.safetensors"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw RunException.unusable(folder + ": cannot be listed", e);
    }
  }

  /** Puts a checkpoint's values into network, optimizer and averages. */
  static Progress load(Path file, LiveNetwork network, Optimizer optimizer, Averages averages) {
    try {
      Safetensors tensors = Safetensors.read(file);
      if (!FORMAT.equals(tensors.metadata().get("format"))) {
        throw RunException.unusable(file + ": not a checkpoint of this version", null);
      }
      copy(tensors, MODEL, network.state(), file);
      copy(tensors, OPTIMIZER, optimizer.state(), file);
      copy(tensors, AVERAGE, averages.state(), file);
      String progress = tensors.metadata().getOrDefault("progress", "");
      return JSON.readValue(progress, Progress.class);
    } catch (WeightsException | IllegalArgumentException | JacksonException e) {
      throw RunException.unusable(
          "%s: not a readable checkpoint (%s); delete it to resume from the one before"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static void copy(Safetensors from, String prefix, Map<String, Tensor> to, Path file) {
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      to.forEach(
          (name, tensor) ->
              TensorEntries.copy(
                  from.find(prefix + name)
                      .orElseThrow(
                          () ->
                              RunException.unusable(
                                  "%s: %s is missing".formatted(file, prefix + name), null)),
                  tensor));
    }
  }
}
