package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;
import org.resnet4j.data.DataException;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;

/** A10: images that come late, or not at all. */
class DataFaultsTest {
  private static final Duration SLOW = Duration.ofMillis(100);

  @TempDir Path folder;
  private TinyRuns runs;
  private Setup setup;

  @BeforeEach
  void draw_images() {
    runs = new TinyRuns(folder);
    setup = runs.setup("iterations", "4", "batch", "10"); // Each of 40 images once.
  }

  /** The same training with images from a disk that has faults and was not read from yet. */
  private Setup from(FaultyDisk.Faults faults) {
    return new Setup(
        setup.recipe(),
        DataSources.open(FaultyDisk.at(runs.data(), faults), Unreadable.FAIL),
        setup.network(),
        setup.preprocessing(),
        Optional.empty());
  }

  /** A disk that takes its time, and lets nobody hurry it. */
  private static void await(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static List<Double> losses(Setup training) {
    List<Double> losses = new ArrayList<>();
    WatchedTraining.run(training, (step, loss, network) -> losses.add(loss));
    return losses;
  }

  private static List<Thread> loaders() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("resnet4j-loader"))
        .toList();
  }

  private static void assertEnd(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(10).toMillis());
      assertThat(thread.isAlive()).as(thread.toString()).isFalse();
    }
  }

  private static boolean isImage(Path file) {
    return file.toString().endsWith(".png");
  }

  @Test
  @Promise(
      id = "A10",
      fault = "a disk that takes 100 ms for each image, also while a loader is closed",
      holds = "the same bits, only later; the threads of the loader end")
  void a_slow_disk_makes_training_slow_and_nothing_else() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    FaultyDisk.Faults slow =
        (operation, file) -> {
          if (operation.equals("open") && isImage(file)) {
            reads.incrementAndGet();
            await(SLOW);
          }
        };
    assertThat(losses(from(slow))).isEqualTo(losses(setup));
    assertThat(reads).hasValueGreaterThanOrEqualTo(40);
    reads.set(0);
    List<Thread> working;
    try (Loader loader = from(slow).loaders().training();
        Batches batches = loader.epoch(0, 0)) {
      while (reads.get() < 3) { // The first is read when the loader is made.
        Thread.sleep(1);
      }
      working = loaders();
      assertThat(working).isNotEmpty();
      assertThat(batches.waitedNanos()).isZero();
    }
    assertEnd(working);
    assertThat(reads).as("it reads no further once it is closed").hasValueLessThan(6);
  }

  @Test
  @Promise(
      id = "A10",
      fault = "a training image that vanishes before it is read",
      holds = "it is named and ends the run; the threads of the loader end")
  void a_training_image_that_vanishes_is_named() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    List<Path> gone = new ArrayList<>();
    FaultyDisk.Faults vanishing =
        (operation, file) -> {
          if (operation.equals("open") && isImage(file) && reads.incrementAndGet() == 25) {
            gone.add(file);
            throw new NoSuchFileException(file.toString());
          }
        };
    List<Thread> before = loaders();
    assertThatThrownBy(() -> losses(from(vanishing)))
        .isInstanceOf(DataException.class)
        .satisfies(
            e ->
                assertThat(e)
                    .hasMessage(gone.get(0) + ": cannot be read (it is not there any more)"));
    List<Thread> begun = new ArrayList<>(loaders());
    begun.removeAll(before);
    assertEnd(begun);
  }

  /** Deletes a test image after the first step, when no epoch was judged yet. */
  private static void delete(Event event, Path image) {
    if (event instanceof Event.Step step && step.step() == 1) {
      try {
        Files.delete(image);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  @Promise(
      id = "A10",
      fault = "a test image that vanishes while it trains, `unreadable: fail`",
      holds =
          "it is named and ends the run after a checkpoint; with the image back, `--resume` goes on"
              + " to the same bits")
  void a_test_image_that_vanishes_costs_nothing_that_was_learned() throws Exception {
    runs.train("whole", "iterations", "4");
    Path image = runs.data().resolve("val/disc/0.png");
    byte[] bytes = Files.readAllBytes(image);
    assertThatThrownBy(
            () -> runs.train("stopped", event -> delete(event, image), "iterations", "4"))
        .isInstanceOf(DataException.class)
        .hasMessage(image + ": cannot be read (it is not there any more)");
    assertThat(runs.run("stopped").resolve("checkpoints/step-00000002.safetensors")).exists();
    Files.write(image, bytes);
    runs.resume("stopped");
    assertThat(runs.weights("stopped", "model")).isEqualTo(runs.weights("whole", "model"));
  }

  @Test
  @Promise(
      id = "A10",
      fault = "the same with `unreadable: skip`",
      holds =
          "all images were decoded at the start; of those that are kept in memory (a quarter of the"
              + " heap) none is missed, others are named as above")
  void an_image_in_memory_is_not_missed() {
    String[] skip = {"iterations", "4", "unreadable", "skip"};
    Outcome whole = runs.train("whole", skip);
    Path image = runs.data().resolve("val/disc/0.png");
    Outcome without = runs.train("without", event -> delete(event, image), skip);
    assertThat(image).doesNotExist();
    assertThat(without.test().loss()).isEqualTo(whole.test().loss());
    assertThat(without.test().images()).isEqualTo(20);
    assertThat(runs.weights("without", "model")).isEqualTo(runs.weights("whole", "model"));
  }

  @Test
  void one_training_image_is_too_few_for_batch_norm() throws IOException {
    for (String split : List.of("train", "val")) {
      Path image = folder.resolve("one").resolve(split).resolve("disc/0.png");
      Files.createDirectories(image.getParent());
      Files.copy(runs.data().resolve("val/disc/0.png"), image);
    }
    assertThatThrownBy(() -> Setup.of(runs.recipe(), folder.resolve("one").toString()))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith(": 1 training image is too few; batch norm needs at least 2");
  }
}
