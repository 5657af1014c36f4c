package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.arch.Unit;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** A network cut, rearranged and watched while it runs. */
class WiringTest {
  private static final Network TWO_BLOCKS = Catalogue.cifar(2, 4, ShortcutOption.A);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet14",
        "resnet14-c",
        "resnet14-plain",
        "resnet14-gated",
        "resnet14-exclusive-gated",
        "resnet14-scaled",
        "resnet14-norm-after-addition",
        "resnetv2_14",
        "resnet50"
      })
  void a_watched_pass_gives_the_same_bits(String name) {
    Network network = Catalogue.network(name).withInput(new Shape(3, 32, 32));
    try (LiveNetwork live = live(network);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      live.train(false);
      Tensor images = images(network);
      List<String> units = new ArrayList<>();
      Probe probe =
          new Probe() {
            @Override
            public void observe(Unit unit, Pass pass) {
              units.add(unit.name());
            }
          };
      assertThat(floats(live.forward(images, probe))).isEqualTo(floats(live.forward(images)));
      assertThat(units).isEqualTo(network.units().stream().map(Unit::name).toList());
    }
  }

  @Test
  void an_identity_unit_removed_leaves_the_network_that_never_had_it() {
    try (LiveNetwork two = live(TWO_BLOCKS);
        LiveNetwork one = live(Catalogue.cifar(1, 4, ShortcutOption.A));
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      two.train(false);
      one.train(false); // Names, and so the values, of what both have are the same.
      Tensor images = images(TWO_BLOCKS);
      Wiring firsts = Wiring.without(TWO_BLOCKS, Set.of(1, 3, 5));
      assertThat(floats(two.forward(images, firsts, Probe.NONE)))
          .isEqualTo(floats(one.forward(images)));
    }
  }

  @Test
  void a_unit_that_changes_the_shape_keeps_its_shortcut_when_removed() {
    Wiring cut = Wiring.without(TWO_BLOCKS, Set.of(2, 3));
    assertThat(cut.visits())
        .containsExactly(
            new Wiring.Visit(0, Wiring.Paths.BOTH),
            new Wiring.Visit(1, Wiring.Paths.BOTH),
            new Wiring.Visit(2, Wiring.Paths.SHORTCUT),
            new Wiring.Visit(4, Wiring.Paths.BOTH),
            new Wiring.Visit(5, Wiring.Paths.BOTH));
    try (LiveNetwork live = live(TWO_BLOCKS);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      List<Wiring.Visit> shortcut = List.of(new Wiring.Visit(2, Wiring.Paths.SHORTCUT));
      Tensor x = torch.rand(1, 4, 32, 32);
      float[] y = floats(live.through(x, shortcut, Probe.NONE));
      assertThat(y).hasSize(8 * 16 * 16);
      assertThat(y[0]).isZero(); // Option A, around: two channels of zeros, then the input's.
      assertThat(y[2 * 16 * 16 + 1]).isEqualTo(floats(x)[2]);
    }
  }

  @Test
  void what_a_pass_gives_can_outlive_the_scope_it_ran_in() {
    try (LiveNetwork live = live(TWO_BLOCKS);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor x = torch.rand(1, 4, 32, 32);
      Tensor kept;
      float[] before;
      try (PointerScope pass = new PointerScope()) {
        kept = Tensors.keep(live.through(x, Wiring.whole(TWO_BLOCKS).visits(), Probe.NONE));
        before = floats(kept);
      }
      assertThat(floats(kept)).isEqualTo(before);
      kept.close();
    }
  }

  @Test
  void what_does_not_fit_is_refused() {
    Network plain = TWO_BLOCKS.withoutShortcuts();
    assertThatThrownBy(() -> Wiring.without(plain, Set.of(2)))
        .hasMessageContaining("layer2.0 changes 4x32x32 to 8x16x16 and has no shortcut");
    assertThat(Wiring.without(plain, Set.of(1)).visits()).hasSize(5);
    assertThatThrownBy(() -> Wiring.ordered(TWO_BLOCKS, new int[] {0, 1, 4, 3, 2, 5}))
        .hasMessageContaining("cannot take the place of layer2.0");
    assertThatThrownBy(() -> Wiring.ordered(TWO_BLOCKS, new int[] {0, 1, 2, 3, 4, 4}))
        .hasMessageContaining("each of the 6 units");
    assertThat(Wiring.ordered(TWO_BLOCKS, new int[] {1, 0, 2, 3, 4, 5}).visits().get(0).unit())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet14", "resnet14-b", "resnetv2_14"})
  void the_gradients_of_both_paths_add_up_to_that_of_the_input(String name) {
    Network network = Catalogue.network(name);
    try (LiveNetwork live = live(network);
        PointerScope scope = new PointerScope()) {
      List<Probe.Pass> passes = new ArrayList<>();
      live.forward(images(network), keeping(passes)).square().sum().backward();
      for (int i = 0; i < passes.size(); i++) {
        Probe.Pass pass = passes.get(i);
        if (network.units().get(i).sharesActivation() && name.equals("resnetv2_14")) {
          continue; // There the paths part after the unit's norm and ReLU.
        }
        float[] whole = floats(pass.input().grad());
        float[] branch = floats(pass.toBranch().grad());
        float[] shortcut = floats(pass.toShortcut().grad());
        double largest = 0;
        for (float value : whole) {
          largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isPositive();
        for (int k = 0; k < whole.length; k += 97) {
          assertThat((double) branch[k] + shortcut[k]).isCloseTo(whole[k], within(1e-5 * largest));
        }
      }
    }
  }

  @Test
  void a_gradient_by_one_path_is_that_of_the_path_alone() {
    try (LiveNetwork live = live(TWO_BLOCKS);
        PointerScope scope = new PointerScope()) {
      Tensor x = torch.rand(2, 4, 32, 32).set_requires_grad(true);
      Tensor byShortcut = gradient(live, x, Wiring.Paths.GRADIENT_BY_SHORTCUT);
      Tensor byBranch = gradient(live, x, Wiring.Paths.GRADIENT_BY_BRANCH);
      Tensor both = gradient(live, x, Wiring.Paths.BOTH);
      // The ReLU after the sum is all that stands on the way of an identity shortcut.
      assertThat(floats(byShortcut)).containsOnly(0, 1);
      assertThat(torch.allclose(byShortcut.add(byBranch), both, 1e-4, 1e-5, false)).isTrue();
    }
  }

  private static Tensor gradient(LiveNetwork live, Tensor x, Wiring.Paths paths) {
    x.mutable_grad().reset();
    live.through(x, List.of(new Wiring.Visit(0, paths)), Probe.NONE).sum().backward();
    return x.grad().clone();
  }

  private static Probe keeping(List<Probe.Pass> passes) {
    return new Probe() {
      @Override
      public void observe(Unit unit, Pass pass) {
        pass.input().retain_grad();
        pass.toBranch().retain_grad();
        pass.toShortcut().retain_grad();
        passes.add(pass);
      }
    };
  }

  private static LiveNetwork live(Network network) {
    return LiveNetwork.initialised(network, 1, false, Device.CPU, Precision.FP32);
  }

  private static Tensor images(Network network) {
    Shape shape = network.input();
    torch.manual_seed(3);
    return torch.rand(2, shape.channels(), shape.height(), shape.width());
  }

  private static float[] floats(Tensor tensor) {
    return Tensors.floats(tensor);
  }
}
