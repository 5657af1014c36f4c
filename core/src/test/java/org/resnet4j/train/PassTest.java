package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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
        Pass pass = Pass.of(network, null)) {
      assertThat(pass).isInstanceOf(CompiledPass.class);
    }
  }

  @Test
  void a_network_that_draws_what_to_drop_goes_through_autograd() {
    try (LiveNetwork network = live(Catalogue.network("resnet8-dropout-shortcut"));
        Pass pass = Pass.of(network, "")) {
      assertThat(pass).isInstanceOf(AutogradPass.class);
    }
  }

  @Test
  void every_pass_gives_the_same_logits_up_to_rounding() {
    float[] expected = logits("autograd");
    for (String name : List.of("compiled", "recomputed")) {
      float[] logits = logits(name);
      assertThat(logits).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat(logits[i]).as(name).isBetween(expected[i] - 1e-4f, expected[i] + 1e-4f);
      }
    }
  }

  @Test
  void an_unknown_pass_is_refused_with_those_there_are() {
    try (LiveNetwork network = live(TINY)) {
      assertThatThrownBy(() -> Pass.of(network, "quick"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("RESNET4J_PASS = quick: must be compiled, recomputed or autograd");
    }
  }

  private static float[] logits(String name) {
    try (LiveNetwork network = live(TINY);
        Pass pass = Pass.of(network, name);
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
