package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;

/** A4: a checkpoint holds all that a run needs, whichever step it was saved after. */
class StateTest {
  private static final int SAVED = 50;
  private static final int COMPARED = 5;

  /** 40 images make 10 batches of 4 and 5 steps of two batches: each epoch ends in some five. */
  private static final String[] EVERYTHING = {
    "model", "wrn-10-1-dropout",
    "iterations", Integer.toString(SAVED + COMPARED + 1),
    "batch", "4",
    "accumulate", "2",
    "train-sizes", "[12, 16]",
    "size", "16",
    "augmentation", "random-resized-crop",
    "auto-augment", "trivial-augment",
    "brightness", "0.4",
    "erasing", "0.5",
    "mixup", "0.2",
    "cutmix", "1",
    "stochastic-depth", "0.3",
    "lookahead", "3",
    "ema", "0.9",
    "ema-every", "2",
    "low-rate", "0.01",
    "low-rate-until", "0.7",
    "schedule", "cosine",
    "warmup", "2",
    "clip", "5",
  };

  @TempDir Path folder;

  /** What a run told of a step or of an epoch's end, without times. */
  private record Told(long step, double loss, double top1, double rate, double averageLoss) {
    static void add(List<Told> list, Event event) {
      if (event instanceof Event.Step step) {
        list.add(new Told(step.step(), step.loss(), step.top1(), step.rate(), Double.NaN));
      } else if (event instanceof Event.Epoch epoch) {
        list.add(
            new Told(
                epoch.step(),
                epoch.testLoss(),
                epoch.trainTop1(),
                epoch.trainLoss(),
                epoch.averageLoss()));
      }
    }
  }

  @Test
  @Promise(
      id = "A4",
      fault =
          "a stop after any of the steps 1 to 50, with augmentation, mixing, averages, dropout, stochastic depth, accumulation, growing sizes, Lookahead, clipping, a low first rate",
      holds = "losses, rates and evaluations of the next five steps are the same to the last bit")
  void a_run_saved_after_any_of_50_steps_goes_on_with_the_same_five() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    List<Told> whole = new ArrayList<>();
    Path run = runs.run("whole");
    Consumer<Event> keeping =
        event -> {
          Told.add(whole, event);
          if (event instanceof Event.Saved saved) {
            copy(saved.checkpoint(), folder.resolve("step-" + saved.step()));
          }
        };
    Training.run(
        new Training.Plan(
            runs.recipe(EVERYTHING), runs.data().toString(), Optional.of(run), "test"),
        new Saving(Duration.ofNanos(1), false),
        keeping,
        () -> false);
    assertThat(whole)
        .extracting(Told::rate)
        .as("both rates were met")
        .contains(0.01)
        .hasSizeGreaterThan(60);
    for (long step = 1; step <= SAVED; step++) {
      long saved = step;
      assertThat(resumed(run, saved))
          .as("after step %d", saved)
          .isEqualTo(
              whole.stream()
                  .filter(told -> told.step() > saved && told.step() <= saved + COMPARED)
                  .toList());
    }
  }

  /** What the next five steps tell. */
  private List<Told> resumed(Path whole, long step) throws IOException {
    Path run = Files.createDirectory(folder.resolve("run-" + step));
    for (String file : List.of("recipe.yaml", "run.json")) {
      copy(whole.resolve(file), run.resolve(file));
    }
    Path checkpoint = run.resolve("checkpoints/step-%08d.safetensors".formatted(step));
    Files.createDirectory(checkpoint.getParent());
    copy(folder.resolve("step-" + step), checkpoint);
    List<Told> told = new ArrayList<>();
    assertThatThrownBy(
            () ->
                Training.resume(
                    run,
                    event -> Told.add(told, event),
                    () -> told.stream().anyMatch(after -> after.step() > step + COMPARED)))
        .isInstanceOf(StoppedException.class);
    return told.stream().filter(after -> after.step() <= step + COMPARED).toList();
  }

  private static void copy(Path from, Path to) {
    try {
      Files.write(to, Files.readAllBytes(from));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
