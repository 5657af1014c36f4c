package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.Training;

/** Whole studies of seconds: 24 drawn images, networks of 8 layers and 4 channels. */
class SignalsTest {
  private static final int STEPS = 2;
  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void draw_images() throws Exception {
    data = folder.resolve("data");
    draw(data, 10);
  }

  private static void draw(Path target, int classes) throws Exception {
    Shapes images = Shapes.train(1, 40);
    for (int i = 0; i < images.size(); i++) {
      if (images.label(i) < classes) {
        String name = images.classes().get(images.label(i));
        for (String split : List.of("train", "val")) {
          Path parent = Files.createDirectories(target.resolve(split).resolve(name));
          Image image = images.image(i);
          Files.write(parent.resolve(i + ".png"), PngEncoder.encode(image));
        }
      }
    }
  }

  private SignalsPlan plan(String... networks) {
    return new SignalsPlan(List.of(networks), data.toString(), 2, STEPS, 8, false);
  }

  private SignalsResults run(SignalsPlan plan, String name) {
    return Signals.run(plan, Optional.of(folder.resolve(name)), "test", event -> {}, () -> false);
  }

  private byte[] file(String study, String name) throws Exception {
    return Files.readAllBytes(folder.resolve(study).resolve(name));
  }

  @Test
  void every_variant_is_looked_at_at_every_moment_and_again_gives_the_same() throws Exception {
    SignalsResults results = run(plan("resnet8-width4"), "one");
    assertThat(results.rows())
        .extracting(row -> row.network() + " " + row.moment() + " " + row.seeds())
        .containsSubsequence(
            "resnet8-width4 at initialisation 2",
            "resnet8-width4 during training 2",
            "resnet8-width4 after training 2",
            "resnet8-width4-plain at initialisation 2",
            "resnet8-width4-no-norm at initialisation 2",
            "resnet8-width4-no-norm-plain at initialisation 2");
    assertThat(results.responses())
        .extracting(SignalsResults.Responses::network)
        .containsExactly("resnet8-width4", "resnet8-width4-plain");
    assertThat(results.responses()).allMatch(row -> row.std().size() == 7);
    assertThat(results.verdicts()).anyMatch(claim -> claim.claim().contains("figure 7"));
    assertThat(Files.readString(results.report())).contains("Is the gradient vanishing?");
    run(plan("resnet8-width4"), "two");
    for (String csv : List.of("layers.csv", "units.csv")) {
      assertThat(file("two", csv)).isEqualTo(file("one", csv));
    }
  }

  @Test
  void twins_begin_with_the_same_branches() {
    SignalsResults results = run(plan("resnet8-width4").withSteps(1).withSeeds(1), "twins");
    // What the first convolution sees and does is the same; the rest is not.
    List<String> lines = lines("twins", "layers.csv");
    String residual = value(lines, "resnet8-width4,0,at initialisation,0,1,conv1,");
    assertThat(value(lines, "resnet8-width4-plain,0,at initialisation,0,1,conv1,"))
        .isEqualTo(residual);
    assertThat(results.verdicts()).allMatch(claim -> claim.status().equals("not shown"));
    assertThat(results.verdicts())
        .allMatch(claim -> claim.reason().contains("1 seed, which has no interval"));
  }

  private List<String> lines(String study, String name) {
    try {
      return Files.readAllLines(folder.resolve(study).resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The variance in the line that begins so. */
  private static String value(List<String> lines, String start) {
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .map(line -> line.split(",")[7])
        .findFirst()
        .orElseThrow();
  }

  @Test
  void a_study_that_was_stopped_goes_on_with_what_was_kept() throws Exception {
    Path study = folder.resolve("stopped");
    List<StudyEvent> events = new ArrayList<>();
    SignalsPlan plan = plan("resnet8-width4").withSteps(1).withSeeds(1);
    assertThatThrownBy(
            () ->
                Signals.run(
                    plan,
                    Optional.of(study),
                    "test",
                    events::add,
                    () -> events.stream().anyMatch(StudyEvent.Finished.class::isInstance)))
        .isInstanceOf(StudyStoppedException.class);
    Path kept = study.resolve("cells/0-resnet8-width4-seed0.json");
    String cell = Files.readString(kept);
    Files.writeString(kept, cell.replaceFirst("\"loss\" : [0-9.E-]+", "\"loss\" : 123.0"));
    events.clear();
    SignalsResults results = Signals.resume(study, events::add, () -> false);
    assertThat(((StudyEvent.Started) events.get(0)).done()).isEqualTo(1);
    assertThat(results.rows().get(0).loss()).isEqualTo(123); // Taken as it was, not made anew.
    assertThat(results.rows().get(1).loss()).isNotEqualTo(123);
  }

  @Test
  void a_model_is_looked_at_as_it_is_beside_its_architecture() throws Exception {
    Path model = train("resnet8-width4");
    SignalsResults results = run(plan(model.toString()).withSeeds(1), "model");
    assertThat(results.rows())
        .extracting(row -> row.network() + " " + row.moment())
        .containsExactly(
            "run as it is",
            "resnet8-width4 at initialisation",
            "resnet8-width4-plain at initialisation");
    assertThat(results.responses()).hasSize(1);
    draw(folder.resolve("few"), 3);
    assertThatThrownBy(
            () -> run(plan(model.toString()).withData(folder.resolve("few").toString()), "none"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 3 classes");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private Path train(String network) {
    Path run = folder.resolve("run");
    var recipe =
        RecipeFile.load(
            "shapes",
            Map.of(
                "model", network, "epochs", "0", "iterations", "2", "batch", "8", "warmup", "0"));
    Training.run(
        new Training.Plan(recipe, data.toString(), Optional.of(run), "test"),
        event -> {},
        () -> false);
    return run;
  }

  @Test
  void the_forecast_names_every_trial() {
    Signals.Forecast forecast = Signals.forecast(plan("resnet8-width4").withSeeds(1));
    assertThat(forecast.trials())
        .containsExactly(
            "resnet8-width4, seed 0, 2 steps",
            "resnet8-width4-plain, seed 0, 2 steps",
            "resnet8-width4-no-norm, seed 0, 2 steps",
            "resnet8-width4-no-norm-plain, seed 0, 2 steps");
    assertThat(forecast.seconds()).isPositive();
  }

  @Test
  void a_plan_that_cannot_be_is_refused_in_one_line() {
    assertThatThrownBy(() -> plan("resnet21"))
        .hasMessageContaining("no network is called \"resnet21\"");
    assertThatThrownBy(() -> plan("resnet8-width4-plain"))
        .hasMessageContaining("name the network with shortcuts and norm");
    assertThatThrownBy(() -> plan("resnet8-width4-no-norm"))
        .hasMessageContaining("name the network with shortcuts and norm");
    assertThatThrownBy(() -> plan("no/where"))
        .hasMessageContaining("no/where: there is no such folder");
    assertThatThrownBy(() -> plan("resnet8-width4", "resnet8-width4"))
        .hasMessageContaining("named twice");
    assertThatThrownBy(() -> plan("resnet8-width4").withSteps(0))
        .hasMessage("steps = 0: must be at least 1; a short training has 100");
    assertThatThrownBy(() -> plan("resnet8-width4").withSeeds(0))
        .hasMessage("seeds = 0: must be at least 1; a verdict needs 2, better 3");
    assertThatThrownBy(() -> plan("resnet8-width4").withBatch(1)).hasMessageContaining("batch = 1");
  }
}
