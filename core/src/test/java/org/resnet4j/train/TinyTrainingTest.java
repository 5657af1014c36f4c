package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.Promise;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.recipe.Recipe;

/** Real runs of seconds: 32 drawn images, a network of 8 layers. */
class TinyTrainingTest {
  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void draw_images() throws Exception {
    data = folder.resolve("data");
    write(Shapes.train(1, 32), data.resolve("train"));
    write(Shapes.test(1, 20), data.resolve("val"));
  }

  private static void write(Dataset images, Path folder) throws Exception {
    for (int i = 0; i < images.size(); i++) {
      Path parent = Files.createDirectories(folder.resolve(images.classes().get(images.label(i))));
      Image image = images.image(i);
      Files.write(parent.resolve(i + ".png"), PngEncoder.encode(image));
    }
  }

  private Training.Plan plan(String run, Map<String, String> changes) {
    Recipe recipe = TinyRuns.overridden(changes);
    return new Training.Plan(recipe, data.toString(), Optional.of(folder.resolve(run)), "test");
  }

  private Outcome train(String run, Map<String, String> changes) {
    return Training.run(plan(run, changes), event -> {}, () -> false);
  }

  @Test
  void a_watched_training_takes_the_same_steps() {
    Training.Plan plan = plan("whole", Map.of("iterations", "5"));
    List<Double> losses = new ArrayList<>();
    Consumer<Event> events =
        event -> {
          if (event instanceof Event.Step step) {
            losses.add(step.loss());
          }
        };
    Training.run(plan, events, () -> false);
    List<Double> watched = new ArrayList<>();
    WatchedTraining.End end =
        WatchedTraining.run(
            Setup.of(plan.recipe(), plan.data()), (step, loss, network) -> watched.add(loss));
    assertThat(watched).hasSize(6).first().isEqualTo(Double.NaN);
    assertThat(watched.subList(1, 6)).isEqualTo(losses);
    assertThat(end).isEqualTo(new WatchedTraining.End(5, losses.get(4)));
    assertThat(end.diverged()).isFalse();
  }

  @Test
  void a_watched_training_that_diverges_says_after_which_step() {
    Training.Plan plan = plan("never", Map.of("rate", "900", "iterations", "50"));
    List<Long> steps = new ArrayList<>();
    WatchedTraining.End end =
        WatchedTraining.run(
            Setup.of(plan.recipe(), plan.data()), (step, loss, network) -> steps.add(step));
    assertThat(end.diverged()).isTrue();
    assertThat(steps).hasSize((int) end.steps() + 1).last().isEqualTo(end.steps());
  }

  private byte[] weights(String run) throws Exception {
    return Files.readAllBytes(folder.resolve(run).resolve("model/model.safetensors"));
  }

  @Test
  void learns_32_images_by_heart() {
    Outcome outcome =
        train("heart", Map.of("iterations", "160", "rate", "0.1", "schedule", "cosine"));
    assertThat(outcome.trainTop1()).isEqualTo(1.0);
    assertThat(outcome.trainLoss()).isLessThan(0.1);
  }

  @Test
  void learns_in_bf16_with_fp32_weights() throws Exception {
    Outcome outcome = train("bf16", Map.of("precision", "bf16", "iterations", "4"));
    assertThat(outcome.trainLoss()).isBetween(0.1, 5.0);
    assertThat(weights("bf16")).hasSameSizeAs(weightsOf("fp32", Map.of("iterations", "2")));
  }

  private byte[] weightsOf(String run, Map<String, String> changes) throws Exception {
    train(run, changes);
    return weights(run);
  }

  @Test
  void gives_the_same_bits_for_the_same_seed_and_others_for_another() throws Exception {
    byte[] first = weightsOf("first", Map.of("augmentation", "pad-crop-flip"));
    assertThat(weightsOf("again", Map.of("augmentation", "pad-crop-flip"))).isEqualTo(first);
    assertThat(weightsOf("other", Map.of("augmentation", "pad-crop-flip", "seed", "1")))
        .isNotEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void goes_on_after_a_stop_as_if_nothing_had_happened(int step) throws Exception {
    byte[] uninterrupted = weightsOf("whole", Map.of("augmentation", "pad-crop-flip"));
    List<Event> events = new ArrayList<>();
    Training.Plan plan = plan("stopped", Map.of("augmentation", "pad-crop-flip"));
    assertThatThrownBy(() -> Training.run(plan, events::add, () -> steps(events) == step))
        .isInstanceOfSatisfying(
            StoppedException.class, stopped -> assertThat(stopped.step()).isEqualTo(step));
    Outcome outcome = Training.resume(folder.resolve("stopped"), event -> {}, () -> false);
    assertThat(outcome.epochs()).isEqualTo(6);
    assertThat(weights("stopped")).isEqualTo(uninterrupted);
  }

  @Test
  void a_stop_during_the_evaluation_keeps_the_epoch() throws Exception {
    byte[] uninterrupted = weightsOf("whole", Map.of());
    List<Event> events = new ArrayList<>();
    AtomicInteger asked = new AtomicInteger();
    // Asked after each of the two steps of the epoch, then before each batch of the evaluation.
    assertThatThrownBy(
            () ->
                Training.run(
                    plan("judged", Map.of()), events::add, () -> asked.incrementAndGet() > 2))
        .isInstanceOfSatisfying(
            StoppedException.class, stopped -> assertThat(stopped.step()).isEqualTo(2));
    assertThat(events).noneMatch(Event.Epoch.class::isInstance);
    Outcome outcome = Training.resume(folder.resolve("judged"), event -> {}, () -> false);
    assertThat(outcome.epochs()).isEqualTo(6);
    assertThat(weights("judged")).isEqualTo(uninterrupted);
  }

  @Test
  void counts_the_images_of_a_batch_that_is_not_full() {
    Recipe recipe = plan("unused", Map.of()).recipe();
    Progress progress =
        Progress.beginning(recipe).learned(1, 2, 16, 1, 0.8, 1).learned(1, 2, 10, 1, 0.8, 1);
    assertThat(progress.images()).isEqualTo(26);
  }

  @Test
  void remembers_where_its_data_is_from_any_folder() {
    String relative = Path.of("").toAbsolutePath().relativize(data.toAbsolutePath()).toString();
    Recipe recipe = plan("unused", Map.of("iterations", "1")).recipe();
    Path run = folder.resolve("anchored");
    Training.run(
        new Training.Plan(recipe, relative, Optional.of(run), "test"), event -> {}, () -> false);
    assertThat(RunFolder.open(run).origin().data()).isEqualTo(data.toAbsolutePath().toString());
  }

  @Test
  void goes_on_after_a_stop_with_the_dropout_it_would_have_had() throws Exception {
    Map<String, String> dropping =
        Map.of("model", "wrn-10-1-dropout", "stochastic-depth", "0.5", "iterations", "2");
    byte[] uninterrupted = weightsOf("whole", dropping);
    List<Event> events = new ArrayList<>();
    Training.Plan plan = plan("stopped", dropping);
    assertThatThrownBy(() -> Training.run(plan, events::add, () -> steps(events) == 1))
        .isInstanceOf(StoppedException.class);
    Training.resume(folder.resolve("stopped"), event -> {}, () -> false);
    assertThat(weights("stopped")).isEqualTo(uninterrupted);
  }

  @Test
  void leaves_out_branches_at_the_rate_of_the_recipe() throws Exception {
    Training.Plan plan = plan("depth", Map.of("stochastic-depth", "0.6", "iterations", "2"));
    assertThat(Setup.of(plan.recipe(), data.toString()).network())
        .isEqualTo(
            Catalogue.network("resnet8")
                .withClasses(Shapes.train(1, 1).classes().size())
                .withStochasticDepth(0.6));
    byte[] whole = weightsOf("whole", Map.of("iterations", "2"));
    Training.run(plan, event -> {}, () -> false);
    assertThat(weights("depth")).hasSameSizeAs(whole).isNotEqualTo(whole);
  }

  private static long steps(List<Event> events) {
    return events.stream().filter(Event.Step.class::isInstance).count();
  }

  @Test
  @Promise(
      id = "A10",
      fault = "an image that is damaged, `unreadable: fail`",
      holds =
          "it is named and ends the run after a checkpoint; repaired, it goes on to the same bits")
  void keeps_what_was_learned_before_an_image_that_cannot_be_read() throws Exception {
    byte[] uninterrupted = weightsOf("whole", Map.of("iterations", "4"));
    Path image = data.resolve("val/disc/0.png");
    byte[] good = Files.readAllBytes(image);
    Files.write(image, Arrays.copyOf(good, good.length / 2));
    assertThatThrownBy(() -> train("damaged", Map.of("iterations", "4")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("0.png");
    Files.write(image, good);
    Outcome outcome = Training.resume(folder.resolve("damaged"), event -> {}, () -> false);
    assertThat(outcome.epochs()).isEqualTo(2);
    assertThat(weights("damaged")).isEqualTo(uninterrupted);
  }

  @Test
  void tells_every_step_and_epoch_in_order() {
    List<Event> events = new ArrayList<>();
    Consumer<Event> reader = events::add;
    Training.run(plan("events", Map.of("iterations", "5")), reader, () -> false);
    assertThat(events.get(0)).isInstanceOf(Event.Started.class);
    assertThat(
            events.stream().filter(Event.Step.class::isInstance).map(e -> ((Event.Step) e).step()))
        .containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(
            events.stream()
                .filter(Event.Epoch.class::isInstance)
                .map(e -> ((Event.Epoch) e).step()))
        .containsExactly(2L, 4L, 5L);
  }

  @Test
  void saves_the_papers_mean_of_each_pixel_with_the_model() {
    train("mean", Map.of("normalisation", "pixel-mean", "iterations", "2"));
    SavedModel model = SavedModel.open(folder.resolve("mean"));
    assertThat(model.preprocessing().pixelMean().values()).hasSize(3 * 32 * 32);
    Setup setup =
        Setup.of(plan("unused", Map.of("normalisation", "pixel-mean")).recipe(), data.toString());
    assertThat(model.preprocessing()).isEqualTo(setup.preprocessing());
  }

  @Test
  void refuses_a_run_folder_that_exists() throws Exception {
    Files.createDirectory(folder.resolve("there"));
    assertThatThrownBy(() -> train("there", Map.of()))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("exists already; choose another --out");
    assertThat(folder.resolve("there")).isEmptyDirectory();
  }

  @Test
  @Promise(
      id = "A7",
      fault = "three such steps in a row",
      holds = "exit 4, and the last good checkpoint is named")
  void stops_when_the_loss_is_no_number_and_keeps_the_last_checkpoint() {
    List<Event> events = new ArrayList<>();
    Map<String, String> absurd =
        Map.of("rate", "900", "weight-decay", "0.9", "iterations", "200", "momentum", "0.9");
    assertThatThrownBy(() -> Training.run(plan("nan", absurd), events::add, () -> false))
        .isInstanceOf(DivergedException.class)
        .hasMessageMatching(
            "training diverged: .* at step \\d+ \\(epoch \\d+\\) with learning rate 900.0; 3 steps in a row changed"
                + " nothing.*the last good checkpoint is .*step-\\d+.safetensors");
    Event.Saved last =
        (Event.Saved)
            events.stream().filter(Event.Saved.class::isInstance).reduce((a, b) -> b).orElseThrow();
    assertThat(last.checkpoint()).isRegularFile();
    assertThat(events.stream().filter(Event.Notice.class::isInstance))
        .as("told of two steps that were left out, and ended by the third")
        .hasSize(2);
  }

  @Test
  void refuses_to_resume_what_is_no_run_or_is_damaged() throws Exception {
    assertThatThrownBy(() -> Training.resume(data, event -> {}, () -> false))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("not a run folder, recipe.yaml is missing");
    train("torn", Map.of("iterations", "2"));
    Path checkpoint = folder.resolve("torn/checkpoints/step-00000002.safetensors");
    byte[] bytes = Files.readAllBytes(checkpoint);
    Files.write(checkpoint, Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> Training.resume(folder.resolve("torn"), event -> {}, () -> false))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("none of the 1 checkpoints is whole");
  }
}
