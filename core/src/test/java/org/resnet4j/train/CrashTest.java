package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;
import org.resnet4j.data.DataException;
import org.resnet4j.recipe.Recipe;

/** A2, A5, A6: the disk fails, or the machine stops, at each operation on a run's folder. */
class CrashTest {
  private static final Saving GOES_ON = new Saving(Saving.USUAL.every(), true);

  @TempDir Path folder;
  private TinyRuns runs;
  private Recipe recipe;

  @BeforeEach
  void draw_images() {
    runs = new TinyRuns(folder);
    recipe = runs.recipe("iterations", "10", "augmentation", "pad-crop-flip");
  }

  private Outcome train(Path run) {
    return Training.run(
        new Training.Plan(recipe, folder.resolve("data").toString(), Optional.of(run), "test"),
        event -> {},
        () -> false);
  }

  private static Outcome resume(Path run) {
    return Training.resume(run, event -> {}, () -> false);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<Path> litter(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run, new FileVisitOption[0])) {
      return files.filter(file -> file.toString().endsWith(".tmp")).toList();
    }
  }

  /** Counts operations and stops the machine at one of them: from then on nothing works. */
  private static final class PowerCut implements FaultyDisk.Faults {
    private final int at;
    private final List<String> done = new ArrayList<>();

    PowerCut(int at) {
      this.at = at;
    }

    @Override
    public void before(String operation, Path file) throws IOException {
      String name =
          file.getFileName()
              .toString()
              .replaceAll("resnet4j-.*[.]tmp", "resnet4j-X.tmp")
              .replaceAll("step-[0-9]+", "step-N");
      if (done.size() >= at) {
        throw new IOException("the machine is off");
      }
      done.add(operation + " " + name);
    }
  }

  @Test
  @Promise(
      id = "A2",
      fault =
          "the machine stops at any kind of operation on the run folder: making, opening, half a write, flushing, renaming, flushing the folder, reading back, deleting",
      holds = "the next start goes on to the same bits")
  void a_machine_that_stops_at_any_operation_of_saving_costs_nothing() throws Exception {
    Path whole = runs.run("whole");
    train(whole);
    PowerCut counted = new PowerCut(Integer.MAX_VALUE);
    train(FaultyDisk.at(runs.run("counted"), counted));
    List<String> operations = counted.done;
    Set<String> kinds = new LinkedHashSet<>(operations);
    assertThat(kinds)
        .contains(
            "make checkpoints",
            "open .resnet4j-X.tmp",
            "write .resnet4j-X.tmp",
            "force .resnet4j-X.tmp",
            "move step-N.safetensors",
            "open checkpoints",
            "force checkpoints",
            "open step-N.safetensors",
            "delete step-N.safetensors");
    int begun = operations.indexOf("move run.json") + 1; // Before that there is no run to resume.
    Set<String> met = new HashSet<>();
    int cuts = 0;
    for (int at = begun; at < operations.size(); at++) {
      if (!met.add(operations.get(at))) {
        continue;
      }
      Path run = runs.run("cut-" + at);
      PowerCut cut = new PowerCut(at);
      assertThatThrownBy(() -> train(FaultyDisk.at(run, cut)))
          .as("operation %d, %s", at, operations.get(at))
          .isInstanceOfSatisfying(
              RunException.class, e -> assertThat(e.resources()).as(e.getMessage()).isTrue());
      resume(run);
      assertThat(bytes(run.resolve("model/model.safetensors")))
          .as("operation %d, %s", at, operations.get(at))
          .isEqualTo(bytes(whole.resolve("model/model.safetensors")));
      assertThat(bytes(run.resolve("metrics.csv"))).isEqualTo(bytes(whole.resolve("metrics.csv")));
      assertThat(litter(run)).isEmpty();
      cuts++;
    }
    assertThat(cuts).isGreaterThanOrEqualTo(12);
  }

  @Test
  @Promise(
      id = "A5",
      fault = "the disk is full",
      holds =
          "one line, the checkpoint before is whole, no litter; with space again it goes on to the same bits")
  void a_disk_that_is_full_ends_the_run_and_leaves_the_checkpoint_before() throws Exception {
    Path run = runs.run("full");
    FaultyDisk.Faults full =
        (operation, file) -> {
          boolean second = Files.exists(run.resolve("checkpoints/step-00000004.safetensors"));
          if (second && operation.equals("write")) {
            throw new IOException("No space left on device");
          }
        };
    assertThatThrownBy(() -> train(FaultyDisk.at(run, full)))
        .isInstanceOfSatisfying(
            RunException.class,
            e -> {
              assertThat(e.resources()).isTrue();
              assertThat(e).hasMessageContaining("No space left on device");
            });
    assertThat(litter(run)).isEmpty();
    Path whole = runs.run("whole");
    train(whole);
    resume(run);
    assertThat(bytes(run.resolve("model/model.safetensors")))
        .isEqualTo(bytes(whole.resolve("model/model.safetensors")));
  }

  @Test
  @Promise(
      id = "A5",
      fault = "the same with `--on-save-error continue`",
      holds = "it trains on and says so each time")
  void a_run_that_may_goes_on_after_a_checkpoint_that_was_not_saved() {
    Path run = runs.run("on");
    List<String> notices = new ArrayList<>();
    FaultyDisk.Faults full =
        (operation, file) -> {
          if (operation.equals("force") && file.toString().contains("checkpoints")) {
            throw new IOException("No space left on device");
          }
        };
    Outcome outcome =
        Training.run(
            new Training.Plan(
                recipe,
                folder.resolve("data").toString(),
                Optional.of(FaultyDisk.at(run, full)),
                "test"),
            GOES_ON,
            event -> {
              if (event instanceof Event.Notice notice) {
                notices.add(notice.text());
              }
            },
            () -> false);
    assertThat(outcome.epochs()).isEqualTo(5);
    assertThat(notices)
        .hasSize(5)
        .allSatisfy(
            text ->
                assertThat(text)
                    .contains("No space left on device", "training goes on as you wished"));
    assertThat(run.resolve("checkpoints")).isEmptyDirectory();
    assertThat(run.resolve("model/model.safetensors")).isRegularFile();
  }

  @Test
  @Promise(
      id = "A5",
      fault = "the disk is full for three epochs of five, with `--on-save-error continue`",
      holds =
          "it trains on and says so; metrics, the network of the best epoch and the last are those of a run without faults")
  void a_run_that_may_goes_on_while_the_disk_is_full_and_makes_up_for_it() throws Exception {
    Recipe judged =
        runs.recipe("iterations", "10", "augmentation", "pad-crop-flip", "validation", "0.25");
    Path whole = runs.run("whole");
    train(judged, whole, Saving.USUAL, event -> {});
    Path run = runs.run("full");
    boolean[] full = {false};
    int[] refused = {0};
    List<String> notices = new ArrayList<>();
    FaultyDisk.Faults faults =
        (operation, file) -> {
          if (full[0] && operation.equals("write")) {
            refused[0]++;
            throw new IOException("No space left on device");
          }
        };
    train(
        judged,
        FaultyDisk.at(run, faults),
        GOES_ON,
        event -> {
          if (event instanceof Event.Step step) {
            full[0] = step.epoch() <= 3;
          }
          if (event instanceof Event.Notice notice) {
            notices.add(notice.text());
          }
        });
    assertThat(refused[0]).isGreaterThan(5);
    assertThat(notices)
        .anyMatch(text -> text.contains("metrics cannot be written"))
        .anyMatch(text -> text.contains("curves for TensorBoard cannot be written"))
        .anyMatch(text -> text.contains("checkpoints"))
        .anyMatch(text -> text.contains("best: cannot be written"))
        .filteredOn(text -> !text.contains("threads"))
        .allMatch(text -> text.contains("No space left on device"), "told why")
        .allMatch(text -> text.endsWith("training goes on as you wished"), "told what");
    for (String file :
        List.of("metrics.csv", "best/model.safetensors", "model/model.safetensors")) {
      assertThat(bytes(run.resolve(file))).as(file).isEqualTo(bytes(whole.resolve(file)));
    }
    assertThat(litter(run)).isEmpty();
  }

  @Test
  void a_disk_that_is_full_at_the_end_is_told_with_what_is_left_to_go_on_from() {
    Path none = runs.run("none");
    assertThatThrownBy(() -> train(recipe, fullAtEnd(none, true), GOES_ON, event -> {}))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageEndingWith("no checkpoint was saved, so what it learned is lost");
    Path some = runs.run("some");
    assertThatThrownBy(() -> train(recipe, fullAtEnd(some, false), GOES_ON, event -> {}))
        .isInstanceOf(RunException.class)
        .hasMessageEndingWith("step-00000010.safetensors");
    assertThat(resume(some).epochs()).isEqualTo(5);
  }

  private static Path fullAtEnd(Path run, boolean before) {
    return FaultyDisk.at(
        run,
        (operation, file) -> {
          boolean model = file.getParent().endsWith("model");
          boolean checkpoint = before && file.getParent().endsWith("checkpoints");
          if (operation.equals("write") && (model || checkpoint)) {
            throw new IOException("No space left on device");
          }
        });
  }

  private void train(Recipe how, Path run, Saving saving, Consumer<Event> events) {
    Training.run(
        new Training.Plan(how, folder.resolve("data").toString(), Optional.of(run), "test"),
        saving,
        events,
        () -> false);
  }

  @Test
  void checkpoints_come_as_often_as_one_wishes() {
    List<Long> saved = new ArrayList<>();
    Training.run(
        new Training.Plan(
            runs.recipe("iterations", "3"),
            folder.resolve("data").toString(),
            Optional.of(runs.run("often")),
            "test"),
        new Saving(Duration.ofNanos(1), false),
        event -> {
          if (event instanceof Event.Saved checkpoint) {
            saved.add(checkpoint.step());
          }
        },
        () -> false);
    assertThat(saved).as("each step, and each epoch of two").containsExactly(1L, 2L, 2L, 3L, 3L);
    assertThatThrownBy(() -> new Saving(Duration.ZERO, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("save-every = PT0S: must be above zero");
  }

  @Test
  @Promise(id = "A6", fault = "a flush fails", holds = "exit 5; it is never taken for success")
  void a_flush_that_fails_is_a_checkpoint_that_was_not_saved() {
    Path run = runs.run("flush");
    FaultyDisk.Faults failing =
        (operation, file) -> {
          if (operation.equals("force") && file.toString().endsWith(".tmp")) {
            throw new IOException("Input/output error");
          }
        };
    assertThatThrownBy(() -> train(FaultyDisk.at(run, failing)))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("Input/output error");
    assertThat(run.resolve("recipe.yaml")).doesNotExist();
  }

  @Test
  @Promise(
      id = "A6",
      fault = "the run folder is moved or deleted while it trains",
      holds = "exit 5; it is not made again, and goes on where it was moved to")
  void a_run_folder_that_is_gone_ends_the_run_and_is_not_made_again() {
    Path run = runs.run("gone");
    Path moved = runs.run("moved");
    assertThatThrownBy(
            () ->
                Training.run(
                    new Training.Plan(
                        recipe, folder.resolve("data").toString(), Optional.of(run), "test"),
                    event -> {
                      if (event instanceof Event.Step step && step.step() == 4) {
                        move(run, moved);
                      }
                    },
                    () -> false))
        .isInstanceOfSatisfying(
            RunException.class, e -> assertThat(e.resources()).as(e.getMessage()).isTrue());
    assertThat(run).doesNotExist();
    Path whole = runs.run("whole");
    train(whole);
    resume(moved);
    assertThat(bytes(moved.resolve("model/model.safetensors")))
        .isEqualTo(bytes(whole.resolve("model/model.safetensors")));
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void an_image_that_cannot_be_read_costs_no_step() throws Exception {
    Path image = runs.data().resolve("val/disc/0.png");
    byte[] good = bytes(image);
    Files.write(image, Arrays.copyOf(good, good.length / 2));
    Path run = runs.run("broken");
    assertThatThrownBy(() -> train(run)).isInstanceOf(DataException.class);
    assertThat(run.resolve("checkpoints/step-00000002.safetensors"))
        .as("the steps before the first images that judge")
        .isRegularFile();
    Files.write(image, good);
    resume(run);
    Path whole = runs.run("whole");
    train(whole);
    assertThat(bytes(run.resolve("model/model.safetensors")))
        .isEqualTo(bytes(whole.resolve("model/model.safetensors")));
    assertThat(bytes(run.resolve("metrics.csv"))).isEqualTo(bytes(whole.resolve("metrics.csv")));
  }

  @Test
  void what_a_killed_process_left_half_written_goes_from_every_folder() throws Exception {
    Path teacher = runs.run("taught-by");
    train(teacher);
    Path run = runs.run("run");
    runs.train("run", "ema", "0.9", "validation", "0.25", "teacher", teacher.toString());
    List<Path> folders;
    try (Stream<Path> paths = Files.walk(run)) {
      folders = paths.filter(Files::isDirectory).toList();
    }
    assertThat(folders).hasSize(6); // Its own and checkpoints, model, model-ema, best, teacher.
    for (Path one : folders) {
      Files.write(one.resolve(".resnet4j-0.tmp"), new byte[9]);
    }
    resume(run);
    assertThat(litter(run)).isEmpty();
  }

  @Test
  @Promise(
      id = "A9",
      fault = "two processes in one run folder",
      holds =
          "the second is refused and told the number of the first; the system gives the folder back when a process dies")
  void a_run_in_a_folder_that_another_has_is_refused() throws Exception {
    Path run = runs.run("shared");
    train(run);
    try (FolderLock lock = FolderLock.take(run)) {
      assertThatThrownBy(() -> resume(run))
          .isInstanceOf(RunException.class)
          .hasMessage(
              "%s: process %d works in it; wait for its end, or stop it first"
                  .formatted(run, ProcessHandle.current().pid()));
    }
    resume(run);
  }
}
