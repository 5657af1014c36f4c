package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.WeightsException;

/** Runs that begin with somebody's weights. */
class TrainingFromModelTest {
  private static final Network NETWORK =
      Catalogue.cifar(1, 4, ShortcutOption.A).withName("some: network").withStochasticDepth(0.1);

  /** As folders are listed. */
  private static final List<String> CLASSES =
      Shapes.train(1, 1).classes().stream().sorted().toList();

  private static final Map<String, String> BASE =
      Map.of(
          "epochs", "0",
          "iterations", "4",
          "batch", "16",
          "precision", "fp32",
          "warmup", "0",
          "schedule", "constant",
          "rate", "0.05",
          "augmentation", "none");

  @TempDir Path folder;
  private Path data;
  private Path model;

  @BeforeEach
  void make_data_and_model() throws IOException {
    data = folder.resolve("data");
    write(Shapes.train(1, 32), data.resolve("train"));
    write(Shapes.test(1, 20), data.resolve("val"));
    model = write("start", CLASSES);
  }

  private static void write(Dataset images, Path folder) throws IOException {
    for (int i = 0; i < images.size(); i++) {
      Path parent = Files.createDirectories(folder.resolve(images.classes().get(images.label(i))));
      Files.write(parent.resolve(i + ".png"), PngEncoder.encode(images.image(i)));
    }
  }

  /** A model with a preprocessing that no data set has. */
  private Path write(String name, List<String> labels) throws IOException {
    Path path = folder.resolve(name);
    Network network = NETWORK.withClasses(labels.size());
    Preprocessing preprocessing =
        new Preprocessing(
            network.input(),
            32,
            Interpolation.BICUBIC,
            List.of(0.1, 0.2, 0.3),
            List.of(0.4, 0.5, 0.6));
    try (LiveNetwork live =
        LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32)) {
      new SavedModel(path, network, labels, preprocessing).write(live, "");
    }
    return path;
  }

  private Training.Plan plan(String run, Map<String, String> changes, Path from) {
    Map<String, String> overrides = new HashMap<>(BASE);
    overrides.putAll(changes);
    return new Training.Plan(
        RecipeFile.load("shapes", overrides),
        data.toString(),
        Optional.of(folder.resolve(run)),
        "test",
        Optional.of(from));
  }

  @Test
  void begins_with_network_weights_and_preprocessing_of_the_model() throws IOException {
    List<Event> events = new ArrayList<>();
    // A rate so low that what is learned is nothing.
    Outcome outcome =
        Training.run(
            plan("run", Map.of("rate", "1e-30", "iterations", "1"), model),
            events::add,
            () -> false);
    SavedModel before = SavedModel.open(model);
    SavedModel after = SavedModel.open(folder.resolve("run"));
    assertThat(outcome.network()).isEqualTo(before.network());
    assertThat(((Event.Started) events.get(0)).recipe().model()).isEqualTo("some: network");
    assertThat(after.network()).isEqualTo(before.network());
    assertThat(after.preprocessing()).isEqualTo(before.preprocessing());
    assertThat(kernel(after)).isEqualTo(kernel(before));
    assertThat(RunFolder.open(folder.resolve("run")).recipe().model()).isEqualTo("some: network");
  }

  private static List<Float> kernel(SavedModel model) {
    try (LiveNetwork live = model.live(Device.CPU, Precision.FP32)) {
      float[] values = TensorEntries.of("", live.state()).get(0).floats();
      return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }
  }

  @Test
  void goes_on_after_a_stop_without_the_folder_it_began_with() throws IOException {
    Training.run(plan("whole", Map.of(), model), event -> {}, () -> false);
    // Stopped before anything is saved but the start: a kill could not leave less.
    assertThatThrownBy(
            () -> Training.run(plan("stopped", Map.of(), model), event -> {}, () -> true))
        .isInstanceOf(StoppedException.class);
    Path stopped = folder.resolve("stopped");
    Files.delete(stopped.resolve("checkpoints/step-00000001.safetensors"));
    try (var files = Files.list(model)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Path start = stopped.resolve("start");
    Files.move(start, folder.resolve("gone"));
    assertThatThrownBy(() -> Training.resume(stopped, event -> {}, () -> false))
        .as("from an initialised network it would come to other weights")
        .isInstanceOf(RunException.class)
        .hasMessage(
            "%s: what the run began with, %s, is missing; put it back, or train anew"
                .formatted(start, model));
    Files.move(folder.resolve("gone"), start);
    Outcome outcome = Training.resume(stopped, event -> {}, () -> false);
    assertThat(outcome.network().name()).isEqualTo("some: network");
    assertThat(stopped.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
    assertThat(SavedModel.open(stopped.resolve("start")).network()).isEqualTo(outcome.network());
  }

  @Test
  void tells_the_whole_history_also_after_a_stop() {
    List<Event> events = new ArrayList<>();
    Training.Plan plan = plan("stopped", Map.of(), model);
    assertThatThrownBy(
            () ->
                Training.run(
                    plan,
                    events::add,
                    () -> events.stream().filter(Event.Step.class::isInstance).count() == 3))
        .isInstanceOf(StoppedException.class);
    Outcome outcome = Training.resume(folder.resolve("stopped"), event -> {}, () -> false);
    assertThat(outcome.history()).extracting(Event.Epoch::step).containsExactly(2L, 4L);
    assertThat(outcome.history().get(1).trainLoss()).isEqualTo(outcome.trainLoss());
  }

  @Test
  void another_size_of_images_needs_another_preprocessing() {
    Setup setup =
        Setup.of(
            plan("unused", Map.of("size", "24"), model).recipe(),
            data.toString(),
            Optional.of(SavedModel.open(model)));
    assertThat(setup.network().input()).isEqualTo(new Shape(3, 24, 24));
    assertThat(setup.preprocessing())
        .isEqualTo(Preprocessing.measure(setup.data().train(), new Shape(3, 24, 24), 5_000));
  }

  @Test
  void the_recipes_stochastic_depth_takes_the_place_of_the_models() {
    Setup setup =
        Setup.of(
            plan("unused", Map.of("stochastic-depth", "0.6"), model).recipe(),
            data.toString(),
            Optional.of(SavedModel.open(model)));
    assertThat(setup.network())
        .isEqualTo(
            Catalogue.cifar(1, 4, ShortcutOption.A)
                .withName("some: network")
                .withStochasticDepth(0.6));
  }

  @Test
  void classes_that_are_not_the_models_are_one_clear_line() throws IOException {
    Path seven = write("seven", List.of("a", "b", "c", "d", "e", "f", "g"));
    assertThatThrownBy(() -> Training.run(plan("run", Map.of(), seven), event -> {}, () -> false))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "%s has 10 classes but the model %s knows 7; give data with the model's classes: a, b, c, d, e, f, g",
            data, seven);
    List<String> renamed = new ArrayList<>(CLASSES);
    renamed.set(3, "zebra");
    Path other = write("other", renamed);
    assertThatThrownBy(() -> Training.run(plan("run", Map.of(), other), event -> {}, () -> false))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "%s: class 3 is \"%s\" but the model %s's is \"zebra\";", data, CLASSES.get(3), other);
    assertThat(folder.resolve("run")).doesNotExist();
  }

  @Test
  void a_folder_without_a_model_is_refused_and_leaves_none() {
    assertThatThrownBy(() -> Training.run(plan("run", Map.of(), data), event -> {}, () -> false))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(data.toString());
    assertThat(folder.resolve("run")).doesNotExist();
  }
}
