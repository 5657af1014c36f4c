package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.SealedSafetensors;
import org.resnet4j.weights.WeightsException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The checkpoints of a run, one safetensors file each: the last three and the best are kept.
 *
 * <p>A file holds every tensor of the run's {@link State} and the {@link Progress} as JSON in its
 * metadata. Since data order and augmentation are functions of seed, epoch and image, that is all a
 * run needs. It carries its own checksum, is written beside, flushed and renamed, and older ones go
 * only after it was read back: whatever happens, a whole one is there.
 */
final class Checkpoints {
  private static final int KEPT = 3;
  private static final String FORMAT = "resnet4j checkpoint 2";
  private static final String PROGRESS = "progress";
  private static final String ENGINE = "engine";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Path folder;
  private final String engine;
  private final Consumer<Event> events;

  /**
   * All tensors that a run must keep, by group: those of the network, of the optimizer, and of the
   * averages; they stay their owners'.
   */
  record State(Map<String, Map<String, Tensor>> groups) {
    /** Under the names that a checkpoint has: GROUP/NAME. */
    private Map<String, Tensor> named() {
      Map<String, Tensor> named = new LinkedHashMap<>();
      groups.forEach(
          (group, tensors) ->
              tensors.forEach((name, tensor) -> named.put(group + "/" + name, tensor)));
      return named;
    }
  }

  /**
   * Reads and writes nothing yet.
   *
   * @param engine what computes, for the record: with another one the last bits may differ
   */
  Checkpoints(Path folder, String engine, Consumer<Event> events) {
    this.folder = folder;
    this.engine = engine;
    this.events = events;
  }

  /**
   * Saves the state, then deletes checkpoints that are not needed any more.
   *
   * @throws DivergedException if the state holds values that are no numbers; nothing is written
   * @throws RunException if the disk does not take it; what was there is whole
   */
  void save(State state, Progress progress) {
    Map<String, Tensor> tensors = state.named();
    requireSound(tensors, progress);
    Path file = folder.resolve(name(progress.step()));
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", FORMAT);
    metadata.put(ENGINE, engine);
    metadata.put(PROGRESS, JSON.writeValueAsString(progress));
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectory(folder); // Not the run's own folder: if that is gone, it was moved.
      }
      SealedSafetensors.write(file, TensorEntries.of("", tensors), metadata);
      SealedSafetensors.check(file);
    } catch (IOException | WeightsException e) {
      throw RunException.unwritten(
          "%s: checkpoint not saved (%s); what was saved before is whole: see that the folder is there and has space, and go on with --resume"
              .formatted(file, RunFolder.reason(e)),
          e);
    }
    events.accept(new Event.Saved(file, progress.step()));
    prune(progress);
  }

  private static void requireSound(Map<String, Tensor> tensors, Progress progress) {
    List<String> names = new ArrayList<>();
    List<Tensor> numbers = new ArrayList<>();
    tensors.forEach(
        (name, tensor) -> {
          if (tensor.is_floating_point()) {
            names.add(name);
            numbers.add(tensor);
          }
        });
    Guard.firstUnsound(names, numbers)
        .ifPresent(
            name -> {
              throw new DivergedException(
                  "%s holds values that are no numbers after step %d; lower rate or lengthen warmup and train again"
                      .formatted(name, progress.step()));
            });
  }

  private void prune(Progress progress) {
    // Later ones are damaged, or the run would have gone on from them: none takes the place of
    // this.
    List<Path> files =
        newestFirst(folder).stream().filter(file -> step(file) <= progress.step()).toList();
    Optional<String> best = progress.best().map(epoch -> name(epoch.step()));
    for (Path old : files.subList(Math.min(KEPT, files.size()), files.size())) {
      try {
        if (best.filter(old.getFileName().toString()::equals).isEmpty()) {
          Files.delete(old);
        }
      } catch (IOException e) {
        events.accept(new Event.Notice("old checkpoint " + old + " could not be deleted"));
      }
    }
  }

  /** The newest checkpoint, if there is one. */
  Optional<Path> last() {
    return newest(folder);
  }

  /** The newest checkpoint in a folder, if there is one. */
  static Optional<Path> newest(Path folder) {
    return newestFirst(folder).stream().findFirst();
  }

  /** After which step a checkpoint was saved. */
  static long step(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().replaceAll("\\D", ""));
  }

  private static List<Path> newestFirst(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches("step-\\d{8,18}\\.safetensors"))
          .sorted(Comparator.comparingLong(Checkpoints::step).reversed())
          .toList();
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: cannot be listed (%s)".formatted(folder, RunFolder.reason(e)), e);
    }
  }

  /** In the digits that are looked for, whatever those of the user's language are. */
  private static String name(long step) {
    return String.format(Locale.ROOT, "step-%08d.safetensors", step);
  }

  /**
   * Puts the values of the newest whole checkpoint into the state; tells of damaged ones.
   *
   * @return nothing if there is no checkpoint yet
   * @throws RunException if there are some and all are damaged
   */
  Optional<Progress> restore(State state) {
    List<Path> files = newestFirst(folder);
    for (Path file : files) {
      try {
        return Optional.of(load(file, state));
      } catch (WeightsException | IllegalArgumentException | JacksonException e) {
        events.accept(
            new Event.Notice(
                "checkpoint %s cannot be used: %s; the one before it is taken"
                    .formatted(file, e.getMessage())));
      }
    }
    if (files.isEmpty()) {
      return Optional.empty();
    }
    throw RunException.unusable(
        "%s: none of the %d checkpoints is whole; delete them to begin the run anew"
            .formatted(folder, files.size()),
        null);
  }

  private Progress load(Path file, State state) {
    Safetensors saved = SealedSafetensors.read(file);
    String format = saved.metadata().getOrDefault("format", "none");
    if (!FORMAT.equals(format)) {
      throw new IllegalArgumentException(
          "its format is %s, this version reads %s".formatted(format, FORMAT));
    }
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      state
          .named()
          .forEach(
              (name, tensor) ->
                  TensorEntries.copy(
                      saved
                          .find(name)
                          .orElseThrow(
                              () -> new IllegalArgumentException(name + " is missing in it")),
                      tensor));
    }
    String before = saved.metadata().getOrDefault(ENGINE, "");
    if (!before.equals(engine)) {
      events.accept(
          new Event.Notice(
              "the run went so far with %s and goes on with %s: the last bits may differ from those of an uninterrupted run"
                  .formatted(before, engine)));
    }
    return JSON.readValue(saved.metadata().getOrDefault(PROGRESS, ""), Progress.class);
  }
}
