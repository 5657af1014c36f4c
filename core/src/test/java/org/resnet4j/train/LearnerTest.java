package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.Promise;
import org.resnet4j.data.DataException;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

class LearnerTest {
  private static final String PLAIN_STEP = "optimizer=sgd momentum=0 nesterov=false weight-decay=0";

  @TempDir Path folder;

  /** What one step at rate 0.1 with all but the last batch's worth of 40 images does. */
  private record Step(
      Learner.Learned learned, Map<String, float[]> before, Map<String, float[]> after) {
    static Step take(Setup setup, int batches) {
      try (LiveNetwork network = setup.beginning().live(Device.CPU, Precision.FP32);
          Optimizer optimizer = new Optimizer(setup.recipe().optimization(), network);
          Objective objective = new Objective(setup.recipe().targets(), Device.CPU);
          Learner learner = new Learner(setup.recipe(), network, optimizer, objective);
          Loader images = setup.loaders().training();
          Batches epoch = images.epoch(0, 0)) {
        network.train(true);
        Map<String, float[]> before = values(network);
        Iterator<Batch> iterator = epoch.iterator();
        Learner.Learned learned = learner.learn(iterator, batches, 0, 0.1);
        return new Step(learned, before, values(network));
      }
    }

    private static Map<String, float[]> values(LiveNetwork network) {
      Map<String, float[]> values = new TreeMap<>();
      network.network().state().stream()
          .filter(parameter -> parameter.role().trained())
          .forEach(
              parameter -> {
                Tensor tensor = network.tensor(parameter.name());
                values.put(parameter.name(), Tensors.floats(tensor));
              });
      return values;
    }

    double length() {
      double sum = 0;
      for (Map.Entry<String, float[]> entry : before.entrySet()) {
        float[] then = after.get(entry.getKey());
        for (int i = 0; i < then.length; i++) {
          sum += Math.pow(then[i] - entry.getValue()[i], 2);
        }
      }
      return Math.sqrt(sum);
    }
  }

  private Setup setup(String keys) {
    String[] keyValues = (PLAIN_STEP + " " + keys).split("[ =]");
    return new TinyRuns(folder).setup(keyValues);
  }

  @Test
  void two_batches_of_eight_make_the_step_of_one_batch_of_sixteen() {
    // Without norms, which see the batches one by one.
    String network = "model=resnet8-width4-no-norm ";
    Step one = Step.take(setup(network + "batch=16"), 1);
    Step two = Step.take(setup(network + "batch=8"), 2);
    assertThat(two.learned.images()).isEqualTo(16);
    assertThat(two.learned.right()).isEqualTo(one.learned.right());
    assertThat(two.learned.loss()).isCloseTo(one.learned.loss(), within(1e-6));
    assertThat(two.learned.gradientNorm()).isCloseTo(one.learned.gradientNorm(), within(1e-5));
    one.after.forEach(
        (name, values) ->
            assertThat(two.after.get(name))
                .as(name)
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(values));
  }

  @Test
  void a_plain_step_is_as_long_as_the_gradient_times_the_rate_and_clipping_shortens_it() {
    Step free = Step.take(setup("batch=16"), 1);
    double norm = free.learned.gradientNorm();
    assertThat(norm).isGreaterThan(0.5);
    assertThat(free.length()).isCloseTo(0.1 * norm, within(1e-4 * norm));
    Step clipped = Step.take(setup("batch=16 clip=0.5"), 1);
    assertThat(clipped.learned.gradientNorm()).as("before clipping").isEqualTo(norm);
    assertThat(clipped.length()).isCloseTo(0.05, within(1e-5));
    Step loose = Step.take(setup("batch=16 clip=" + 2 * norm), 1);
    assertThat(loose.length()).isEqualTo(free.length());
  }

  @Test
  void a_loss_that_is_no_number_leaves_weights_and_no_gradient() {
    Setup setup = setup("batch=16");
    try (Trainee trainee = Trainee.of(setup)) {
      LiveNetwork network = trainee.network();
      Learner learner = trainee.learner();
      network.train(true);
      float[] pixels = new float[2 * 3 * 32 * 32];
      int[] labels = {0, 1};
      Batch batch = new Batch(2, pixels, labels, labels);
      // The bias breaks before the second batch.
      Iterator<Batch> batches =
          Stream.of(false, true)
              .map(
                  broken -> {
                    if (broken) {
                      network.tensor("fc.bias").detach().fill_(new Scalar(Double.NaN));
                    }
                    return batch;
                  })
              .iterator();
      float[] before = Tensors.floats(network.tensor("fc.weight"));
      Learner.Learned learned = learner.learn(batches, 2, 0, 0.1);
      assertThat(learned.loss()).isNaN();
      assertThat(learned.trouble()).contains("loss became NaN");
      assertThat(learned.gradientNorm()).isNaN();
      assertThat(Tensors.floats(network.tensor("fc.weight"))).isEqualTo(before);
      assertThat(network.tensor("fc.weight").grad().defined())
          .as("the first batch's gradients are forgotten")
          .isFalse();
    }
  }

  @Test
  void a_batch_that_cannot_be_read_leaves_nothing_of_those_before_it() {
    Setup setup = setup("batch=16");
    try (Trainee trainee = Trainee.of(setup)) {
      LiveNetwork network = trainee.network();
      Learner learner = trainee.learner();
      network.train(true);
      int[] labels = {0, 1};
      Batch batch = new Batch(2, new float[2 * 3 * 32 * 32], labels, labels);
      Iterator<Batch> batches =
          Stream.of(false, true)
              .map(
                  broken -> {
                    if (broken) {
                      throw new DataException("an image is broken");
                    }
                    return batch;
                  })
              .iterator();
      float[] variance = Tensors.floats(network.tensor("bn1.running_var"));
      assertThatThrownBy(() -> learner.learn(batches, 2, 0, 0.1)).isInstanceOf(DataException.class);
      // A run is saved here, and resumed it takes the step again.
      assertThat(Tensors.floats(network.tensor("bn1.running_var"))).isEqualTo(variance);
      assertThat(network.tensor("bn1.num_batches_tracked").item_long()).isZero();
      assertThat(network.tensor("fc.weight").grad().defined()).isFalse();
    }
  }

  @Test
  void a_step_that_was_left_out_does_not_count_for_the_optimizer() {
    Setup setup = setup("batch=16 optimizer=adamw momentum=0.9");
    try (LiveNetwork network = setup.beginning().live(Device.CPU, Precision.FP32);
        Optimizer optimizer = new Optimizer(setup.recipe().optimization(), network);
        Objective objective = new Objective(setup.recipe().targets(), Device.CPU);
        Learner learner = new Learner(setup.recipe(), network, optimizer, objective);
        Loader images = setup.loaders().training();
        Batches epoch = images.epoch(0, 0)) {
      network.train(true);
      Progress progress =
          Progress.beginning(setup.recipe()).passedOver(1, 1).passedOver(1, 1).passedOver(1, 1);
      float[] before = Tensors.floats(network.tensor("fc.bias"));
      learner.learn(epoch.iterator(), 1, progress.step(), progress.updates(), 0.1);
      float[] after = Tensors.floats(network.tensor("fc.bias"));
      for (int i = 0; i < after.length; i++) {
        // Adam's first change is as long as the rate; counted as the fourth it would be 0.058.
        assertThat(Math.abs(after[i] - before[i])).isCloseTo(0.1f, within(1e-4f));
      }
      assertThat(progress.learned(1, 1, 2, 1, 0.8, 1).updates()).isEqualTo(1);
    }
  }

  private double lossOf(int sameBatches) {
    Setup setup = setup("batch=16 stochastic-depth=0.5");
    try (LiveNetwork network = setup.beginning().live(Device.CPU, Precision.FP32);
        Optimizer optimizer = new Optimizer(setup.recipe().optimization(), network);
        Objective objective = new Objective(setup.recipe().targets(), Device.CPU);
        Learner learner = new Learner(setup.recipe(), network, optimizer, objective);
        Loader images = setup.loaders().training();
        Batches epoch = images.epoch(0, 0)) {
      network.train(true);
      Batch batch = epoch.iterator().next();
      Iterator<Batch> same = Stream.generate(() -> batch).iterator();
      return learner.learn(same, sameBatches, 0, 0.1).loss();
    }
  }

  @Test
  void each_batch_of_a_step_draws_anew_what_to_drop() {
    assertThat(lossOf(1)).as("the seed decides").isEqualTo(lossOf(1));
    assertThat(lossOf(2)).isNotCloseTo(lossOf(1), within(1e-3));
  }

  @Test
  void the_last_step_of_an_epoch_makes_do_with_the_batches_that_are_left() {
    List<Event.Step> steps = new ArrayList<>();
    // 40 images make 5 batches of 8; three of them a step, then two.
    new TinyRuns(folder)
        .train(
            "run",
            event -> {
              if (event instanceof Event.Step step) {
                steps.add(step);
              }
            },
            "batch",
            "8",
            "accumulate",
            "3",
            "epochs",
            "2",
            "iterations",
            "0");
    assertThat(steps).extracting(Event.Step::steps).containsOnly(4L);
    assertThat(steps).extracting(Event.Step::epoch).containsExactly(1, 1, 2, 2);
    assertThat(steps).extracting(Event.Step::epochs).containsOnly(2);
    // Shares of 24 and of 16 images.
    assertThat(steps.get(0).top1() * 24)
        .isCloseTo(Math.rint(steps.get(0).top1() * 24), within(1e-9));
    assertThat(steps.get(1).top1() * 16)
        .isCloseTo(Math.rint(steps.get(1).top1() * 16), within(1e-9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"sgd", "adamw", "lamb", "muon"})
  @Promise(
      id = "A4",
      fault = "a stop in an epoch with SGD, AdamW, LAMB and Muon",
      holds = "the same bits in the end")
  void goes_on_in_the_middle_of_an_epoch_as_if_nothing_had_happened(String optimizer) {
    TinyRuns runs = new TinyRuns(folder);
    String[] keys = {
      "optimizer",
      optimizer,
      "batch",
      "8",
      "accumulate",
      "2",
      "iterations",
      "5",
      "lookahead",
      "2",
      "clip",
      "1",
      "rate",
      "0.01"
    };
    Outcome whole = runs.train("whole", keys);
    Outcome halves = runs.trainInTwo("halves", 4, keys);
    assertThat(runs.weights("halves", "model")).isEqualTo(runs.weights("whole", "model"));
    assertThat(halves.trainLoss()).isEqualTo(whole.trainLoss());
    assertThat(halves.epochs()).isEqualTo(whole.epochs()).isEqualTo(2);
  }
}
