package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/** Runs of seconds: 30 images to learn from, 10 to choose by and 20 to test on; an epoch a step. */
class SelectionTest {
  private static final String[] VALIDATED = {"validation", "0.25", "rate", "0.3"};

  @TempDir Path folder;
  private TinyRuns runs;

  @BeforeEach
  void draw_images() {
    runs = new TinyRuns(folder);
  }

  private static String[] with(String... more) {
    return Stream.concat(Arrays.stream(VALIDATED), Arrays.stream(more)).toArray(String[]::new);
  }

  /** The best of the epochs as a reader of the CSV file would find it. */
  private static Event.Epoch best(List<Event.Epoch> epochs) {
    Event.Epoch best = epochs.get(0);
    for (Event.Epoch epoch : epochs) {
      boolean better =
          epoch.testTop1() > best.testTop1()
              || (epoch.testTop1() == best.testTop1() && epoch.testLoss() < best.testLoss());
      best = better ? epoch : best;
    }
    return best;
  }

  private static Event.Epoch row(int epoch, double loss, double top1) {
    return new Event.Epoch(epoch, epoch, 0.1, 0, 0, loss, top1, 1, 1, 1, 0);
  }

  @Test
  void the_best_epoch_has_fewest_mistakes_then_lowest_loss_then_comes_first() {
    Progress progress = Progress.beginning(runs.recipe());
    assertThat(progress.best()).isEmpty();
    assertThat(progress.sinceBest()).isZero();
    double[][] lossAndTop1 = {{0.1, 0.5}, {0.9, 0.7}, {0.8, 0.7}, {0.8, 0.7}, {0.2, 0.6}};
    int[] best = {1, 2, 3, 3, 3};
    for (int i = 0; i < best.length; i++) {
      progress = progress.finished(row(i + 1, lossAndTop1[i][0], lossAndTop1[i][1]), 0);
      assertThat(progress.best().orElseThrow().epoch()).isEqualTo(best[i]);
      assertThat(progress.sinceBest()).isEqualTo(i + 1 - best[i]);
    }
  }

  private Evaluation judged(String model, Predicate<Setup> onTest) {
    SavedModel saved = SavedModel.open(folder.resolve(model));
    Setup setup = runs.setup(VALIDATED);
    try (LiveNetwork network = saved.live(Device.CPU, Precision.FP32);
        Judge judge = onTest.test(setup) ? setup.testJudge() : setup.judge()) {
      return judge.evaluate(network);
    }
  }

  @Test
  void validation_images_are_of_every_class_and_no_longer_learned() {
    Setup whole = runs.setup();
    Setup cut = runs.setup(VALIDATED);
    Dataset held = cut.validation().orElseThrow();
    assertThat(held.size()).isEqualTo(10);
    assertThat(cut.data().train().size()).isEqualTo(30);
    assertThat(counts(held)).isEqualTo(counts(whole.data().test(), 2));
    List<String> names = new ArrayList<>(names(held));
    assertThat(names(cut.data().train())).doesNotContainAnyElementsOf(names);
    names.addAll(names(cut.data().train()));
    assertThat(names).containsExactlyInAnyOrderElementsOf(names(whole.data().train()));
    assertThat(names(runs.setup("validation", "0.25", "seed", "1").validation().orElseThrow()))
        .isNotEqualTo(names(held));
    assertThat(cut.preprocessing()).as("measured without them").isNotEqualTo(whole.preprocessing());
    assertThat(cut.data().notes())
        .last()
        .asString()
        .isEqualTo(
            "validation: 10 of 40 training images, drawn from each class with seed 0, judge the"
                + " epochs; the test images are looked at once, at the end");
    assertThat(whole.validation()).isEmpty();
  }

  private static Map<Integer, Integer> counts(Dataset images) {
    return counts(images, 1);
  }

  private static Map<Integer, Integer> counts(Dataset images, int divisor) {
    Map<Integer, Integer> counts = new TreeMap<>();
    for (int i = 0; i < images.size(); i++) {
      counts.merge(images.label(i), 1, Integer::sum);
    }
    counts.replaceAll((label, count) -> count / divisor);
    return counts;
  }

  private static List<String> names(Dataset images) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      names.add(images.describe(i));
    }
    return names;
  }

  @Test
  void best_and_last_are_both_kept_and_told() throws IOException {
    Outcome outcome = runs.train("run", VALIDATED);
    Choice choice = outcome.choice().orElseThrow();
    Event.Epoch best = best(outcome.history());
    assertThat(best.epoch()).as("a run that says something").isLessThan(12);
    assertThat(choice.images()).isEqualTo(10);
    assertThat(choice.best()).isEqualTo(Choice.Validated.of(best));
    assertThat(choice.last()).isEqualTo(Choice.Validated.of(outcome.history().get(11)));
    assertThat(choice.test().images()).isEqualTo(20);
    assertThat(outcome.test().images()).isEqualTo(20);
    // With a constant rate the first epochs of a long run are those of a short one.
    runs.train("short", with("iterations", String.valueOf(best.epoch())));
    assertThat(runs.weights("run", "best")).isEqualTo(runs.weights("short", "model"));
    assertThat(runs.weights("run", "best")).isNotEqualTo(runs.weights("run", "model"));
    assertThat(judged("run/best", setup -> true).loss()).isEqualTo(choice.test().loss());
    assertThat(judged("run/best", setup -> false).loss()).isEqualTo(choice.best().loss());
    assertThat(judged("run/model", setup -> true).loss()).isEqualTo(outcome.test().loss());
    told(outcome, choice);
  }

  private void told(Outcome outcome, Choice choice) throws IOException {
    Path run = runs.run("run");
    String last = Files.readString(run.resolve("model/README.md"));
    assertThat(last)
        .contains(
            "those of the last epoch, 12. By 10 validation images, and not by the test images,"
                + " epoch %d was the best".formatted(choice.best().epoch()))
        .contains("| 20 | %d |".formatted(outcome.test().mistakes()));
    assertThat(Files.readString(run.resolve("best/README.md")))
        .contains("The figures are those of epoch %d. By 10 val".formatted(choice.best().epoch()))
        .contains("| 20 | %d |".formatted(choice.test().mistakes()));
    assertThat(Files.readAllLines(run.resolve("metrics.csv")).get(0))
        .contains(",validation_loss,validation_top1,validation_top5,")
        .doesNotContain("test");
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("<dt>Best of 12 epochs by validation</dt>")
        .contains("Loss of training and validation by epoch", "validation top-1", "validation loss")
        .doesNotContain("test loss");
  }

  @Test
  void without_validation_images_everything_stays_as_it_was() throws IOException {
    Outcome outcome = runs.train("plain", "iterations", "2");
    assertThat(outcome.choice()).isEmpty();
    assertThat(runs.run("plain").resolve("best")).doesNotExist();
    assertThat(Files.readAllLines(runs.run("plain").resolve("metrics.csv")).get(0))
        .contains(",test_loss,test_top1,test_top5,");
    assertThat(Files.readString(runs.run("plain").resolve("model/README.md")))
        .contains("those of the last epoch, not of the best. No image");
    assertThat(Files.readString(runs.run("plain").resolve("report.html")))
        .contains("Loss of training and test by epoch")
        .doesNotContain("alidation by epoch");
  }

  @Test
  void ends_as_soon_as_so_many_epochs_were_no_better_than_the_best() {
    List<Event.Epoch> all = runs.train("all", VALIDATED).history();
    int ends = 1;
    while (ends - best(all.subList(0, ends)).epoch() < 2) {
      ends++;
    }
    assertThat(ends).as("a run that says something").isBetween(3, 11);
    Outcome stopped = runs.train("stopped", with("stop-after", "2"));
    assertThat(stopped.epochs()).isEqualTo(ends);
    assertThat(stopped.choice().orElseThrow().best().epoch()).isEqualTo(ends - 2);
    assertThat(stopped.history())
        .extracting(Event.Epoch::testLoss)
        .isEqualTo(all.subList(0, ends).stream().map(Event.Epoch::testLoss).toList());
    byte[] weights = runs.weights("stopped", "model");
    Outcome again = runs.resume("stopped");
    assertThat(again.epochs()).as("and is not gone on with").isEqualTo(ends);
    assertThat(runs.weights("stopped", "model")).isEqualTo(weights);
    assertThat(again.test()).usingRecursiveComparison().isEqualTo(stopped.test());
  }

  @Test
  void a_kill_around_the_best_epoch_changes_nothing() {
    Outcome whole = runs.train("whole", with("stop-after", "4"));
    int best = whole.choice().orElseThrow().best().epoch();
    killed("judged", event -> event instanceof Event.Epoch epoch && epoch.epoch() == best);
    killed("saved", event -> event instanceof Event.Saved saved && saved.step() == best);
    for (String run : List.of("judged", "saved")) {
      Outcome outcome = runs.resume(run);
      assertThat(outcome.choice()).usingRecursiveComparison().isEqualTo(whole.choice());
      assertThat(outcome.test()).usingRecursiveComparison().isEqualTo(whole.test());
      assertThat(runs.weights(run, "best")).as(run).isEqualTo(runs.weights("whole", "best"));
      assertThat(runs.weights(run, "model")).as(run).isEqualTo(runs.weights("whole", "model"));
    }
  }

  @Test
  void what_the_epoch_after_the_best_has_begun_to_learn_is_not_taken_for_the_best() {
    String[] keys = with("batch", "10", "iterations", "30"); // Three an epoch.
    Outcome whole = runs.train("whole", keys);
    assertThat(whole.epochs()).isEqualTo(10);
    int best = whole.choice().orElseThrow().best().epoch();
    assertThat(best).as("a run that says something").isLessThan(10);
    Outcome outcome = runs.trainInTwo("stopped", 3 * best + 1, keys);
    assertThat(outcome.choice()).usingRecursiveComparison().isEqualTo(whole.choice());
    assertThat(runs.weights("stopped", "best")).isEqualTo(runs.weights("whole", "best"));
  }

  /** Leaves on disk what a killed process would. */
  private void killed(String run, Predicate<Event> when) {
    assertThatThrownBy(
            () ->
                runs.train(
                    run,
                    event -> {
                      if (when.test(event)) {
                        throw new IllegalStateException("killed");
                      }
                    },
                    with("stop-after", "4")))
        .hasMessage("killed");
  }

  @Test
  void the_test_images_are_looked_at_once_at_the_end() throws IOException {
    Path image = runs.data().resolve("val/disc/0.png");
    byte[] good = Files.readAllBytes(image);
    Files.write(image, Arrays.copyOf(good, good.length / 2));
    List<Event> events = new ArrayList<>();
    assertThatThrownBy(() -> runs.train("run", events::add, with("iterations", "3")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("0.png");
    assertThat(events.stream().filter(Event.Epoch.class::isInstance)).hasSize(3);
    Files.write(image, good);
    assertThat(runs.resume("run").test().images()).isEqualTo(20);
  }

  @Test
  void a_stop_during_that_look_loses_nothing() {
    Outcome whole = runs.train("whole", with("iterations", "3"));
    List<Event.Epoch> epochs = new ArrayList<>();
    assertThatThrownBy(
            () ->
                runs.train(
                    "stopped",
                    event -> {
                      if (event instanceof Event.Epoch epoch) {
                        epochs.add(epoch);
                      }
                    },
                    () -> epochs.size() == 3,
                    with("iterations", "3")))
        .isInstanceOf(StoppedException.class);
    Outcome resumed = runs.resume("stopped");
    assertThat(resumed.choice()).usingRecursiveComparison().isEqualTo(whole.choice());
    assertThat(runs.weights("stopped", "best")).isEqualTo(runs.weights("whole", "best"));
  }

  @Test
  void averaged_weights_are_tested_at_the_end_too() {
    Outcome outcome = runs.train("run", with("iterations", "3", "ema", "0.5"));
    assertThat(outcome.averaged().orElseThrow().images()).isEqualTo(20);
    assertThat(judged("run/model-ema", setup -> true).loss())
        .isEqualTo(outcome.averaged().orElseThrow().loss());
  }

  @Test
  void precise_statistics_come_also_where_a_run_ends_early() {
    runs.train("plain", with("stop-after", "2"));
    runs.train("precise", with("stop-after", "2", "precise-batch-norm", "1"));
    assertThat(runs.weights("precise", "model")).isNotEqualTo(runs.weights("plain", "model"));
  }
}
