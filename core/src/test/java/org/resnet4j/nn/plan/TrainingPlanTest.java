package org.resnet4j.nn.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.arch.Stage;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** The compiled pass beside autograd: same logits, gradients and statistics. */
class TrainingPlanTest {
  private static final int SEED = 7;

  // Rounding alone is a millionth; where it moves a value over the edge of a ReLU, a gradient
  // jumps.
  private static final double FEW_UNITS = 0.02;
  private static final double MANY_UNITS = 0.05;

  /** What a pass leaves: logits, loss, and every tensor of the network and its gradient by name. */
  private record Left(float[] logits, Map<String, float[]> gradients, Map<String, float[]> state) {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet8-width4",
        "resnet8-width4-a-after",
        "resnet8-width4-b",
        "resnet8-width4-c",
        "resnet8-width4-plain",
        "resnet8-width4-no-norm",
        "resnet8-width4-no-norm-plain",
        "resnet11-width4-bottleneck",
        "resnet8-scaled",
        "wrn-10-2",
      })
  void small_images_give_the_gradients_of_autograd(String name) {
    assertSame(Catalogue.network(name).withInput(new Shape(3, 16, 16)), 3, FEW_UNITS);
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void every_order_of_norm_and_relu_gives_the_gradients_of_autograd(Order order) {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.B).withOrder(order);
    assertSame(network.withInput(new Shape(3, 16, 16)), 3, FEW_UNITS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet18", "resnet50-v1", "resnext50_32x4d", "resnet50d", "resnetv2_50"})
  void large_images_give_the_gradients_of_autograd(String name) {
    Network whole = Catalogue.network(name);
    // Rounding grows from unit to unit: two units of each stage have every kind of path.
    List<Stage> stages =
        whole.stages().stream().limit(3).map(s -> new Stage(s.blocks().subList(0, 2))).toList();
    Network some =
        new Network(
            name, new Shape(3, 65, 64), 7, whole.order(), whole.norm(), whole.stem(), stages);
    assertSame(some, 4, MANY_UNITS);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stochastic_depth_drops_what_autograd_drops(boolean again) {
    Network network = Catalogue.cifar(2, 4, ShortcutOption.A).withStochasticDepth(0.6);
    Left live = autograd(network, Precision.FP32, 8);
    assertSame(network, 8, FEW_UNITS);
    assertEqual(
        compiled(network, Precision.FP32, 8, again), compiled(network, Precision.FP32, 8, false));
    Network awake = Catalogue.cifar(2, 4, ShortcutOption.A);
    assertThat(distance(autograd(awake, Precision.FP32, 8).logits(), live.logits()))
        .isGreaterThan(0.1);
  }

  @Test
  void bf16_differs_from_autograd_by_its_rounding() {
    Network network = Catalogue.cifar(1, 16, ShortcutOption.A);
    Left live = autograd(network, Precision.BF16, 8);
    Left compiled = compiled(network, Precision.BF16, 8, false);
    assertThat(distance(compiled.logits(), live.logits())).isLessThan(0.02);
    compiled
        .gradients()
        .forEach(
            (parameter, gradient) ->
                assertThat(distance(gradient, live.gradients().get(parameter)))
                    .as(parameter)
                    .isLessThan(0.06));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void two_passes_over_the_same_give_the_same_bits(Precision precision) {
    Network network = Catalogue.cifar(1, 16, ShortcutOption.B);
    assertEqual(compiled(network, precision, 8, false), compiled(network, precision, 8, false));
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void computing_again_what_was_not_kept_gives_the_same_bits(Precision precision) {
    Network network = Catalogue.network("resnet14-width8-b");
    assertEqual(compiled(network, precision, 8, true), compiled(network, precision, 8, false));
  }

  @Test
  void computing_again_needs_less_memory() {
    Network network = Catalogue.cifar(5, 16, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan keeping = new TrainingPlan(live, false);
        TrainingPlan computing = new TrainingPlan(live, true)) {
      step(live, keeping, 8);
      step(live, computing, 8);
      assertThat(computing.bytes()).isLessThan(keeping.bytes() / 2);
    }
  }

  @Test
  void gradients_are_added_to_those_that_lie_there() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false)) {
      step(live, plan, 4);
      Map<String, float[]> once = gradients(live);
      step(live, plan, 4);
      Map<String, float[]> twice = gradients(live);
      once.forEach(
          (parameter, gradient) -> {
            float[] doubled = gradient.clone();
            for (int i = 0; i < doubled.length; i++) {
              doubled[i] *= 2;
            }
            assertThat(twice.get(parameter)).as(parameter).containsExactly(doubled);
          });
    }
  }

  @Test
  void a_smaller_last_batch_is_a_program_of_its_own_in_the_same_memory() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false)) {
      step(live, plan, 8);
      long bytes = plan.bytes();
      forget(live);
      step(live, plan, 3);
      assertThat(plan.bytes()).isEqualTo(bytes);
    }
    // Statistics apart, which the first batch has changed, the pass is that of three images alone.
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false)) {
      step(live, plan, 8);
      forget(live);
      float[] after = step(live, plan, 3);
      assertThat(after).containsExactly(compiled(network, Precision.FP32, 3, false).logits());
    }
  }

  @Test
  void many_shapes_in_turn_are_right_each() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false)) {
      for (int batch : new int[] {2, 9, 4, 3, 5, 6, 2, 9}) {
        float[] logits = step(live, plan, batch);
        assertThat(logits)
            .containsExactly(compiled(network, Precision.FP32, batch, false).logits());
      }
    }
  }

  @Test
  void images_of_other_channels_are_refused() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false);
        PointerScope scope = new PointerScope()) {
      Tensor images = torch.zeros(2, 1, 32, 32);
      assertThatThrownBy(() -> plan.forward(images))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[2, 1, 32, 32]")
          .hasMessageContaining("(N, 3, H, W)");
    }
  }

  @Test
  void weights_that_lie_in_another_order_are_refused() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false);
        PointerScope scope = new PointerScope()) {
      Tensor kernel = live.tensor("layer1.0.conv1.weight");
      kernel.set_data(kernel.detach().contiguous(torch.MemoryFormat.Contiguous));
      assertThatThrownBy(() -> step(live, plan, 2))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("layer1.0.conv1.weight")
          .hasMessageContaining("channels-last");
    }
  }

  @Test
  void parameters_that_moved_are_found_again() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false)) {
      float[] before = step(live, plan, 4);
      try (PointerScope scope = new PointerScope()) {
        for (Parameter parameter : network.state()) {
          if (parameter.role().trained()) {
            Tensor tensor = live.tensor(parameter.name());
            tensor.set_data(tensor.detach().clone());
          }
        }
      }
      assertThat(step(live, plan, 4)).containsExactly(before);
    }
  }

  @Test
  void native_objects_stay_as_many_from_step_to_step_and_go_with_the_plan() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32)) {
      long without = Pointer.totalCount();
      try (TrainingPlan plan = new TrainingPlan(live, false)) {
        step(live, plan, 4);
        long first = Pointer.totalCount();
        assertThat(first).isGreaterThan(without);
        for (int i = 0; i < 20; i++) {
          step(live, plan, 4);
        }
        assertThat(Pointer.totalCount()).isLessThanOrEqualTo(first);
      }
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(without);
    }
  }

  @Test
  void a_way_back_needs_a_way_forward() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false);
        PointerScope scope = new PointerScope()) {
      Tensor loss = torch.zeros(1);
      assertThatThrownBy(() -> plan.backward(loss)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void networks_with_other_layers_are_left_to_autograd() {
    for (String name : List.of("seresnet50", "resnet8-gated", "resnet8-dropout-shortcut")) {
      Network network = Catalogue.network(name).withInput(new Shape(3, 32, 32)).withClasses(3);
      try (LiveNetwork live = live(network, Precision.FP32)) {
        assertThat(TrainingPlan.knows(live)).as(name).isFalse();
        assertThatThrownBy(() -> new TrainingPlan(live, false))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("autograd");
      }
    }
  }

  @Test
  void what_was_watched_adds_up_to_one_and_is_told_once() {
    Network network = Catalogue.cifar(1, 4, ShortcutOption.A);
    try (LiveNetwork live = live(network, Precision.FP32);
        TrainingPlan plan = new TrainingPlan(live, false)) {
      step(live, plan, 4);
      assertThat(plan.times()).isEmpty();
      plan.watch(true);
      step(live, plan, 4);
      List<OperatorTime> times = plan.times();
      assertThat(times.stream().mapToDouble(OperatorTime::share).sum()).isBetween(0.999, 1.001);
      assertThat(
              times.stream().filter(time -> time.operator().equals("convolution, weight gradient")))
          .hasSize(7); // The stem and three blocks of two.
      assertThat(plan.times()).isEmpty();
    }
  }

  private static void assertSame(Network network, int batch, double tolerance) {
    Left live = autograd(network, Precision.FP32, batch);
    Left compiled = compiled(network, Precision.FP32, batch, false);
    assertThat(distance(compiled.logits(), live.logits())).as("logits").isLessThan(1e-4);
    assertThat(compiled.gradients().keySet()).isEqualTo(live.gradients().keySet());
    // What is zero but for rounding, as a bias before a norm is, has no scale of its own.
    double longest =
        live.gradients().values().stream()
            .mapToDouble(TrainingPlanTest::length)
            .max()
            .orElseThrow();
    compiled
        .gradients()
        .forEach(
            (parameter, gradient) -> {
              float[] expected = live.gradients().get(parameter);
              assertThat(difference(gradient, expected))
                  .as("gradient of " + parameter)
                  .isLessThan(tolerance * Math.max(length(expected), 1e-3 * longest));
            });
    compiled
        .state()
        .forEach(
            (tensor, values) ->
                assertThat(distance(values, live.state().get(tensor))).as(tensor).isLessThan(1e-4));
  }

  private static void assertEqual(Left one, Left other) {
    assertThat(one.logits()).containsExactly(other.logits());
    one.gradients()
        .forEach(
            (name, values) ->
                assertThat(values).as(name).containsExactly(other.gradients().get(name)));
    one.state()
        .forEach(
            (name, values) -> assertThat(values).as(name).containsExactly(other.state().get(name)));
  }

  /** The length of the difference, as a share of that of what is expected. */
  private static double distance(float[] values, float[] expected) {
    double difference = difference(values, expected);
    return difference == 0 ? 0 : difference / length(expected);
  }

  private static double difference(float[] values, float[] expected) {
    assertThat(values).hasSameSizeAs(expected);
    float[] differences = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      assertThat(values[i]).isFinite();
      differences[i] = values[i] - expected[i];
    }
    return length(differences);
  }

  private static double length(float[] values) {
    double square = 0;
    for (float value : values) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  private static LiveNetwork live(Network network, Precision precision) {
    return LiveNetwork.initialised(network, SEED, false, Device.CPU, precision);
  }

  private static Left autograd(Network network, Precision precision, int batch) {
    try (LiveNetwork live = live(network, precision);
        PointerScope scope = new PointerScope()) {
      Tensor logits = live.forward(images(network, batch));
      loss(network, logits).backward();
      return new Left(Tensors.floats(logits), gradients(live), state(live));
    }
  }

  private static Left compiled(Network network, Precision precision, int batch, boolean again) {
    try (LiveNetwork live = live(network, precision);
        TrainingPlan plan = new TrainingPlan(live, again)) {
      float[] logits = step(live, plan, batch);
      return new Left(logits, gradients(live), state(live));
    }
  }

  private static float[] step(LiveNetwork live, TrainingPlan plan, int batch) {
    try (PointerScope scope = new PointerScope()) {
      Tensor logits = plan.forward(images(live.network(), batch));
      plan.backward(loss(live.network(), logits));
      return Tensors.floats(logits);
    }
  }

  private static Tensor images(Network network, int batch) {
    Shape shape = network.input();
    torch.manual_seed(SEED);
    return torch.randn(batch, shape.height(), shape.width(), shape.channels()).permute(0, 3, 1, 2);
  }

  private static Tensor loss(Network network, Tensor logits) {
    int[] labels = new int[Math.toIntExact(logits.size(0))];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % network.classes();
    }
    return torch.cross_entropy_loss(logits, Tensors.of(labels));
  }

  private static Map<String, float[]> gradients(LiveNetwork live) {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      for (Parameter parameter : live.network().state()) {
        if (parameter.role().trained()) {
          gradients.put(
              parameter.name(), Tensors.floats(live.tensor(parameter.name()).mutable_grad()));
        }
      }
    }
    return gradients;
  }

  private static void forget(LiveNetwork live) {
    try (PointerScope scope = new PointerScope()) {
      for (Parameter parameter : live.network().state()) {
        if (parameter.role().trained()) {
          live.tensor(parameter.name()).mutable_grad().reset();
        }
      }
    }
  }

  private static Map<String, float[]> state(LiveNetwork live) {
    Map<String, float[]> state = new LinkedHashMap<>();
    try (PointerScope scope = new PointerScope()) {
      live.state().forEach((name, tensor) -> state.put(name, Tensors.floats(tensor)));
    }
    return state;
  }
}
