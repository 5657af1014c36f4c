package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.Probe;
import org.resnet4j.nn.Wiring;
import org.resnet4j.study.SignalsLook.LayerSignal;
import org.resnet4j.study.SignalsLook.Moment;
import org.resnet4j.study.SignalsLook.UnitSignal;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Evaluator;

/** What a probe measures, against passes without one and against arithmetic. */
class SignalsLookTest {
  private static final Network TINY = Catalogue.cifar(1, 4, ShortcutOption.A);
  private static final int SIDE = 32;

  @Test
  void gradients_of_units_and_paths_are_those_of_passes_cut_open_there() {
    Batch batch = batch(4);
    try (LiveNetwork live = live(TINY, false);
        PointerScope scope = new PointerScope()) {
      SignalsLook look = look(live, batch);
      assertThat(look.units())
          .extracting(UnitSignal::name)
          .containsExactly("layer1.0", "layer2.0", "layer3.0");
      live.measure(0.1);
      Tensor stem = live.stem(Evaluator.images(live, batch), Probe.NONE);
      Tensor first = cut(live.through(stem, visits(0), Probe.NONE));
      loss(live, live.through(first, visits(1, 2), Probe.NONE), batch).backward();
      assertThat(look.firstUnit().gradient()).isCloseTo(norm(first.grad()), within(1e-6));
      assertThat(look.firstUnit().variance())
          .isCloseTo(variance(Tensors.floats(first)), within(1e-5));

      UnitSignal unit = look.units().get(1);
      assertThat(unit.branchGradient())
          .isPositive()
          .isCloseTo(by(Wiring.Paths.GRADIENT_BY_BRANCH, live, first, batch), within(1e-6));
      assertThat(unit.shortcutGradient())
          .isPositive()
          .isCloseTo(by(Wiring.Paths.GRADIENT_BY_SHORTCUT, live, first, batch), within(1e-6));
      assertThat(unit.shortcutShare())
          .isCloseTo(
              unit.shortcutGradient() / (unit.shortcutGradient() + unit.branchGradient()),
              within(1e-12));
    }
  }

  /** The norm at the second unit's input of the gradient that takes one path alone. */
  private static double by(Wiring.Paths paths, LiveNetwork live, Tensor first, Batch batch) {
    Tensor input = cut(first);
    Tensor second = live.through(input, List.of(new Wiring.Visit(1, paths)), Probe.NONE);
    loss(live, live.through(second, visits(2), Probe.NONE), batch).backward();
    return norm(input.grad());
  }

  private static Tensor cut(Tensor tensor) {
    return tensor.detach().clone().set_requires_grad(true);
  }

  private static List<Wiring.Visit> visits(int... units) {
    return IntStream.of(units).mapToObj(unit -> new Wiring.Visit(unit, Wiring.Paths.BOTH)).toList();
  }

  private static Tensor loss(LiveNetwork live, Tensor last, Batch batch) {
    return torch.cross_entropy_loss(live.logits(last, Probe.NONE), Tensors.of(batch.labels()));
  }

  @Test
  void gradients_of_weights_and_variances_of_layers_are_those_of_a_plain_pass() {
    Batch batch = batch(4);
    try (LiveNetwork live = live(TINY, false);
        PointerScope scope = new PointerScope()) {
      SignalsLook look = look(live, batch);
      // It left the network as it was.
      assertThat(live.tensor("conv1.weight").grad().defined()).isFalse();
      assertThat(Tensors.floats(live.tensor("bn1.running_mean"))).containsOnly(0);
      live.measure(0.1);
      Tensor images = Evaluator.images(live, batch);
      Tensor loss = torch.cross_entropy_loss(live.forward(images), Tensors.of(batch.labels()));
      loss.backward();
      assertThat(look.loss()).isCloseTo(loss.item_double(), within(1e-6));
      for (LayerSignal layer : look.layers()) {
        double expected = norm(live.tensor(layer.name() + ".weight").grad());
        assertThat(layer.weightGradient())
            .as(layer.name())
            .isCloseTo(expected, within(1e-5 * expected + 1e-8));
      }
      LayerSignal stem = look.layers().get(0);
      assertThat(stem.name()).isEqualTo("conv1");
      assertThat(stem.kind()).isEqualTo("3x3");
      long[] one = {1, 1};
      Tensor kernel = live.tensor("conv1.weight");
      Tensor convolved = torch.conv2d(images, kernel, new TensorOptional(), one, one, one, 1);
      assertThat(stem.variance()).isCloseTo(variance(Tensors.floats(convolved)), within(1e-4));
      // Scales are 1 and shifts 0: each channel has variance 1, and all have one mean.
      assertThat(stem.response()).isCloseTo(1, within(1e-3));
      assertThat(look.responses()).hasSize(7);
    }
  }

  @Test
  void a_branch_of_zero_leaves_the_whole_gradient_to_the_shortcut() {
    try (LiveNetwork live = live(TINY, true)) {
      UnitSignal unit = look(live, batch(4)).firstUnit();
      assertThat(unit.shortcutShare()).isEqualTo(1);
      assertThat(unit.branchGradient()).isZero();
      assertThat(unit.shortcutGradient()).isPositive();
    }
  }

  @Test
  void in_a_plain_network_everything_comes_through_the_branch() {
    try (LiveNetwork live = live(TINY.withoutShortcuts(), false)) {
      assertThat(look(live, batch(4)).units())
          .allMatch(unit -> unit.shortcutShare() == 0 && unit.branchGradient() > 0);
    }
  }

  /**
   * He's kernels have variance 2 / (9 out), and ReLU keeps half of the mean square of what is
   * symmetric: a convolution's output has in / out times the mean square of the last one's, less
   * what the zeros around the image take: of 9 values at each place, ((3 s - 2) / (3 s))^2 are
   * there on average at side s. The stem sees the image, of mean square 1, without a ReLU.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void he_keeps_the_variance_of_each_layer_of_a_plain_network_without_norm(long seed) {
    Network network = Catalogue.network("resnet14-no-norm-plain");
    try (LiveNetwork live =
        LiveNetwork.initialised(network, seed, false, Device.CPU, Precision.FP32)) {
      double before = 2;
      int in = 3;
      int side = SIDE;
      for (LayerSignal layer : look(live, batch(8)).layers()) {
        int out =
            layer.name().startsWith("layer3") ? 64 : layer.name().startsWith("layer2") ? 32 : 16;
        double there = Math.pow((3.0 * side - 2) / (3.0 * side), 2);
        double expected = before * in / out * there;
        assertThat(layer.variance()).as(layer.name()).isBetween(expected / 2, expected * 2);
        before = layer.variance();
        side = SIDE * 16 / out;
        in = out;
      }
    }
  }

  @Test
  void a_look_is_the_mean_over_its_batches() {
    try (LiveNetwork live = live(TINY, false)) {
      Batch one = batch(4);
      Batch other = batch(6);
      SignalsLook both = SignalsProbe.look(live, Moment.AFTER, 7, List.of(one, other), () -> {});
      double first = look(live, one).firstUnit().gradient();
      double second = look(live, other).firstUnit().gradient();
      assertThat(first).isNotEqualTo(second);
      assertThat(both.firstUnit().gradient()).isCloseTo((first + second) / 2, within(1e-9));
      assertThat(both.batches()).hasSize(2);
      assertThat(both.step()).isEqualTo(7);
    }
  }

  private static SignalsLook look(LiveNetwork live, Batch batch) {
    return SignalsProbe.look(live, Moment.INITIALISATION, 0, List.of(batch), () -> {});
  }

  private static LiveNetwork live(Network network, boolean zeroBranch) {
    return LiveNetwork.initialised(network, 1, zeroBranch, Device.CPU, Precision.FP32);
  }

  /** Pixels with mean 0 and variance 1, each independent of the others. */
  private static Batch batch(int size) {
    SplittableRandom random = new SplittableRandom(size);
    float[] pixels = new float[size * SIDE * SIDE * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (Math.sqrt(3) * (2 * random.nextDouble() - 1));
    }
    int[] labels = IntStream.range(0, size).toArray();
    return new Batch(size, pixels, labels, labels);
  }

  private static double norm(Tensor tensor) {
    double squares = 0;
    for (float value : Tensors.floats(tensor)) {
      squares += (double) value * value;
    }
    return Math.sqrt(squares);
  }

  private static double variance(float[] values) {
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      sum += value;
      squares += (double) value * value;
    }
    double mean = sum / values.length;
    return squares / values.length - mean * mean;
  }
}
