package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Unit;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.optimizer.Optimizer;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

class WatchTest {
  private static final String[] PLAIN_SGD = {
    "iterations", "10", "momentum", "0", "nesterov", "false", "weight-decay", "0"
  };

  @TempDir private Path folder;
  private TinyRuns runs;

  private TinyRuns runs() {
    if (runs == null) {
      runs = new TinyRuns(folder);
    }
    return runs;
  }

  /** The weights that the same training leaves when nobody watches. */
  private byte[] unwatched(String... keyValues) throws Exception {
    Setup setup = runs().setup(keyValues);
    long steps = setup.recipe().iterations();
    Path model = folder.resolve("unwatched");
    WatchedTraining.run(
        setup,
        (step, loss, network) -> {
          if (step == steps) {
            write(setup, model, network);
          }
        });
    return Files.readAllBytes(model.resolve("model.safetensors"));
  }

  private static void write(Setup setup, Path model, LiveNetwork network) {
    try {
      new SavedModel(model, setup.network(), setup.data().train().classes(), setup.preprocessing())
          .write(network, "");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp32", "bf16"})
  void leaves_every_bit_of_the_weights_and_statistics_as_it_was(String precision) throws Exception {
    // Three steps an epoch: the look after 200 steps is in the midst of one.
    String[] recipe = {
      "batch", "12", "iterations", "202", "precision", precision, "model", "resnet8"
    };
    List<Long> looks = new ArrayList<>();
    runs()
        .train(
            "watched",
            event -> {
              if (event instanceof Event.Branches branches) {
                looks.add(branches.step());
              }
            },
            recipe);
    assertThat(looks).contains(3L, 198L, 200L, 201L, 202L).doesNotHaveDuplicates();
    assertThat(runs().weights("watched", "model")).isEqualTo(unwatched(recipe));
  }

  @Test
  void draws_nothing_that_dropout_and_stochastic_depth_would_have_drawn() throws Exception {
    String[] recipe = {"model", "wrn-10-1-dropout", "stochastic-depth", "0.5", "iterations", "4"};
    runs().train("watched", recipe);
    assertThat(runs().weights("watched", "model")).isEqualTo(unwatched(recipe));
  }

  @Test
  void tells_the_length_of_gradient_and_weights_that_the_weights_themselves_show() {
    List<Event.Norms> told = new ArrayList<>();
    runs()
        .train(
            "norms",
            event -> {
              if (event instanceof Event.Norms norms) {
                told.add(norms);
              }
            },
            PLAIN_SGD);
    Map<Long, double[]> weights = new TreeMap<>();
    Setup setup = runs().setup(PLAIN_SGD);
    WatchedTraining.run(setup, (step, loss, network) -> weights.put(step, trained(network)));
    double[] before = weights.get(9L);
    double[] after = weights.get(10L);
    double[] change = new double[after.length];
    for (int i = 0; i < change.length; i++) {
      change[i] = (before[i] - after[i]) / 0.05; // SGD without momentum: rate times gradient.
    }
    assertThat(told).hasSize(1);
    assertThat(told.get(0).step()).isEqualTo(10);
    assertThat(told.get(0).weights()).isCloseTo(norm(after), within(1e-4 * norm(after)));
    assertThat(told.get(0).gradient()).isCloseTo(norm(change), within(1e-3 * norm(change)));
  }

  private static double[] trained(LiveNetwork network) {
    try (PointerScope scope = new PointerScope()) {
      return network.network().state().stream()
          .filter(parameter -> parameter.role().trained())
          .map(Parameter::name)
          .map(name -> Tensors.floats(network.tensor(name)))
          .flatMapToDouble(values -> IntStream.range(0, values.length).mapToDouble(i -> values[i]))
          .toArray();
    }
  }

  private static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  /** Every branch gives 1 everywhere, the stem 2; shortcuts fill new channels with zeros. */
  @Test
  void tells_the_ratio_of_branch_to_shortcut_by_block_and_stage() {
    Setup setup = runs().setup("model", "resnet8-a");
    List<Event> told = new ArrayList<>();
    try (LiveNetwork network = setup.beginning().live(Device.of("cpu"), Precision.FP32);
        Optimizer optimizer = new Optimizer(setup.recipe().optimization(), network)) {
      constant(network, last(setup.network().stemLayers()), 2);
      for (Unit unit : setup.network().units()) {
        constant(network, last(unit.branch()), 1);
      }
      new Watch(setup, network, optimizer, told::add).learned(200, 0.5);
    }
    assertThat(told).hasSize(2);
    assertThat(((Event.Norms) told.get(0)).gradient()).isEqualTo(0.5);
    List<Event.Branches.Ratio> ratios = ((Event.Branches) told.get(1)).ratios();
    assertThat(ratios).extracting(Event.Branches.Ratio::stage).containsExactly(1, 2, 3);
    assertThat(ratios)
        .extracting(Event.Branches.Ratio::block)
        .isEqualTo(setup.network().units().stream().map(Unit::name).toList());
    // 1 over 2; in 32 channels 1 over 3 in 16; in 64 channels 1 over 4 in 16 and 1 in 16 more.
    assertThat(ratios.get(0).ratio()).isCloseTo(0.5, within(1e-6));
    assertThat(ratios.get(1).ratio()).isCloseTo(Math.sqrt(32.0 / (16 * 9)), within(1e-6));
    assertThat(ratios.get(2).ratio()).isCloseTo(Math.sqrt(64.0 / (16 * 16 + 16)), within(1e-6));
  }

  private static Layer last(List<Layer> layers) {
    return layers.stream()
        .filter(layer -> layer.operation() instanceof Operation.BatchNorm)
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private static void constant(LiveNetwork network, Layer norm, double value) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      network.tensor(norm.name() + ".weight").fill_(new Scalar(0.0));
      network.tensor(norm.name() + ".bias").fill_(new Scalar(value));
    }
  }

  @Test
  void hands_the_evaluation_over_before_its_epoch_with_the_images_to_look_at() {
    List<Event> told = new ArrayList<>();
    runs().train("judged", told::add, "iterations", "2");
    int judged = 0;
    for (int i = 0; i < told.size(); i++) {
      if (told.get(i) instanceof Event.Judged event) {
        judged++;
        assertThat(event.evaluation().images()).isEqualTo(20);
        assertThat(event.images().size()).isEqualTo(20);
        assertThat(event.images().label(event.evaluation().worst().get(0).index()))
            .isEqualTo(event.evaluation().worst().get(0).truth());
        assertThat(told.subList(i, told.size())).anyMatch(Event.Epoch.class::isInstance);
      }
    }
    assertThat(judged).isEqualTo(1);
  }

  @Test
  void leaves_all_curves_for_tensorboard() throws Exception {
    runs().train("board", "iterations", "20");
    Map<String, Map<Long, Float>> curves = TensorBoardFile.scalars(runs().run("board"));
    assertThat(curves)
        .containsOnlyKeys(
            "train/loss",
            "train/top1",
            "rate",
            "images_per_second",
            "norm/gradient",
            "norm/weights",
            "branch/stage1",
            "branch/stage2",
            "branch/stage3",
            "test/loss",
            "test/top1",
            "test/top5",
            "epoch/train_loss",
            "epoch/train_top1",
            "epoch/images_per_second");
    assertThat(curves.get("norm/gradient").keySet()).containsExactly(10L, 20L);
    assertThat(curves.get("branch/stage1").keySet())
        .containsExactly(2L, 4L, 6L, 8L, 10L, 12L, 14L, 16L, 18L, 20L);
    curves.values().forEach(curve -> assertThat(curve.values()).allMatch(Float::isFinite));
  }
}
