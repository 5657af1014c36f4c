package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.arch.Block;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;
import org.resnet4j.arch.Order;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Shortcut;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.arch.Stage;
import org.resnet4j.arch.Stem;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;

/** What a network computes after surgery. */
class GraftedTest {
  private static final int IMAGES = 3;

  /** A shallow network of each kind and the deeper one, small. */
  private static Stream<List<Network>> residual() {
    Network basic = Catalogue.cifar(1, 4, ShortcutOption.A);
    Network deeper = Catalogue.cifar(3, 4, ShortcutOption.A);
    return Stream.of(
        List.of(basic, deeper),
        List.of(Catalogue.cifar(1, 4, ShortcutOption.B), Catalogue.cifar(2, 4, ShortcutOption.B)),
        List.of(bottlenecks(1), bottlenecks(3)),
        List.of(basic.withOrder(Order.PRE_ACTIVATION), deeper.withOrder(Order.PRE_ACTIVATION)),
        List.of(
            basic.withOrder(Order.RELU_ONLY_PRE_ACTIVATION),
            deeper.withOrder(Order.RELU_ONLY_PRE_ACTIVATION)),
        List.of(
            basic.withOrder(Order.RELU_BEFORE_ADDITION),
            deeper.withOrder(Order.RELU_BEFORE_ADDITION)),
        List.of(basic.withNorm(new Norm.Group(2)), deeper.withNorm(new Norm.Group(2))),
        List.of(
            basic.withBlocks(block -> new Block.SqueezeExcited(block, 2)),
            deeper.withBlocks(block -> new Block.SqueezeExcited(block, 2))));
  }

  private static Network bottlenecks(int n) {
    Block first =
        new Block.Bottleneck(4, 2, 8, 1, Strided.MIDDLE_3X3, Shortcut.Projection.of1x1(1));
    Block rest = new Block.Bottleneck(8, 2, 8, 1, Strided.MIDDLE_3X3, new Shortcut.Identity());
    List<Block> blocks =
        Stream.concat(Stream.of(first), Stream.generate(() -> rest).limit(n)).toList();
    return new Network(
        "bottlenecks", new Shape(3, 8, 8), 5, Stem.cifar(3, 4), List.of(new Stage(blocks)));
  }

  @ParameterizedTest
  @MethodSource("residual")
  void a_residual_network_grows_without_a_bit_of_its_logits_changing(List<Network> pair) {
    DepthSurgery surgery = DepthSurgery.grown(pair.get(0), pair.get(1));
    try (LiveNetwork shallow = live(pair.get(0));
        LiveNetwork deep = shallow.after(surgery, 7)) {
      assertThat(deep.network()).isEqualTo(surgery.to());
      assertThat(bits(logits(deep))).isEqualTo(bits(logits(shallow)));
    }
  }

  @Test
  void new_branches_can_learn() {
    Network basic = Catalogue.cifar(1, 4, ShortcutOption.A);
    DepthSurgery surgery = DepthSurgery.grown(basic, Catalogue.cifar(2, 4, ShortcutOption.A));
    try (LiveNetwork shallow = live(basic);
        LiveNetwork deep = shallow.after(surgery, 7);
        LiveNetwork other = shallow.after(surgery, 8)) {
      float[] kernel = values(deep, "layer2.1.conv1.weight");
      double variance = 0;
      for (float value : kernel) {
        variance += (double) value * value / kernel.length;
      }
      // He's: 2 / (out x 3 x 3), of 576 normal values, five standard errors.
      double expected = 2.0 / (8 * 9);
      assertThat(variance)
          .isCloseTo(expected, within(5 * expected * Math.sqrt(2.0 / kernel.length)));
      assertThat(values(deep, "layer2.1.bn1.weight")).containsOnly(1);
      assertThat(values(deep, "layer2.1.bn2.weight")).containsOnly(0);
      assertThat(values(other, "layer2.1.conv1.weight")).isNotEqualTo(kernel);
      assertThat(deep.tensor("layer2.1.conv2.weight").requires_grad()).isTrue();
    }
  }

  @Test
  void a_plain_network_grows_with_its_logits_the_same_up_to_rounding() {
    Network plain = Catalogue.cifar(1, 4, ShortcutOption.PLAIN);
    DepthSurgery surgery = DepthSurgery.grown(plain, Catalogue.cifar(9, 4, ShortcutOption.PLAIN));
    try (LiveNetwork shallow = live(plain);
        LiveNetwork deep = shallow.after(surgery, 7)) {
      float[] before = logits(shallow);
      float[] after = logits(deep);
      for (int i = 0; i < before.length; i++) {
        assertThat(after[i]).isCloseTo(before[i], within(1e-5f * Math.max(1, Math.abs(before[i]))));
      }
      // One where it leads from channel 3 to channel 3, in the middle of nine.
      float[] kernel = values(deep, "layer1.1.conv1.weight");
      assertThat(kernel[(3 * 4 + 3) * 9 + 4]).isEqualTo(1);
      assertThat(kernel).hasSize(4 * 4 * 9);
      float sum = 0;
      for (float value : kernel) {
        sum += value;
      }
      assertThat(sum).isEqualTo(4);
    }
  }

  @Test
  void a_shorter_network_computes_what_the_longer_does_with_empty_branches() {
    Network network = Catalogue.cifar(3, 4, ShortcutOption.A);
    List<String> gone = List.of("layer1.0", "layer2.1", "layer3.2");
    DepthSurgery surgery = DepthSurgery.without(network, gone);
    LiveNetwork.Source emptied =
        (parameter, values) -> {
          boolean empty = gone.stream().anyMatch(u -> parameter.name().startsWith(u + ".bn2."));
          boolean statistic = !parameter.role().trained();
          if (empty && !statistic) {
            values.put(new float[values.remaining()]);
          } else {
            ReproducibleValues.put(parameter, values);
          }
        };
    try (LiveNetwork longer = LiveNetwork.of(network, emptied, Device.CPU, Precision.FP32);
        LiveNetwork shorter = longer.after(surgery, 0)) {
      assertThat(shorter.network().units()).hasSize(6);
      assertThat(bits(logits(shorter))).isEqualTo(bits(logits(longer)));
    }
  }

  @Test
  void surgery_of_another_network_is_refused() {
    DepthSurgery surgery = DepthSurgery.without(Catalogue.network("resnet20"), List.of("layer1.1"));
    try (LiveNetwork other = live(Catalogue.cifar(1, 4, ShortcutOption.A))) {
      assertThatThrownBy(() -> other.after(surgery, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("surgery of resnet20 does not fit resnet8-width4");
    }
  }

  private static LiveNetwork live(Network network) {
    return LiveNetwork.of(network, ReproducibleValues::put, Device.CPU, Precision.FP32);
  }

  private static float[] values(LiveNetwork network, String name) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.floats(network.tensor(name));
    }
  }

  private static float[] logits(LiveNetwork network) {
    Shape shape = network.network().input();
    float[] pixels = ReproducibleValues.fill("images", IMAGES * (int) shape.size());
    try (PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      return Tensors.floats(
          network.forward(
              Tensors.of(pixels, IMAGES, shape.channels(), shape.height(), shape.width())));
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }
}
