package org.resnet4j.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Block.Basic;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Shortcut.Identity;
import org.resnet4j.arch.Shortcut.None;
import org.resnet4j.arch.Shortcut.Projection;
import org.resnet4j.arch.Shortcut.ZeroPadded;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;

/** Which networks exist: every legal one, and no other. */
class NetworkTest {
  private static final Shape INPUT = new Shape(3, 32, 32);

  @Test
  void refuses_identity_where_channels_change() {
    assertRefused(INPUT, new Basic(16, 32, 1, new Identity()))
        .hasMessage(
            "net: layer1.0: branch turns 16x32x32 into 32x32x32 but shortcut (identity) gives"
                + " 16x32x32; a projection 1x1, 16->32, stride 1 fits, or a zero-padded one");
  }

  @Test
  void refuses_identity_where_the_block_has_a_stride() {
    assertRefused(INPUT, new Basic(16, 16, 2, new Identity()))
        .hasMessage(
            "net: layer1.0: branch turns 16x32x32 into 16x16x16 but shortcut (identity) gives"
                + " 16x32x32; a projection 1x1, 16->16, stride 2 fits, or a zero-padded one");
  }

  @Test
  void refuses_zeros_that_would_have_to_take_channels_away() {
    assertRefused(INPUT, new Basic(16, 8, 2, new ZeroPadded(Side.AFTER)))
        .hasMessage(
            "net: layer1.0: branch turns 16x32x32 into 8x16x16 but shortcut (zeros after) gives"
                + " 16x16x16; a projection 1x1, 16->8, stride 2 fits");
  }

  @Test
  void refuses_to_split_an_odd_number_of_zeros() {
    assertRefused(INPUT, new Basic(16, 19, 2, new ZeroPadded(Side.AROUND)))
        .hasMessage(
            "net: layer1.0: 3 channels of zeros cannot be split around 16x32x32; put the zeros"
                + " after, or add an even number");
  }

  @Test
  void does_not_suggest_zeros_where_channels_shrink() {
    assertRefused(INPUT, new Basic(16, 8, 1, new Identity()))
        .hasMessageEndingWith("gives 16x32x32; a projection 1x1, 16->8, stride 1 fits");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0, 32x32x32", // stride of the shortcut, not of the branch
    "1, 2, 1, 32x17x17",
    "3, 2, 0, 32x15x15",
    "3, 1, 1, 32x32x32",
    "3, 4, 1, 32x8x8",
    "5, 2, 1, 32x15x15"
  })
  void refuses_a_projection_that_ends_elsewhere(int kernel, int stride, int padding, String gives) {
    assertRefused(INPUT, new Basic(16, 32, 2, new Projection(kernel, stride, padding)))
        .hasMessage(
            "net: layer1.0: branch turns 16x32x32 into 32x16x16 but shortcut (projection %dx%d)"
                    .formatted(kernel, kernel)
                + " gives %s; kernel %d fits with stride 2 and padding %d"
                    .formatted(gives, kernel, kernel / 2));
  }

  @Test
  void refuses_a_projection_larger_than_its_input() {
    assertRefused(INPUT, new Basic(16, 32, 2, new Projection(35, 2, 1)))
        .hasMessageStartingWith("net: layer1.0: convolution 35x35, 16->32, stride 2, padding 1")
        .hasMessageContaining("does not fit its input 16x32x32");
  }

  @Test
  void refuses_a_projection_without_kernel_and_names_the_block() {
    assertRefused(INPUT, new Basic(16, 32, 2, new Projection(0, 2, 0)))
        .hasMessageStartingWith("net: layer1.0: convolution 16->32, kernel 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 5, 7, 31})
  void takes_any_odd_projection_with_half_its_kernel_as_padding(int kernel) {
    for (int stride : List.of(1, 2, 3)) {
      Projection projection = new Projection(kernel, stride, kernel / 2);
      for (int side : List.of(31, 32, 33)) {
        Shape input = new Shape(3, side, side);
        Network network = network(input, new Basic(16, 32, stride, projection));
        assertThat(last(network)).isEqualTo(last(network.withoutShortcuts()));
      }
    }
  }

  /**
   * An even kernel looks at half a pixel more on one side. A step of 2 over an even side hides that
   * if the padding is a pixel short, over an odd side if it is not; a step of 1 never does.
   */
  @ParameterizedTest
  @CsvSource({
    "2, 2, 0, 32, true",
    "2, 2, 1, 32, false",
    "2, 2, 0, 33, false",
    "2, 2, 1, 33, true",
    "4, 2, 1, 32, true",
    "4, 2, 2, 33, true",
    "2, 1, 0, 32, false",
    "2, 1, 1, 32, false"
  })
  void takes_an_even_projection_only_where_a_stride_hides_its_half_pixel(
      int kernel, int stride, int padding, int side, boolean fits) {
    Block block = new Basic(16, 32, stride, new Projection(kernel, stride, padding));
    Shape input = new Shape(3, side, side);
    if (fits) {
      assertThat(last(network(input, block)))
          .isEqualTo(new Shape(32, 16 + side % 2, 16 + side % 2));
    } else {
      assertRefused(input, block)
          .hasMessageContaining("shortcut (projection %dx%d)".formatted(kernel, kernel))
          .hasMessageEndingWith("an odd kernel k fits with stride %d and padding k / 2", stride);
    }
  }

  @Test
  void refuses_a_block_that_takes_other_channels_than_its_predecessor_gives() {
    Block first = new Basic(16, 16, 1, new Identity());
    Block second = new Basic(8, 8, 1, new Identity());
    assertRefused(INPUT, first, second)
        .hasMessage(
            "net: layer1.1 takes 8 channels but what comes before it gives 16x32x32; make it take"
                + " 16");
  }

  @Test
  void refuses_a_first_block_that_takes_other_channels_than_the_stem_gives() {
    assertRefused(INPUT, new Basic(8, 8, 1, new Identity()))
        .hasMessageStartingWith("net: layer1.0 takes 8 channels")
        .hasMessageContaining("gives 16x32x32");
  }

  @Test
  void refuses_a_stem_for_other_channels_than_the_images_have() {
    assertThatThrownBy(() -> network(new Shape(1, 28, 28), new Basic(16, 16, 1, new None())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("net: the stem takes 3 channels but the input is 1x28x28");
  }

  @Test
  void refuses_impossible_sizes_of_a_branch_and_names_the_block() {
    assertRefused(INPUT, new Basic(16, 16, 0, new None()))
        .hasMessageStartingWith("net: layer1.0: ");
    assertRefused(INPUT, new Basic(16, 0, 1, new None())).hasMessageStartingWith("net: layer1.0: ");
    Block narrow = new Bottleneck(16, 0, 16, 1, Strided.MIDDLE_3X3, new Identity());
    assertRefused(INPUT, narrow).hasMessageStartingWith("net: layer1.0: convolution 16->0");
  }

  @ParameterizedTest
  @CsvSource({"resnet18, 31, 64, 32", "resnet50, 224, 31, 32", "resnet20, 3, 32, 4"})
  void refuses_images_smaller_than_the_stride(String name, int height, int width, int stride) {
    Network network = Catalogue.network(name);
    assertThat(network.stride()).isEqualTo(stride);
    assertThatThrownBy(() -> network.withInput(new Shape(3, height, width)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s: input 3x%dx%d is smaller than the network's stride %d; images must be at least %dx%d"
                .formatted(name, height, width, stride, stride, stride));
  }

  @Test
  void a_stride_beyond_the_range_of_int_is_still_larger_than_the_images() {
    List<Block> halvings = Collections.nCopies(40, new Basic(16, 16, 2, new None()));
    assertRefused(INPUT, halvings.toArray(Block[]::new))
        .hasMessageContaining("smaller than the network's stride 2147483647");
  }

  @Test
  void refuses_a_network_without_classes_stages_or_blocks() {
    Network network = Catalogue.network("resnet20");
    assertThatThrownBy(() -> network.withClasses(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("resnet20: classes must be at least 1, was 0");
    assertThatThrownBy(() -> new Network("net", INPUT, 10, network.stem(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("net: a network needs at least one stage");
    assertThatThrownBy(Stage::of)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a stage needs at least one block");
  }

  @Test
  void refuses_a_shape_with_an_empty_axis() {
    assertThatThrownBy(() -> new Shape(3, 0, 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shape 3x0x32: channels, height and width must be at least 1");
  }

  @ParameterizedTest
  @CsvSource({"33, 31, 9, 8", "32, 32, 8, 8", "4, 5, 1, 2", "225, 200, 57, 50"})
  void all_shortcuts_agree_on_odd_sizes(int height, int width, int lastHeight, int lastWidth) {
    for (ShortcutOption option : ShortcutOption.values()) {
      Network network = Catalogue.cifar(3, option).withInput(new Shape(3, height, width));
      assertThat(last(network)).isEqualTo(new Shape(64, lastHeight, lastWidth));
    }
  }

  /** Each halving rounds up: 225 -> 113 -> 57 -> 29 -> 15 -> 8. */
  @ParameterizedTest
  @CsvSource({"resnet18, 512", "resnet34-a, 512", "resnet50, 2048", "resnet50-v1-c, 2048"})
  void imagenet_networks_take_odd_sizes(String name, int features) {
    Network network = Catalogue.network(name).withInput(new Shape(3, 225, 200));
    assertThat(last(network)).isEqualTo(new Shape(features, 8, 7));
    assertThat(network.features()).isEqualTo(features);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "2, 3", "3, 1", "3, 2", "2, 0"})
  void refuses_a_pool_whose_stride_is_neither_its_window_nor_one_beside_2x2(
      int window, int stride) {
    Shortcut pooled = new Shortcut.PooledProjection(window, stride);
    assertRefused(INPUT, new Basic(16, 32, 2, pooled))
        .hasMessage(
            "net: layer1.0: average pool of %dx%d at stride %d: the stride must be the window, or 1"
                    .formatted(window, window, stride)
                + " beside 2x2");
  }

  /** timm's AvgPool2dSame keeps the size, so the projection of ResNet-D looks at 2x2 as before. */
  @Test
  void dilation_keeps_the_window_of_a_pooled_projection() {
    Network network = Catalogue.network("resnet50d").withOutputStride(16);
    assertThat(network.stages().get(3).blocks().get(0).shortcut())
        .isEqualTo(new Shortcut.PooledProjection(2, 1));
    assertThat(last(network)).isEqualTo(new Shape(2048, 14, 14));
    assertThat(network.state()).isEqualTo(Catalogue.network("resnet50d").state());
  }

  @Test
  void an_output_stride_below_the_stems_is_refused() {
    assertThatThrownBy(() -> Catalogue.network("resnet18").withOutputStride(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("output stride 2: the stem alone has 4; choose at least that");
  }

  /** arXiv 1603.09382, equation (4): 1 - l / L * (1 - p), here with p = 0.5 and L = 12. */
  @Test
  void stochastic_depth_leaves_deeper_blocks_out_more_often() {
    Network network = Catalogue.network("resnet26").withStochasticDepth(0.5);
    assertThat(network.units())
        .hasSize(12)
        .allSatisfy(unit -> assertThat(unit.block()).isInstanceOf(Block.StochasticDepth.class));
    Block.StochasticDepth third = (Block.StochasticDepth) network.stages().get(0).blocks().get(2);
    Block.StochasticDepth last = (Block.StochasticDepth) network.stages().get(2).blocks().get(3);
    assertThat(third.rate()).isEqualTo(0.125);
    assertThat(last.rate()).isEqualTo(0.5);
    assertThatThrownBy(() -> Catalogue.network("resnet26").withStochasticDepth(1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith("stochastic depth with rate 1.0: must be at least 0 and below 1");
  }

  @Test
  void refuses_a_bias_in_the_stem_which_the_norm_decides_about() {
    Convolution biased = new Convolution(3, 16, 3, 1, 1, 1, 1, true);
    assertThatThrownBy(() -> new Stem.Single(biased, Stem.Pool.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "stem 3x3, 3->16, stride 1, padding 1, bias: leave the bias out; a network whose norm is"
                + " none adds it");
  }

  /** In every order, whatever stands where a norm would. */
  @ParameterizedTest
  @EnumSource
  void without_a_norm_there_is_none_in_any_order(Order order) {
    Network network = Catalogue.network("resnet20-b").withOrder(order).withNorm(new Norm.None());
    List<Layer> layers = new ArrayList<>(network.stemLayers());
    network.units().forEach(unit -> layers.addAll(unit.layers()));
    layers.addAll(network.tailLayers());
    assertThat(layers)
        .extracting(Layer::operation)
        .doesNotHaveAnyElementsOfTypes(Operation.BatchNorm.class, Operation.GroupNorm.class)
        .filteredOn(Convolution.class::isInstance)
        .hasSize(19 + 2)
        .allMatch(convolution -> ((Convolution) convolution).bias());
    assertThat(layers).extracting(Layer::name).noneMatch(name -> name.contains("bn"));
  }

  @Test
  void takes_any_channels_and_classes() {
    Network network = Catalogue.network("resnet20").withInput(new Shape(7, 28, 28)).withClasses(1);
    assertThat(network.state().get(0).shape()).containsExactly(16, 7, 3, 3);
    assertThat(network.state().get(network.state().size() - 1).shape()).containsExactly(1);
  }

  @Test
  void changing_the_list_of_stages_afterwards_does_not_change_the_network() {
    List<Block> blocks = new ArrayList<>(List.of(new Basic(16, 16, 1, new Identity())));
    Network network = network(INPUT, new Stage(blocks));
    blocks.clear();
    assertThat(network.units()).hasSize(1);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      Shape input, Block... blocks) {
    return assertThatThrownBy(() -> network(input, blocks))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Network network(Shape input, Block... blocks) {
    return network(input, Stage.of(blocks));
  }

  private static Network network(Shape input, Stage stage) {
    return new Network("net", input, 10, Stem.cifar(3, 16), List.of(stage));
  }

  private static Shape last(Network network) {
    List<Unit> units = network.units();
    return units.get(units.size() - 1).out();
  }
}
