package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.study.Cells.Cell;
import org.resnet4j.train.RunException;

/** Work that is kept piece by piece. */
class CellsTest {
  @TempDir Path temporary;
  private final List<StudyEvent> events = new ArrayList<>();
  private int worked;

  private record Found(double value, String word) {}

  private record Plan(int seeds) {}

  @Test
  void what_is_kept_is_not_done_again() {
    StudyFolder folder = StudyFolder.create(path(), "test", "resnet4j study test", new Plan(3));
    assertThat(run(folder, "a", "b")).containsExactly(new Found(1, "a"), new Found(2, "b"));
    StudyFolder again = StudyFolder.open(path(), "test");
    assertThat(again.plan(Plan.class)).isEqualTo(new Plan(3));
    assertThat(again.command()).isEqualTo("resnet4j study test");
    events.clear();
    assertThat(run(again, "a", "b", "c"))
        .containsExactly(new Found(1, "a"), new Found(2, "b"), new Found(3, "c"));
    assertThat(worked).isEqualTo(3);
    assertThat(events.get(0)).isEqualTo(new StudyEvent.Started(path(), "words", 3, 2, List.of()));
  }

  @Test
  void numbers_that_are_none_survive() {
    StudyFolder folder = StudyFolder.create(path(), "test", "", new Plan(1));
    folder.keep("a", new Found(Double.NaN, "none"), 1.5);
    StudyFolder.Result<Found> result = folder.result("a", Found.class).orElseThrow();
    assertThat(result.value().value()).isNaN();
    assertThat(result.seconds()).isEqualTo(1.5);
  }

  @Test
  void the_time_left_is_counted_in_cost() {
    StudyFolder folder = StudyFolder.create(path(), "test", "", new Plan(1));
    folder.keep("a", new Found(1, "a"), 10); // Ten seconds for a cost of 1: nine are left for 0.9.
    List<Cell<Found>> cells = List.of(cell("a", 1), cell("b", 0.9));
    Cells study = Cells.of(folder, "words", cells, List.of(), events::add, () -> false);
    study.run(cells.get(0));
    study.run(cells.get(1));
    StudyEvent.Working half = (StudyEvent.Working) events.get(1);
    assertThat(half.secondsLeft()).isCloseTo(10 / 1.45 * 0.45, within(0.2));
    assertThat(half.number()).isEqualTo(2);
    assertThat(((StudyEvent.Finished) events.get(2)).secondsLeft()).isZero();
  }

  @Test
  void stops_between_and_within_cells_and_keeps_what_is_done() {
    StudyFolder folder = StudyFolder.create(path(), "test", "", new Plan(1));
    List<Cell<Found>> cells = List.of(cell("a", 1), cell("b", 1));
    boolean[] stop = new boolean[1];
    Cells study = Cells.of(folder, "words", cells, List.of(), events::add, () -> stop[0]);
    study.run(cells.get(0));
    stop[0] = true;
    assertThatThrownBy(() -> study.run(cells.get(1)))
        .isInstanceOf(StudyStoppedException.class)
        .extracting(e -> ((StudyStoppedException) e).folder())
        .isEqualTo(path());
    assertThat(worked).isEqualTo(1);
    assertThat(folder.result("a", Found.class)).isPresent();
    assertThat(folder.result("b", Found.class)).isEmpty();
  }

  @Test
  void a_folder_that_cannot_be_used_is_refused_in_one_line() throws IOException {
    assertThatThrownBy(() -> StudyFolder.open(path(), "test"))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("not a study's folder, study.json is missing");
    StudyFolder folder = StudyFolder.create(path(), "test", "", new Plan(1));
    assertThatThrownBy(() -> StudyFolder.create(path(), "test", "", new Plan(1)))
        .hasMessageContaining("exists already; choose another --out");
    assertThatThrownBy(() -> StudyFolder.open(path(), "lens"))
        .hasMessageContaining("a study of test, not of lens");
    Files.writeString(path().resolve("cells/a.json"), "{\"seconds\": 1, \"res");
    assertThatThrownBy(() -> folder.result("a", Found.class))
        .hasMessageContaining("a.json: cannot be read")
        .hasMessageContaining("delete it to have it made again");
  }

  private Path path() {
    return temporary.resolve("study");
  }

  private List<Found> run(StudyFolder folder, String... keys) {
    List<Cell<Found>> cells = new ArrayList<>();
    for (String key : keys) {
      cells.add(cell(key, 1));
    }
    Cells study = Cells.of(folder, "words", cells, List.of(), events::add, () -> false);
    return cells.stream().map(study::run).toList();
  }

  private Cell<Found> cell(String key, double cost) {
    return new Cell<>(
        key,
        "word " + key,
        cost,
        Found.class,
        ticker -> {
          ticker.at(0.5, "half");
          worked++;
          return new Found(worked, key);
        },
        Found::word);
  }
}
