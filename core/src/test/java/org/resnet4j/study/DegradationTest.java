package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.SmallShapes;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;

/** Twins of several depths, trained alike. */
class DegradationTest {
  @TempDir Path temporary;

  @Test
  void files_are_named_with_the_digits_0_to_9_whatever_the_users_are() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR")); // Persian has its own, which %d writes.
    try {
      assertThat("%d".formatted(1)).isNotEqualTo("1");
      assertThat(DegradationPlan.preset("paper").withData("cifar-10").runs())
          .extracting(DegradationPlan.Run::key)
          .allMatch(key -> key.matches("seed[0-9]-[a-z]+-[0-9]+"));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void every_arm_has_a_network_of_the_catalogue_and_its_layers() {
    for (Arm arm : Arm.values()) {
      for (int width : List.of(8, 16)) {
        Network network = Catalogue.network(arm.network(50, width));
        boolean bottleneck = arm == Arm.BOTTLENECK || arm == Arm.PLAIN_BOTTLENECK;
        assertThat(network.depth()).as(network.name()).isEqualTo(bottleneck ? 74 : 50);
        assertThat(network.plain()).as(network.name()).isEqualTo(arm.plain());
        assertThat(network.input().height()).as(network.name()).isEqualTo(32);
      }
    }
  }

  @Test
  void the_paper_preset_is_the_papers_experiment() {
    DegradationPlan plan = DegradationPlan.preset("paper").withData("cifar-10");
    assertThat(plan.depths()).containsExactly(20, 32, 44, 56, 110);
    assertThat(plan.runs()).hasSize(3 * 2 * 5);
    DegradationPlan.Run deepest = plan.runs().get(4);
    assertThat(deepest.recipe().model()).isEqualTo("resnet110-plain");
    assertThat(deepest.recipe().iterations()).isEqualTo(64_000);
    assertThat(deepest.recipe().rates().lowRate()).isEqualTo(0.01); // Section 4.2: 0.01 to warm up.
    assertThat(plan.runs().get(3).recipe().rates().lowRate()).isZero();
  }

  @Test
  void only_the_papers_experiment_is_called_so() {
    assertThat(DegradationPlan.preset("paper").asInThePaper()).isTrue();
    assertThat(DegradationPlan.preset("smoke").asInThePaper()).isFalse();
    assertThat(DegradationPlan.preset("paper").withDepths(List.of(20, 56)).asInThePaper())
        .isFalse();
    assertThat(DegradationPlan.preset("paper").withSettings(Map.of("rate", "0.2")).asInThePaper())
        .isFalse();
  }

  @Test
  void twins_differ_in_their_network_alone() {
    DegradationPlan plan = DegradationPlan.preset("smoke").withDepths(List.of(20, 56));
    List<DegradationPlan.Run> runs = plan.runs();
    DegradationPlan.Run plain = runs.get(0);
    DegradationPlan.Run residual = runs.get(2);
    assertThat(plain.recipe().model()).isEqualTo(residual.recipe().model() + "-plain");
    assertThat(plain.recipe())
        .usingRecursiveComparison()
        .ignoringFields("model")
        .isEqualTo(residual.recipe());
    assertThat(runs.get(4).recipe().seed()).isEqualTo(1);
  }

  @Test
  void three_times_the_iterations_are_three_times_the_iterations() {
    DegradationPlan plan =
        DegradationPlan.preset("smoke")
            .withDepths(List.of(20, 56))
            .withArms(Arm.asked(List.of("longer")))
            .withSeeds(1);
    List<DegradationPlan.Run> runs = plan.runs();
    assertThat(runs.get(4).recipe().epochs()).isEqualTo(3 * runs.get(0).recipe().epochs());
  }

  @Test
  void plans_that_cannot_work_are_refused_in_one_line() {
    DegradationPlan plan = DegradationPlan.preset("smoke");
    assertThatThrownBy(() -> plan.withDepths(List.of(20, 21)))
        .hasMessage(
            "depth 21: the CIFAR networks of the paper have 6n + 2 layers: 8, 14, 20, ... 56, ... 110");
    assertThatThrownBy(() -> plan.withDepths(List.of(20, 20)))
        .hasMessageContaining("at least two different ones");
    assertThatThrownBy(() -> plan.withSeeds(0)).hasMessageContaining("seeds = 0");
    assertThatThrownBy(() -> plan.withSettings(Map.of("seed", "3")))
        .hasMessageContaining("the study chooses it");
    assertThatThrownBy(() -> DegradationPlan.preset("day"))
        .hasMessageContaining("there are smoke, hour, paper");
    assertThatThrownBy(() -> Arm.asked(List.of("d")))
        .hasMessageContaining("there are b, c, bottleneck, longer, no-norm, pre-activation");
    assertThatThrownBy(() -> Degradation.estimate(DegradationPlan.preset("paper")))
        .hasMessageContaining("give its folder with --data");
  }

  @Test
  void a_study_stopped_at_any_time_and_resumed_gives_what_it_would_have_given() throws IOException {
    DegradationPlan plan = tiny();
    Degradation.Results whole = run(plan, "whole");
    int[] asked = {0};
    Path folder = temporary.resolve("stopped");
    assertThatThrownBy(
            () ->
                Degradation.run(plan, Optional.of(folder), "", event -> {}, () -> asked[0]++ > 40))
        .isInstanceOf(StudyStoppedException.class);
    List<StudyEvent> events = new ArrayList<>();
    Degradation.Results resumed = Degradation.resume(folder, events::add, () -> false);
    assertThat(timeless(resumed)).isEqualTo(timeless(whole));
    assertThat(Files.readString(folder.resolve("curves.csv")))
        .isEqualTo(Files.readString(whole.folder().resolve("curves.csv")));
    assertThat(((StudyEvent.Started) events.get(0)).done()).isBetween(0, 3);
  }

  @Test
  void leaves_a_report_and_the_same_numbers_as_json_and_csv() throws IOException {
    Degradation.Results results = run(tiny(), "study");
    assertThat(results.document().arms()).hasSize(4);
    assertThat(results.document().verdicts()).hasSize(4);
    assertThat(results.document().verdicts().get(0).status()).isEqualTo("not shown");
    Degradation.ArmRow row = results.document().arms().get(0);
    assertThat(row.network()).isEqualTo("resnet8-width4-plain");
    assertThat(Files.readString(results.folder().resolve("results.json")))
        .contains("\"trainError\"", "\"status\" : \"not shown\"")
        .doesNotContain("NaN");
    assertThat(Files.readString(results.folder().resolve("runs.csv")))
        .contains("resnet8-width4-plain,plain,8,true,0,");
    assertThat(Files.readString(results.folder().resolve("report.html")))
        .contains("small-scale analogue", "resnet14-width4-plain", "Conditions");
  }

  @Test
  void a_run_that_diverges_is_a_result() {
    DegradationPlan plan =
        tiny()
            .withArms(Arm.asked(List.of("no-norm")))
            .withSettings(Map.of("rate", "900", "warmup", "0"));
    Degradation.Document document = run(plan, "diverged").document();
    assertThat(document.arms())
        .filteredOn(Degradation.ArmRow::diverged)
        .isNotEmpty()
        .allMatch(row -> row.trainError() == 0.9 && row.testError() == 0.9); // Of ten classes.
    assertThat(document.notes()).anyMatch(note -> note.contains("runs diverged"));
    assertThat(document.verdicts())
        .extracting(Degradation.VerdictRow::status)
        .containsOnly("not shown");
  }

  private static String timeless(Degradation.Results results) throws IOException {
    return Files.readString(results.folder().resolve("results.json"))
        .replaceAll("\"seconds\" : [0-9.E-]+", "");
  }

  private Degradation.Results run(DegradationPlan plan, String name) {
    return Degradation.run(
        plan, Optional.of(temporary.resolve(name)), "resnet4j study", event -> {}, () -> false);
  }

  /** Twins of 8 and 14 layers, a few steps each. */
  private DegradationPlan tiny() {
    Path data = temporary.resolve("data");
    if (!Files.exists(data)) {
      SmallShapes.write(data, 160, 40);
    }
    return DegradationPlan.preset("smoke")
        .withData(data.toString())
        .withDepths(List.of(8, 14))
        .withWidth(4)
        .withSeeds(1)
        .withSettings(Map.of("iterations", "12", "batch", "32", "precision", "fp32"));
  }
}
