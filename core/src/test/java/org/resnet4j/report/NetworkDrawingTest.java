package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;

class NetworkDrawingTest {
  @ParameterizedTest
  @CsvSource({
    "resnet8, 1, 2, 0",
    "resnet20, 7, 2, 0",
    "resnet20-plain, 0, 0, 0",
    "resnet20-c, 0, 0, 9",
    "resnet50, 12, 0, 4",
    "resnet110-b, 52, 0, 2",
    "resnet152, 46, 0, 4",
    "resnet50d, 12, 0, 4",
    "resnetv2_50, 12, 0, 4",
    "resnet20-gated, 0, 2, 7"
  })
  void draws_the_shortcut_of_every_block(String name, int identity, int padded, int projected) {
    String drawing = drawing(name);

    assertThat(count(drawing, "class=\"identity arc\"")).isEqualTo(identity);
    assertThat(count(drawing, "class=\"padded arc\"")).isEqualTo(padded);
    assertThat(count(drawing, "class=\"projected arc\"")).isEqualTo(projected);
  }

  @Test
  void labels_convolutions_with_kernel_stride_and_channels() {
    assertThat(drawing("resnet50"))
        .contains(">7x7 /2</text>", ">max pool</text>", ">1x1</text>", ">3x3 /2</text>")
        .contains(">64</text>", ">256</text>", ">2048</text>", ">1000</text>")
        .contains(">projection</text>", ">1x1 /2</text>", ">identity</text>");
  }

  @Test
  void labels_zeros_as_shortcuts() {
    assertThat(drawing("resnet20")).contains(">zeros around</text>");
    assertThat(drawing("resnet20-a-after")).contains(">zeros after</text>");
  }

  @Test
  void shows_the_shapes_between_stages() {
    assertThat(drawing("resnet20"))
        .contains("input 3x32x32", "↓ 16x32x32", "↓ 32x16x16", "↓ 64x8x8", "↓ 10 logits");
  }

  @Test
  void counts_each_block() {
    // Two kernels of 16 x 16 x 3 x 3 and two norms of 2 x 16; 4608 weights at 32 x 32 positions.
    assertThat(drawing("resnet20"))
        .contains("<b>layer1.0</b> 4.67 K · 4.72 M")
        .contains("<td>4,672</td><td>4,718,592</td>");
  }

  @Test
  void draws_all_blocks_of_a_short_network_large() {
    assertThat(count(drawing("resnet50"), "class=\"unit\"")).isEqualTo(1 + 16 + 1);
    assertThat(drawing("resnet50")).doesNotContain("class=\"compact\"");
  }

  @Test
  void draws_repeated_blocks_of_a_long_network_small() {
    // Large: stem, the identity blocks of layer1, projection and identity of layer2 and 3, head.
    String drawing = drawing("resnet110-b");

    assertThat(count(drawing, "class=\"unit\"")).isEqualTo(1 + 1 + 2 + 2 + 1);
    assertThat(count(drawing, "class=\"compact\"")).isEqualTo(54 - 5);
    assertThat(drawing)
        .contains(
            "<title>layer3.17: branch 3x3 64, 3x3 64; shortcut identity; 64x8x8 to 64x8x8;"
                + " 73,984 parameters, 4,718,592 multiply-adds</title>");
  }

  @Test
  void draws_the_pool_before_a_projection() {
    // Three stages that halve; the first keeps the size and has no pool.
    assertThat(count(drawing("resnet50d"), ">average pool, projection</text>")).isEqualTo(3);
    assertThat(count(drawing("resnet50d"), ">2x2 /2</text>")).isEqualTo(3);
    assertThat(count(drawing("resnet50d"), ">projection</text>")).isEqualTo(1);
  }

  @Test
  void draws_what_a_branch_has_beside_convolutions() {
    assertThat(count(drawing("seresnet50"), ">SE</text>")).isEqualTo(16);
    assertThat(count(drawing("resnetblur50"), ">blur</text>")).isEqualTo(4);
    assertThat(count(drawing("resnet20-scaled"), ">times</text>")).isEqualTo(7);
    assertThat(drawing("resnet20-exclusive-gated")).contains(">exclusive gate</text>");
    assertThat(drawing("resnext50_32x4d")).contains(">1024 g32</text>", "(g32: in 32 groups)");
    assertThat(drawing("resnet50")).doesNotContain("groups)");
  }

  @Test
  void calls_the_stages_what_they_are_called_in_pytorch() {
    assertThat(drawing("resnet50")).contains("<b>layer4</b>", "<b>layer4.2</b>");
    assertThat(drawing("resnetv2_50")).contains("<b>stages.3</b>", "<b>stages.3.blocks.2</b>");
  }

  @Test
  void says_where_norm_and_relu_stand() {
    assertThat(drawing("resnet50")).contains("norm follows each");
    assertThat(drawing("resnetv2_50")).contains("norm and ReLU stand before each");
    assertThat(drawing("resnet20-norm-after-addition")).contains("order norm-after-addition.");
    assertThat(drawing("resnet20-no-norm"))
        .contains("a bias in place of a norm, and ReLU stands behind each but the last")
        .doesNotContain("norm follows");
    assertThat(drawing("resnetv2_20-no-norm")).contains("in the order pre-activation.");
  }

  /** 2048 x 10 weights, 10 biases, and the norm of 2048 channels that ends the network. */
  @Test
  void counts_the_last_norm_of_a_pre_activation_network_in_its_head() {
    Network network = Catalogue.network("resnetv2_50").withClasses(10);
    assertThat(new NetworkDrawing(network).elements().toString()).contains("24.6 K parameters");
  }

  /** Every block of stochastic depth has a rate of its own, and none looks different for it. */
  @Test
  void draws_repeated_blocks_small_whatever_their_rate() {
    Network network = Catalogue.network("resnet110-b").withStochasticDepth(0.5);
    String drawing = new NetworkDrawing(network).elements().toString();
    assertThat(count(drawing, "class=\"compact\"")).isEqualTo(54 - 5);
  }

  private static String drawing(String name) {
    return new NetworkDrawing(Catalogue.network(name)).elements().toString();
  }

  private static int count(String text, String part) {
    return text.split(part, -1).length - 1;
  }
}
