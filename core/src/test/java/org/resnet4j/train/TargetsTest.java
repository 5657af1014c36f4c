package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.PixelMean;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.weights.WeightsException;

/** Runs of seconds that are asked for more than labels. */
class TargetsTest {
  @TempDir Path folder;
  private TinyRuns runs;

  @BeforeEach
  void draw_images() {
    runs = new TinyRuns(folder);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mixup=0.8 cutmix=1 label-smoothing=0.1",
        "mixup=0.2 loss=binary-cross-entropy target-threshold=0.2 sampling=balanced",
        "class-weights=balanced cutmix=1 mix-probability=0.5 augmentation=pad-crop-flip"
      })
  void a_run_goes_on_after_a_stop_as_if_nothing_had_happened(String keys) {
    String[] keyValues = (keys + " iterations=5").split("[ =]");
    runs.train("whole", keyValues);
    runs.trainInTwo("halves", 3, keyValues);
    assertThat(runs.weights("halves", "model")).isEqualTo(runs.weights("whole", "model"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mixup=1",
        "cutmix=1",
        "loss=binary-cross-entropy",
        "sampling=balanced",
        "class-weights=balanced"
      })
  void each_key_changes_what_is_learned(String key) throws IOException {
    // One class has fewer images than the others, so that a balance has something to do.
    Files.delete(runs.data().resolve("train/disc/0.png"));
    runs.train("without", "iterations", "2");
    String[] with = ("iterations=2 " + key).split("[ =]");
    runs.train("with", with);
    assertThat(runs.weights("with", "model")).isNotEqualTo(runs.weights("without", "model"));
  }

  /** How many of four mixed images are right for a network that always answers 3. */
  private int right(double share, int label, int other) {
    Setup setup = runs.setup("mixup", "1");
    try (LiveNetwork network = setup.beginning().live(Device.CPU, Precision.FP32);
        Optimizer optimizer = new Optimizer(setup.recipe().optimization(), network);
        Objective objective = Objective.of(setup, Device.CPU, Precision.FP32);
        Learner learner = new Learner(setup.recipe(), network, optimizer, objective);
        PointerScope scope = new PointerScope()) {
      network.train(true);
      network.tensor("fc.weight").detach().fill_(new Scalar(0.0));
      network.tensor("fc.bias").detach().fill_(new Scalar(0.0)).select(0, 3).fill_(new Scalar(1.0));
      float[] pixels = new float[4 * 3 * 32 * 32];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (float) Math.sin(i);
      }
      int[] labels = {label, label, label, label};
      int[] others = {other, other, other, other};
      Batch batch = new Batch(4, pixels, labels, labels, new Batch.Mix(share, others));
      return learner.learn(List.of(batch).iterator(), 1, 0, 0.1).right();
    }
  }

  @Test
  void a_mixed_image_is_right_if_it_gets_the_label_that_has_more_of_it() {
    assertThat(right(0.6, 3, 0)).isEqualTo(4);
    assertThat(right(0.6, 0, 3)).isZero();
    assertThat(right(0.4, 0, 3)).isEqualTo(4);
    assertThat(right(0.4, 3, 0)).isZero();
  }

  private Path model(String name, Preprocessing preprocessing, List<String> labels) {
    Path path = folder.resolve(name);
    Network network =
        runs.setup().network().withInput(preprocessing.input()).withClasses(labels.size());
    try (LiveNetwork live =
        LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32)) {
      new SavedModel(path, network, labels, preprocessing).write(live, "");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return path;
  }

  private List<String> classes() {
    return runs.setup().data().train().classes();
  }

  private static Preprocessing means(int side, PixelMean pixelMean) {
    return means(side, List.of(0.1, 0.2, 0.3), pixelMean);
  }

  private static Preprocessing means(int side, List<Double> means, PixelMean pixelMean) {
    return new Preprocessing(
        new Shape(3, side, side),
        side,
        Interpolation.BILINEAR,
        means,
        List.of(0.4, 0.5, 0.6),
        pixelMean);
  }

  @Test
  void a_run_with_a_teacher_goes_on_without_the_folder_it_was_in() throws IOException {
    runs.train("teacher", "iterations", "2", "seed", "5");
    Path teacher = runs.run("teacher");
    String[] keys = {"teacher", teacher.toString(), "iterations", "4", "mixup", "0.5"};
    runs.train("whole", keys);
    assertThat(Files.readString(runs.run("whole").resolve("report.html")))
        .contains("teacher: resnet8 from " + teacher + "; images are mixed: training accuracy is");
    runs.train("untaught", "iterations", "4", "mixup", "0.5");
    assertThat(runs.weights("whole", "model")).isNotEqualTo(runs.weights("untaught", "model"));
    assertThat(runs.weights("whole", "teacher")).isEqualTo(runs.weights("teacher", "model"));
    assertThatThrownBy(() -> runs.train("halves", event -> {}, () -> true, keys))
        .isInstanceOf(StoppedException.class);
    Files.move(teacher, folder.resolve("moved"));
    Path kept = runs.run("halves").resolve("teacher");
    Files.move(kept, folder.resolve("gone"));
    assertThatThrownBy(() -> runs.resume("halves"))
        .as("untaught, it would come to other weights")
        .isInstanceOf(RunException.class)
        .hasMessage(
            "%s: the teacher of the run is missing; put it back, or train anew".formatted(kept));
    Files.move(folder.resolve("gone"), kept);
    runs.resume("halves");
    assertThat(runs.weights("halves", "model")).isEqualTo(runs.weights("whole", "model"));
  }

  /** The logits of the first test images as the network itself has them prepared. */
  private float[] own(SavedModel model, int images) {
    Loader.Options options = Loader.Options.inOrder(images);
    try (LiveNetwork live = model.live(Device.CPU, Precision.FP32);
        Loader loader =
            new Loader(
                runs.setup().data().test(),
                model.preprocessing(),
                new Augmentation.None(),
                options);
        Batches batches = loader.epoch(0, 0);
        PointerScope scope = new PointerScope()) {
      return Tensors.floats(live.forward(Evaluator.images(live, batches.iterator().next())));
    }
  }

  @Test
  void a_teacher_sees_the_images_as_it_is_used_to_with_its_stored_statistics() {
    SavedModel model = SavedModel.open(model("other", means(32, PixelMean.NONE), classes()));
    Setup setup = runs.setup("teacher", model.folder().toString());
    assertThat(setup.preprocessing().mean()).isNotEqualTo(model.preprocessing().mean());
    is_right_about(model, setup);
  }

  @Test
  void a_teacher_with_the_same_means_and_another_deviation_does_too() {
    List<Double> means = runs.setup().preprocessing().mean();
    SavedModel model = SavedModel.open(model("other", means(32, means, PixelMean.NONE), classes()));
    is_right_about(model, runs.setup("teacher", model.folder().toString()));
  }

  private void is_right_about(SavedModel model, Setup setup) {
    for (int images : new int[] {1, 7}) {
      try (Teacher teacher = Teacher.of(model, setup, Device.CPU, Precision.FP32);
          LiveNetwork student = setup.beginning().live(Device.CPU, Precision.FP32);
          Loader loader =
              new Loader(
                  setup.data().test(),
                  setup.preprocessing(),
                  new Augmentation.None(),
                  Loader.Options.inOrder(images));
          Batches batches = loader.epoch(0, 0);
          PointerScope scope = new PointerScope()) {
        var logits = teacher.logits(Evaluator.images(student, batches.iterator().next()));
        assertThat(logits.requires_grad()).isFalse();
        float[] values = Tensors.floats(logits);
        float[] expected = own(model, images);
        for (int i = 0; i < values.length; i++) {
          assertThat(values[i]).isCloseTo(expected[i], within(1e-4f));
        }
      }
    }
  }

  @Test
  void a_teacher_with_the_same_mean_of_each_pixel_is_taken_and_with_another_refused() {
    Setup setup = runs.setup("normalisation", "pixel-mean");
    Path same = model("same", setup.preprocessing(), classes());
    String[] keys = {"normalisation", "pixel-mean", "teacher", same.toString()};
    assertThat(runs.setup(keys).teacher()).isPresent();
    assertThatThrownBy(() -> runs.setup("teacher", same.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("teacher = " + same + ": a mean of each pixel was subtracted")
        .hasMessageContaining("set normalisation = channel");
    float[] other = new float[3 * 32 * 32];
    Arrays.fill(other, 0.5f);
    Path another = model("another", means(32, new PixelMean(other)), classes());
    assertThatThrownBy(
            () -> runs.setup("normalisation", "pixel-mean", "teacher", another.toString()))
        .isInstanceOf(DataException.class);
  }

  @Test
  void a_teacher_that_cannot_teach_is_one_clear_line_and_leaves_no_folder() {
    Path large = model("large", means(48, PixelMean.NONE), classes());
    assertThatThrownBy(() -> runs.train("run", "teacher", large.toString()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "teacher = %s: takes images of 3x48x48 but the run's are of 3x32x32; set size = 48, or take another teacher",
            large);
    Path seven =
        model("seven", means(32, PixelMean.NONE), List.of("a", "b", "c", "d", "e", "f", "g"));
    assertThatThrownBy(() -> runs.train("run", "teacher", seven.toString()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 10 classes but the teacher %s knows 7", seven);
    assertThatThrownBy(() -> runs.train("run", "teacher", runs.data().toString()))
        .isInstanceOf(WeightsException.class)
        .hasMessageContaining(runs.data().toString());
    assertThat(runs.run("run")).doesNotExist();
  }
}
