package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** Which way a network goes forward and back. */
class PassTest {
  private static final Network TINY = Catalogue.cifar(1, 4, ShortcutOption.A);

  @Test
  void a_network_is_compiled_where_it_can_be() {
    try (LiveNetwork network = live(TINY);
        Pass pass = Pass.of(network, false, null)) {
      assertThat(pass).isInstanceOf(CompiledPass.class);
    }
  }

  @Test
  void a_network_that_draws_what_to_drop_goes_through_autograd() {
    try (LiveNetwork network = live(Catalogue.network("resnet8-dropout-shortcut"));
        Pass pass = Pass.of(network, false, "")) {
      assertThat(pass).isInstanceOf(AutogradPass.class);
    }
  }

  @Test
  void every_pass_gives_the_same_logits_up_to_rounding() {
    float[] expected = logits("autograd", false);
    float[] logits = logits("compiled", false);
    assertThat(logits).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(logits[i]).isBetween(expected[i] - 1e-4f, expected[i] + 1e-4f);
    }
    assertThat(logits("compiled", true)).isEqualTo(logits);
  }

  @Test
  void autograd_keeps_everything_and_says_so_to_who_wants_to_recompute() {
    try (LiveNetwork network = live(Catalogue.network("resnet8-dropout-shortcut"))) {
      assertThatThrownBy(() -> Pass.of(network, true, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "recompute = true: resnet8-dropout-shortcut goes through autograd here, which keeps"
                  + " everything; set it to false");
    }
  }

  @Test
  void an_unknown_pass_is_refused_with_those_there_are() {
    try (LiveNetwork network = live(TINY)) {
      assertThatThrownBy(() -> Pass.of(network, false, "quick"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("RESNET4J_PASS = quick: must be compiled or autograd");
    }
  }

  private static float[] logits(String name, boolean recompute) {
    try (LiveNetwork network = live(TINY);
        Pass pass = Pass.of(network, recompute, name);
        PointerScope scope = new PointerScope()) {
      torch.manual_seed(1);
      Tensor images = torch.randn(4, 32, 32, 3).permute(0, 3, 1, 2);
      return Tensors.floats(pass.forward(images));
    }
  }

  private static LiveNetwork live(Network network) {
    return LiveNetwork.initialised(network, 5, false, Device.CPU, Precision.FP32);
  }
}
