package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.WeightAverage;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

class AveragesTest {
  @TempDir Path folder;
  private TinyRuns runs;

  @BeforeEach
  void draw_images() {
    runs = new TinyRuns(folder);
  }

  private static float bias(LiveNetwork network) {
    return Tensors.floats(network.tensor("fc.bias"))[0];
  }

  private static void set(LiveNetwork network, String name, double value) {
    network.tensor(name).detach().fill_(new org.bytedeco.pytorch.Scalar(value));
  }

  @Test
  void the_average_forgets_faster_at_first_and_has_statistics_and_counts_too() {
    Setup setup = runs.setup("ema", "0.3", "ema-every", "2");
    try (LiveNetwork network = setup.beginning().live(Device.CPU, Precision.FP32)) {
      set(network, "fc.bias", 0);
      set(network, "bn1.running_mean", 0);
      try (WeightAverage average = new WeightAverage(setup.recipe().averaging(), network)) {
        LiveNetwork averaged = average.network().orElseThrow();
        set(network, "fc.bias", 1);
        set(network, "bn1.running_mean", 2);
        set(network, "bn1.num_batches_tracked", 7);
        average.after(1);
        assertThat(bias(averaged)).as("only every second step").isZero();
        average.after(2); // Keeps 1/10, then 2/11, 3/12, then 0.3 at most.
        assertThat(bias(averaged)).isCloseTo(0.9f, within(1e-6f));
        assertThat(Tensors.floats(averaged.tensor("bn1.running_mean"))[0])
            .isCloseTo(1.8f, within(1e-6f));
        assertThat(averaged.tensor("bn1.num_batches_tracked").item_long()).isEqualTo(7);
        average.after(4);
        assertThat(bias(averaged)).isCloseTo((float) (1 - 0.1 * 2 / 11), within(1e-6f));
        average.after(40);
        assertThat(bias(averaged)).isCloseTo((float) (1 - 0.3 * 0.1 * 2 / 11), within(1e-6f));
        assertThat(bias(network)).isEqualTo(1);
      }
    }
  }

  @Test
  void averaged_weights_are_judged_and_saved_beside_the_others() throws Exception {
    runs.train("without");
    List<Event.Epoch> epochs = new ArrayList<>();
    Outcome outcome =
        runs.train(
            "with",
            event -> {
              if (event instanceof Event.Epoch epoch) {
                epochs.add(epoch);
              }
            },
            "ema",
            "0.9");
    assertThat(runs.weights("with", "model")).isEqualTo(runs.weights("without", "model"));
    assertThat(runs.weights("with", "model-ema")).isNotEqualTo(runs.weights("with", "model"));
    Evaluation averaged = outcome.averaged().orElseThrow();
    Event.Epoch last = epochs.get(epochs.size() - 1);
    assertThat(last.averageLoss()).isEqualTo(averaged.loss()).isNotEqualTo(last.testLoss());
    assertThat(last.averageTop1()).isEqualTo(averaged.top1());
    assertThat(judged("model-ema").loss()).isCloseTo(averaged.loss(), within(1e-6));
    assertThat(judged("model").loss()).isCloseTo(outcome.test().loss(), within(1e-6));
    assertThat(Files.readString(runs.run("with").resolve("model-ema/README.md")))
        .contains("Weights: moving average");
    List<String> csv = Files.readAllLines(runs.run("with").resolve("metrics.csv"));
    assertThat(csv.get(0)).endsWith(",average_loss,average_top1");
    assertThat(csv.get(csv.size() - 1))
        .endsWith(
            String.format(
                java.util.Locale.ROOT, ",%.6f,%.6f", last.averageLoss(), last.averageTop1()));
    assertThat(Files.readAllLines(runs.run("without").resolve("metrics.csv")).get(1))
        .endsWith(",,");
    assertThat(Files.readString(runs.run("with").resolve("report.html")))
        .contains(
            "averaged weights", "<dt>Averaged weights</dt>", "<th scope=\"col\">averaged top-1");
    assertThat(Files.readString(runs.run("without").resolve("report.html")))
        .doesNotContain("veraged");
    assertThat(runs.run("without").resolve("model-ema")).doesNotExist();
  }

  private Evaluation judged(String model) {
    SavedModel saved = SavedModel.open(runs.run("with").resolve(model));
    Setup setup = runs.setup();
    try (LiveNetwork network = saved.live(Device.CPU, Precision.FP32);
        Judge judge = setup.testJudge()) {
      return judge.evaluate(network);
    }
  }

  @Test
  void averages_go_on_after_a_stop_as_if_nothing_had_happened() {
    String[] keys = {"ema", "0.9", "ema-every", "2", "precise-batch-norm", "2"};
    Outcome whole = runs.train("whole", keys);
    Outcome halves = runs.trainInTwo("halves", 3, keys);
    assertThat(runs.weights("halves", "model-ema")).isEqualTo(runs.weights("whole", "model-ema"));
    assertThat(runs.weights("halves", "model")).isEqualTo(runs.weights("whole", "model"));
    assertThat(halves.averaged().orElseThrow().loss())
        .isEqualTo(whole.averaged().orElseThrow().loss());
  }

  @Test
  void a_stop_while_the_average_is_judged_judges_the_epoch_again() throws Exception {
    runs.train("whole", "ema", "0.9");
    // Two steps make an epoch, and 20 images two batches: asked for the fifth time, it is at the
    // first batch of the average.
    int[] asked = {0};
    assertThatThrownBy(
            () -> runs.train("stopped", event -> {}, () -> ++asked[0] == 5, "ema", "0.9"))
        .isInstanceOf(StoppedException.class);
    assertThat(Files.readAllLines(runs.run("stopped").resolve("metrics.csv"))).hasSize(1);
    runs.resume("stopped");
    assertThat(Files.readString(runs.run("stopped").resolve("metrics.csv")))
        .isEqualTo(Files.readString(runs.run("whole").resolve("metrics.csv")));
  }

  @Test
  void a_finished_run_is_the_same_when_it_is_resumed() {
    String[] keys = {"ema", "0.9", "precise-batch-norm", "2", "iterations", "4"};
    Outcome outcome = runs.train("run", keys);
    byte[] weights = runs.weights("run", "model");
    byte[] averaged = runs.weights("run", "model-ema");
    Outcome again = Training.resume(runs.run("run"), event -> {}, () -> false);
    assertThat(again.test()).usingRecursiveComparison().isEqualTo(outcome.test());
    assertThat(again.averaged().orElseThrow().loss())
        .isEqualTo(outcome.averaged().orElseThrow().loss());
    assertThat(runs.weights("run", "model")).isEqualTo(weights);
    assertThat(runs.weights("run", "model-ema")).isEqualTo(averaged);
  }

  @Test
  void precise_statistics_are_those_of_the_last_weights_over_training_images() {
    runs.train("moving", "iterations", "4");
    runs.train("precise", "iterations", "4", "precise-batch-norm", "100");
    SavedModel moving = SavedModel.open(runs.run("moving"));
    try (LiveNetwork network = moving.live(Device.CPU, Precision.FP32);
        LiveNetwork precise =
            SavedModel.open(runs.run("precise")).live(Device.CPU, Precision.FP32);
        var images = runs.setup().loaders().statistics()) {
      float[] before = Tensors.floats(network.tensor("bn1.running_mean"));
      PreciseBatchNorm.update(network, images, 100);
      for (String name : List.of("bn1.running_mean", "layer3.0.bn2.running_var", "fc.weight")) {
        assertThat(Tensors.floats(precise.tensor(name)))
            .as(name)
            .isEqualTo(Tensors.floats(network.tensor(name)));
      }
      assertThat(Tensors.floats(precise.tensor("bn1.running_mean"))).isNotEqualTo(before);
      assertThat(precise.tensor("bn1.num_batches_tracked").item_long())
          .as("batches learned, not those measured")
          .isEqualTo(4);
    }
  }
}
