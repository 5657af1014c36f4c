package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.batch.PixelMean;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.TensorEntry;

/** Going on with a model: what learns, what stays, and what fits other data. */
class FineTuningTest {
  private static final Network NETWORK = Catalogue.cifar(1, 4, ShortcutOption.A);

  /** As folders are listed. */
  private static final List<String> CLASSES =
      Shapes.train(1, 1).classes().stream().sorted().toList();

  private static final Map<String, String> BASE =
      Map.of(
          "epochs", "0",
          "iterations", "3",
          "batch", "16",
          "precision", "fp32",
          "warmup", "0",
          "schedule", "constant",
          "rate", "0.05",
          "augmentation", "none",
          "stage-decay", "1",
          "norm-statistics", "update");

  @TempDir Path folder;
  private Path data;

  @BeforeEach
  void make_data() throws IOException {
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

  private Path model(List<String> labels, PixelMean mean) throws IOException {
    Path path = folder.resolve("start-" + labels.size());
    Network network = NETWORK.withClasses(labels.size());
    Preprocessing preprocessing =
        new Preprocessing(
            network.input(),
            40,
            Interpolation.BICUBIC,
            List.of(0.1, 0.2, 0.3),
            List.of(0.4, 0.5, 0.6),
            mean);
    try (LiveNetwork live =
        LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32)) {
      new SavedModel(path, network, labels, preprocessing).write(live, "");
    }
    return path;
  }

  private Path model() throws IOException {
    return model(CLASSES, PixelMean.NONE);
  }

  private Training.Plan plan(String run, Map<String, String> changes, Path from) {
    Map<String, String> overrides = new HashMap<>(BASE);
    overrides.putAll(changes);
    return new Training.Plan(
        RecipeFile.load("finetune", overrides),
        data.toString(),
        Optional.of(folder.resolve(run)),
        "test",
        Optional.of(from),
        Training.Head.FITTED);
  }

  private Map<String, float[]> trained(Map<String, String> changes, Path from) {
    Training.run(plan("run", changes, from), event -> {}, () -> false);
    return values(folder.resolve("run"));
  }

  private static Map<String, float[]> values(Path model) {
    Map<String, float[]> values = new LinkedHashMap<>();
    try (LiveNetwork live = SavedModel.open(model).live(Device.CPU, Precision.FP32)) {
      for (TensorEntry entry : TensorEntries.of("", live.state())) {
        if (!entry.name().endsWith("num_batches_tracked")) {
          values.put(entry.name(), entry.floats());
        }
      }
    }
    return values;
  }

  /** The layers, or blocks, of which something is no longer what it was, to the last bit. */
  private static Set<String> changed(Map<String, float[]> before, Map<String, float[]> after) {
    Set<String> changed = new TreeSet<>();
    before.forEach(
        (name, values) -> {
          if (!Arrays.equals(values, after.get(name))) {
            changed.add(name);
          }
        });
    return changed;
  }

  @Test
  void all_that_is_frozen_stays_bit_for_bit() throws IOException {
    Path model = model();
    Set<String> changed = changed(values(model), trained(Map.of("freeze", "2"), model));
    assertThat(changed).allMatch(name -> name.startsWith("layer3.") || name.startsWith("fc."));
    assertThat(changed)
        .contains("layer3.0.conv1.weight", "layer3.0.bn1.running_mean", "fc.weight", "fc.bias");
  }

  @Test
  void the_head_alone_learns_if_all_else_is_frozen() throws IOException {
    Path model = model();
    Set<String> changed = changed(values(model), trained(Map.of("freeze", "all-but-head"), model));
    assertThat(changed).containsExactly("fc.bias", "fc.weight");
  }

  @Test
  void frozen_statistics_stay_while_weights_learn() throws IOException {
    Path model = model();
    Set<String> changed =
        changed(values(model), trained(Map.of("norm-statistics", "frozen"), model));
    assertThat(changed).noneMatch(name -> name.contains("running"));
    assertThat(changed).contains("conv1.weight", "bn1.weight", "layer2.0.conv2.weight");
  }

  @Test
  void frozen_stages_stay_also_where_precise_statistics_and_an_average_are_wanted()
      throws IOException {
    Path model = model();
    Map<String, String> both = Map.of("freeze", "2", "precise-batch-norm", "2", "ema", "0.9");
    Set<String> changed = changed(values(model), trained(both, model));
    assertThat(changed).allMatch(name -> name.startsWith("layer3.") || name.startsWith("fc."));
    Map<String, float[]> averaged = values(folder.resolve("run/model-ema"));
    assertThat(changed(values(model), averaged))
        .contains("layer3.0.bn1.running_mean")
        .allMatch(name -> name.startsWith("layer3.") || name.startsWith("fc."));
  }

  @Test
  void other_classes_get_a_new_head_and_keep_all_else() throws IOException {
    Path model = model(List.of("ant", "bee"), PixelMean.NONE);
    List<Event> events = new ArrayList<>();
    Training.run(
        plan("run", Map.of("rate", "1e-30", "norm-statistics", "frozen"), model),
        events::add,
        () -> false);
    Map<String, float[]> before = values(model);
    Map<String, float[]> after = values(folder.resolve("run"));
    assertThat(after.get("fc.weight")).hasSize(16 * CLASSES.size());
    assertThat(SavedModel.open(folder.resolve("run")).labels()).isEqualTo(CLASSES);
    before.keySet().removeIf(name -> name.startsWith("fc."));
    assertThat(changed(before, after)).isEmpty();
    assertThat(((Event.Started) events.get(0)).notes())
        .contains("new head for 10 classes; the model knew 2 others");
  }

  @Test
  void the_same_classes_keep_the_head() throws IOException {
    Path model = model();
    Map<String, float[]> after =
        trained(Map.of("rate", "1e-30", "norm-statistics", "frozen"), model);
    assertThat(changed(values(model), after)).isEmpty();
  }

  @Test
  void a_run_with_a_new_head_goes_on_after_a_stop_to_the_same_bits() throws IOException {
    Path model = model(List.of("ant", "bee"), PixelMean.NONE);
    Map<String, String> some = Map.of("freeze", "0", "size", "24");
    Training.run(plan("whole", some, model), event -> {}, () -> false);
    assertThatThrownBy(() -> Training.run(plan("stopped", some, model), e -> {}, () -> true))
        .isInstanceOf(StoppedException.class);
    Training.resume(folder.resolve("stopped"), event -> {}, () -> false);
    assertThat(folder.resolve("stopped/model/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
  }

  @Test
  void images_of_another_size_keep_the_mean_that_the_weights_know() throws IOException {
    float[] pixels = new float[32 * 32 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i < pixels.length / 2 ? i % 3 : 0; // Channel means 0, 0.5 and 1.
    }
    Path model = model(CLASSES, new PixelMean(pixels));
    Setup setup =
        Setup.of(
            plan("unused", Map.of("size", "64"), model).recipe(),
            data.toString(),
            Optional.of(SavedModel.open(model)),
            Training.Head.FITTED);
    assertThat(setup.preprocessing())
        .isEqualTo(
            new Preprocessing(
                new Shape(3, 64, 64),
                80, // The margin of 40 for 32, twice as large.
                Interpolation.BICUBIC,
                List.of(0.0, 0.5, 1.0),
                List.of(0.4, 0.5, 0.6)));
  }

  @Test
  void rates_fall_from_the_head_to_the_stem() throws IOException {
    Path model = model();
    ToDoubleFunction<Parameter> factor =
        Setup.of(
                plan("unused", Map.of("stage-decay", "0.5", "freeze", "1"), model).recipe(),
                data.toString(),
                Optional.of(SavedModel.open(model)),
                Training.Head.FITTED)
            .beginning()
            .rateFactor();
    Map<String, Double> factors = new HashMap<>();
    NETWORK.state().forEach(p -> factors.put(p.name(), factor.applyAsDouble(p)));
    assertThat(factors)
        .containsEntry("conv1.weight", 0.0)
        .containsEntry("layer1.0.bn2.bias", 0.0)
        .containsEntry("layer2.0.conv1.weight", 0.25)
        .containsEntry("layer3.0.conv1.weight", 0.5)
        .containsEntry("fc.weight", 1.0);
  }

  @Test
  void a_small_batch_is_told_of_frozen_statistics() throws IOException {
    Path model = model();
    assertThat(notes(Map.of("batch", "8"), model))
        .containsExactly(
            "batch norms learn the statistics of batches of 8 images, which are mostly noise; norm-statistics=frozen keeps the model's");
    assertThat(notes(Map.of("freeze", "1"), model))
        .containsExactly(
            "what is frozen keeps its statistics, but later batch norms still follow the new images; norm-statistics=frozen keeps them all");
    assertThat(notes(Map.of("batch", "8", "norm-statistics", "frozen"), model)).isEmpty();
    assertThat(notes(Map.of("batch", "8", "freeze", "all-but-head"), model)).isEmpty();
    assertThat(notes(Map.of("batch", "8", "freeze", "3"), model)).isEmpty();
  }

  private List<String> notes(Map<String, String> changes, Path model) {
    return Setup.of(
            plan("unused", changes, model).recipe(),
            data.toString(),
            Optional.of(SavedModel.open(model)),
            Training.Head.FITTED)
        .notes();
  }

  @Test
  void a_fold_is_judged_on_training_images() throws IOException {
    Path model = model();
    Outcome outcome =
        Training.run(
            plan("run", Map.of("folds", "4", "fold", "2"), model), event -> {}, () -> false);
    assertThat(outcome.test().images()).isEqualTo(8); // A quarter of 32, and not the 20 of val.
  }

  @Test
  void a_network_that_has_learned_nothing_cannot_be_frozen() {
    assertThatThrownBy(
            () ->
                Setup.of(
                    RecipeFile.load("shapes", Map.of("norm-statistics", "frozen")),
                    data.toString()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "freeze = none, norm-statistics = frozen: a network that has learned nothing cannot be frozen; begin with a model (train --from)");
  }

  @Test
  void more_stages_than_there_are_cannot_be_frozen() throws IOException {
    Path model = model();
    assertThatThrownBy(
            () -> Training.run(plan("run", Map.of("freeze", "4"), model), e -> {}, () -> false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("freeze = 4: resnet8-width4 has 3 stages; give no more, or all-but-head");
    assertThat(folder.resolve("run")).doesNotExist();
  }
}
