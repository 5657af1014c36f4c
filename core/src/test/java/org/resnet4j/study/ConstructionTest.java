package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.report.Verdict.Status;

/** The thought experiment on 32 images, and what its numbers may be said to show. */
class ConstructionTest {
  private static final Map<String, String> SETTINGS =
      Map.of("epochs", "0", "iterations", "4", "batch", "16", "precision", "fp32", "warmup", "0");

  @TempDir private Path folder;
  private Path data;

  @BeforeEach
  void draw() throws IOException {
    data = folder.resolve("data");
    write(Shapes.train(1, 32), data.resolve("train"));
    write(Shapes.test(1, 20), data.resolve("val"));
  }

  private static void write(Dataset images, Path folder) throws IOException {
    for (int i = 0; i < images.size(); i++) {
      Path parent = Files.createDirectories(folder.resolve(images.classes().get(images.label(i))));
      Files.write(parent.resolve(i + ".png"), PngEncoder.encode(images.image(i)));
    }
  }

  private ConstructionPlan plan() {
    return ConstructionPlan.smoke()
        .withNetworks("resnet8-width4-plain", "resnet14-width4-plain")
        .withData(data.toString())
        .withSeeds(2)
        .withRecipe("shapes", SETTINGS);
  }

  @Test
  void what_is_built_has_the_errors_of_what_it_was_built_from() {
    List<StudyEvent> events = new ArrayList<>();
    Path out = folder.resolve("study");
    Construction.Results results =
        Construction.run(plan(), Optional.of(out), "test", events::add, () -> false);
    assertThat(results.document().runs()).hasSize(2);
    for (Construction.Row row : results.document().runs()) {
      // Of 32 and 20 images: no class changes by rounding.
      assertThat(row.builtTrainError()).isEqualTo(row.shallowTrainError());
      assertThat(row.builtTestError()).isEqualTo(row.shallowTestError());
      assertThat(row.changed()).hasValue(0);
      assertThat(row.largestDifference()).isBetween(0.0, 1e-4);
    }
    // Equal, but after four steps because neither has learned anything.
    assertThat(results.document().verdicts())
        .extracting(Degradation.VerdictRow::status)
        .containsOnly("not shown");
    assertThat(events).filteredOn(StudyEvent.Finished.class::isInstance).hasSize(6);
    assertThat(out.resolve("report.html")).content().contains("resnet14-width4-plain");
    assertThat(out.resolve("results.json")).content().contains("\"builtTrainError\"");
    assertThat(out.resolve("runs.csv"))
        .content()
        .startsWith("seed,shallow_train_error,")
        .hasLineCount(3);
  }

  @Test
  void goes_on_after_a_stop_to_the_same_end() {
    Path whole = folder.resolve("whole");
    Construction.Document expected =
        Construction.run(plan(), Optional.of(whole), "test", e -> {}, () -> false).document();
    Path stopped = folder.resolve("stopped");
    List<StudyEvent> events = new ArrayList<>();
    assertThatThrownBy(
            () ->
                Construction.run(
                    plan(),
                    Optional.of(stopped),
                    "test",
                    events::add,
                    () ->
                        events.stream().filter(StudyEvent.Finished.class::isInstance).count() == 2))
        .isInstanceOf(StudyStoppedException.class);
    List<StudyEvent> later = new ArrayList<>();
    Construction.Results results = Construction.resume(stopped, later::add, () -> false);
    assertThat(results.document()).isEqualTo(expected);
    assertThat(((StudyEvent.Started) later.get(0)).done()).isEqualTo(2);
  }

  @Test
  void a_plan_has_steps_and_time() {
    assertThat(Construction.estimate(plan()))
        .extracting(Construction.Estimate::network, Construction.Estimate::steps)
        .containsExactly(tuple("resnet8-width4-plain", 4L), tuple("resnet14-width4-plain", 4L));
    assertThat(Construction.estimate(plan())).allMatch(estimate -> estimate.seconds() > 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resnet20 | resnet56 | resnet20 has shortcuts, but the construction is about plain networks; take one such as resnet20-plain",
        "resnet20-plain | resnet20-plain | resnet20-plain cannot grow to resnet20-plain: both have 9 blocks; choose a deeper network",
        "resnet20-plain | resnet56 | resnet20-plain cannot grow to resnet56: block 1 of stage 1 is beside shortcut none here and beside shortcut identity there",
      })
  void networks_that_do_not_fit_are_one_clear_line(String model, String to, String message) {
    assertThatThrownBy(() -> plan().withNetworks(model, to))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  /** The recipe wants one of the two to be 0. */
  @Test
  void either_length_alone_replaces_the_other() {
    assertThat(plan().with(Map.of("epochs", "2")).runs().get(0).recipe())
        .extracting(Recipe::epochs, Recipe::iterations)
        .containsExactly(2, 0);
    assertThat(plan().with(Map.of("epochs", "2")).with(Map.of("iterations", "7")).runs())
        .extracting(run -> run.recipe().epochs(), run -> run.recipe().iterations())
        .containsOnly(tuple(0, 7));
  }

  @Test
  void no_seed_and_keys_of_the_study_are_refused() {
    assertThatThrownBy(() -> plan().withSeeds(0))
        .hasMessage("seeds = 0: must be at least 1; a verdict needs 2, better 3");
    assertThatThrownBy(() -> plan().with(Map.of("model", "resnet8")))
        .hasMessageStartingWith("--set model: the study chooses it");
  }

  @Test
  void verdicts_say_no_more_than_the_numbers() {
    // Worse by 20 and 21 points. One of 32 images is 3.1 points, of which rounding alone gives a
    // deviation of 1.3; t with one degree of freedom is 12.7, so the interval is 11.5 to each side.
    assertThat(report(0.2, 0.0, 0.4, 0.41).verdicts())
        .extracting(verdict -> verdict.status())
        .containsExactly(Status.SHOWN, Status.SHOWN);
    assertThat(report(0.2, 0.0, 0.4, 0.41).verdicts().get(1).difference())
        .isCloseTo(20.5, within(1e-9));
    assertThat(report(0.2, 0.0, 0.3, 0.31).verdicts().get(1).status()).isEqualTo(Status.NOT_SHOWN);
    assertThat(report(0.2, 0.0, 0.3, 0.5).verdicts().get(1).status()).isEqualTo(Status.NOT_SHOWN);
    assertThat(report(0.2, 0.0, 0.3).verdicts().get(1).reason())
        .isEqualTo("not shown with 1 seed: worse on 1 of 1 seeds");
    assertThat(report(0.5, 0.0, 0.3, 0.31).verdicts().get(1).status())
        .isEqualTo(Status.CONTRADICTED);
    // Another error than the shallow network's is no rounding.
    assertThat(report(0.2, 0.002, 0.3, 0.31).verdicts().get(0).status())
        .isEqualTo(Status.CONTRADICTED);
    assertThat(report(0.001, 0.0, 0.002, 0.003).notes().get(0)).startsWith("Too easy to decide");
    assertThat(report(0.2, 0.0, 0.3, 0.31).notes()).isEmpty();
  }

  @Test
  void networks_that_only_guess_show_nothing() {
    // The most frequent of 10 classes has 4 of 32 images: 28 of 32 mistakes, 0.9 of it 0.7875.
    assertThat(report(0.78, 0.0, 0.95, 0.96).verdicts())
        .extracting(verdict -> verdict.status())
        .containsExactly(Status.SHOWN, Status.SHOWN);
    ConstructionReport guessing = report(0.79, 0.0, 0.95, 0.96);
    assertThat(guessing.verdicts())
        .allSatisfy(
            verdict -> {
              assertThat(verdict.status()).isEqualTo(Status.NOT_SHOWN);
              assertThat(verdict.reason())
                  .isEqualTo(
                      "not shown: resnet8-width4-plain itself hardly does better than guessing on 2 of 2 seeds");
            });
    assertThat(guessing.notes()).singleElement().asString().startsWith("Too hard to decide");
  }

  @Test
  void a_training_that_diverged_shows_nothing() {
    ConstructionRow whole = report(0.2, 0.0, 0.3).rows().get(0);
    ArmRun failed = new ArmRun("net", Arm.PLAIN, 8, 1, 0.9, 0.9, List.of(), "loss became NaN");
    ConstructionReport shallow =
        report(List.of(whole, new ConstructionRow(failed, Optional.empty(), run(14, 1, 0.3))));
    assertThat(shallow.verdicts())
        .extracting(verdict -> verdict.status(), verdict -> verdict.reason())
        .containsOnly(
            tuple(
                Status.NOT_SHOWN,
                "not shown: a training that is compared diverged on 1 of 2 seeds"));
    assertThat(shallow.verdicts().get(1).difference()).isCloseTo(10, within(1e-9));
    assertThat(shallow.notes()).singleElement().asString().startsWith("On 1 of 2 seeds");
    assertThat(shallow.rows().get(1).row())
        .extracting(Construction.Row::builtTrainError, Construction.Row::changed)
        .containsExactly(Double.NaN, Optional.empty());
    assertThat(shallow.report().html()).doesNotContain("NaN");
    // What was built is not compared with the one from scratch in the first claim.
    assertThat(
            report(List.of(new ConstructionRow(whole.shallow(), whole.built(), failed))).verdicts())
        .extracting(verdict -> verdict.status())
        .containsExactly(Status.SHOWN, Status.NOT_SHOWN);
  }

  @Test
  void a_study_of_trainings_that_diverge_comes_to_an_end() {
    ConstructionPlan plan =
        plan()
            .withSeeds(1)
            .with(Map.of("rate", "900", "iterations", "60", "weight-decay", "0.1"))
            .with(Map.of("schedule", "constant"));
    Path out = folder.resolve("study");
    Construction.Results results =
        Construction.run(plan, Optional.of(out), "test", event -> {}, () -> false);
    assertThat(results.document().runs().get(0).builtTrainError()).isNaN();
    assertThat(results.document().verdicts())
        .extracting(Degradation.VerdictRow::status)
        .containsOnly("not shown");
    assertThat(out.resolve("results.json")).content().contains("\"changed\" : null");
    assertThat(Construction.resume(out, event -> {}, () -> false).document())
        .isEqualTo(results.document());
  }

  /** A seed for each error from scratch. */
  private ConstructionReport report(double built, double more, double... scratch) {
    List<ConstructionRow> rows = new ArrayList<>();
    for (int seed = 0; seed < scratch.length; seed++) {
      rows.add(
          new ConstructionRow(
              run(8, seed, built),
              Optional.of(new Built(built, built + more, built, built + more, 0, 1e-6, 1)),
              run(14, seed, scratch[seed])));
    }
    return report(rows);
  }

  private ConstructionReport report(List<ConstructionRow> rows) {
    return new ConstructionReport(
        plan(), DataSources.open(data.toString(), Unreadable.FAIL), rows, Map.of());
  }

  private static ArmRun run(int depth, int seed, double error) {
    List<ArmRun.Epoch> curve = List.of(new ArmRun.Epoch(4, error, error, 1, 1));
    return new ArmRun("net", Arm.PLAIN, depth, seed, error, error, curve, "");
  }
}
