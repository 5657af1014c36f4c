package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;

/** A12: the wall clock may jump. That nobody asks it is a rule of the architecture. */
class WallClockTest {
  @TempDir Path folder;

  @Test
  @Promise(
      id = "A12",
      fault = "the clock stood ten years ahead while a run was saved, later it ran backwards",
      holds = "the run goes on from its last checkpoint to the same bits")
  void files_from_the_future_change_nothing() throws Exception {
    TinyRuns runs = new TinyRuns(folder);
    runs.train("whole", "iterations", "8");
    List<Event> steps = new ArrayList<>();
    try {
      runs.train(
          "jumped",
          event -> {
            if (event instanceof Event.Step) {
              steps.add(event);
            }
          },
          () -> steps.size() == 5,
          "iterations",
          "8");
    } catch (StoppedException stopped) {
      assertThat(stopped.step()).isEqualTo(5);
    }
    Instant future = Instant.now().plus(Duration.ofDays(3650));
    List<Path> files;
    try (Stream<Path> below = Files.walk(runs.run("jumped"))) {
      files = below.sorted().toList();
    }
    for (int i = 0; i < files.size(); i++) { // The newest checkpoint becomes the oldest.
      date(files.get(i), future.minus(Duration.ofDays(i)));
    }
    List<Long> begun = new ArrayList<>();
    Training.resume(
        runs.run("jumped"),
        event -> {
          if (event instanceof Event.Started started) {
            begun.add(started.step());
          }
        },
        () -> false);
    assertThat(begun).containsExactly(5L);
    assertThat(runs.weights("jumped", "model")).isEqualTo(runs.weights("whole", "model"));
  }

  private static void date(Path file, Instant time) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(time));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
