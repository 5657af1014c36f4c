package org.resnet4j.arch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters and multiply-adds of whole networks. */
class CountsTest {
  /** Written by {@code counts.py}: networks of torchvision, timm and the papers in PyTorch. */
  @ParameterizedTest
  @CsvFileSource(resources = "counts.csv")
  void count_as_in_pytorch(String name, long parameters, long multiplyAdds) {
    Network network = Catalogue.network(name);
    assertThat(network.parameters()).isEqualTo(parameters);
    assertThat(network.multiplyAdds()).isEqualTo(multiplyAdds);
  }

  /** arXiv 1512.03385, table 6, has 0.27, 0.46, 0.66, 0.85, 1.7 and 19.4 million for option A. */
  @ParameterizedTest
  @CsvSource({
    "20, 269_722, 272_474, 40.55",
    "32, 464_154, 466_906, 68.86",
    "44, 658_586, 661_338, 97.17",
    "56, 853_018, 855_770, 125.49",
    "110, 1_727_962, 1_730_714, 252.89",
    "1202, 19_421_274, 19_424_026, 2829.24"
  })
  void cifar_networks_count_as_in_the_paper(int depth, long a, long b, double millions) {
    Network network = Catalogue.network("resnet" + depth);
    assertThat(network.parameters()).isEqualTo(a);
    assertThat(Math.round(network.multiplyAdds() / 1e4) / 100.0).isEqualTo(millions);
    assertThat(Catalogue.network("resnet" + depth + "-b").parameters()).isEqualTo(b);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 32, 56, 110})
  void option_c_adds_a_projection_to_each_block_of_a_cifar_network(int depth) {
    long n = (depth - 2) / 6;
    // One 1x1 convolution and a batch norm (2 values a channel) for each block.
    long first = n * (16 * 16 + 2 * 16);
    long second = 16 * 32 + 2 * 32 + (n - 1) * (32 * 32 + 2 * 32);
    long third = 32 * 64 + 2 * 64 + (n - 1) * (64 * 64 + 2 * 64);
    assertThat(Catalogue.network("resnet" + depth + "-c").parameters())
        .isEqualTo(Catalogue.network("resnet" + depth).parameters() + first + second + third);
  }

  @Test
  void option_c_projects_at_every_resolution() {
    long perBlock = 32 * 32 * 16 * 16; // The same in each stage: channels double, sides halve,
    long atChange = perBlock / 2; // and half the input channels where the stage begins.
    assertThat(Catalogue.network("resnet20-c").multiplyAdds())
        .isEqualTo(Catalogue.network("resnet20").multiplyAdds() + 7 * perBlock + 2 * atChange);
  }

  /**
   * A convolution has kernel, input and output channels, a batch norm 2 values a channel, a bias 1:
   * {@code n} basic blocks a stage, {@code w} channels of the stem, {@code c} values a channel.
   */
  private static long basic(long n, long w, long c) {
    long stem = 3 * w * 9 + c * w;
    long first = 2 * n * (w * w * 9 + c * w);
    long second = (w * 2 * w * 9 + c * 2 * w) + (2 * n - 1) * (4 * w * w * 9 + c * 2 * w);
    long third = (2 * w * 4 * w * 9 + c * 4 * w) + (2 * n - 1) * (16 * w * w * 9 + c * 4 * w);
    return stem + first + second + third + 4 * w * 10 + 10;
  }

  @Test
  void narrow_networks_and_those_without_norms_count_as_their_convolutions_do() {
    assertThat(basic(3, 16, 2)).isEqualTo(269_722); // arXiv 1512.03385, table 6.
    assertThat(Catalogue.network("resnet20").parameters()).isEqualTo(basic(3, 16, 2));
    assertThat(basic(3, 8, 2)).isEqualTo(232 + 3_552 + 12_864 + 51_072 + 330).isEqualTo(68_050);
    assertThat(Catalogue.network("resnet20-width8").parameters()).isEqualTo(68_050);
    assertThat(Catalogue.network("resnet20-width8-plain").parameters()).isEqualTo(68_050);
    // One 1x1 projection with its norm from 4 to 8 channels and one from 8 to 16.
    assertThat(Catalogue.network("resnet56-width4-b").parameters())
        .isEqualTo(basic(9, 4, 2) + (4 * 8 + 2 * 8) + (8 * 16 + 2 * 16));
    // One value a channel less: 7 layers of 16 channels, 6 of 32 and 6 of 64.
    assertThat(basic(3, 16, 1)).isEqualTo(269_722 - (7 * 16 + 6 * 32 + 6 * 64));
    assertThat(Catalogue.network("resnet20-no-norm").parameters()).isEqualTo(269_034);
    assertThat(Catalogue.network("resnet20-no-norm-plain").parameters()).isEqualTo(269_034);
    assertThat(Catalogue.network("resnet20-width8-no-norm-plain").parameters())
        .isEqualTo(68_050 - 688 / 2);
    assertThat(Catalogue.network("resnet20-no-norm").multiplyAdds())
        .isEqualTo(Catalogue.network("resnet20").multiplyAdds());
  }

  /** Half the channels: a quarter of the products, but half in the stem and the head. */
  @Test
  void half_the_width_is_a_quarter_of_the_multiply_adds() {
    long stem = 3 * 16 * 9 * 32 * 32;
    long head = 64 * 10;
    long rest = Catalogue.network("resnet20").multiplyAdds() - stem - head;
    assertThat(Catalogue.network("resnet20-width8").multiplyAdds())
        .isEqualTo(stem / 2 + head / 2 + rest / 4);
  }

  /** 1x1 reduce, 3x3 and 1x1 expand to 4w, each with a norm; a projection where a stage starts. */
  private static long bottlenecks(long n, long in, long w) {
    long reduceRest = 4 * w * w + 2 * w;
    long middle = 9 * w * w + 2 * w;
    long expand = w * 4 * w + 2 * 4 * w;
    long projection = in * 4 * w + 2 * 4 * w;
    return (in * w + 2 * w) + (n - 1) * reduceRest + n * (middle + expand) + projection;
  }

  @ParameterizedTest
  @CsvSource({"29, 3, 16, 313_114", "164, 18, 16, 1_704_154", "29, 3, 8, 80_274"})
  void bottlenecks_of_a_cifar_network_count_as_their_convolutions_do(
      int depth, long n, long w, long parameters) {
    long stages =
        bottlenecks(n, w, w) + bottlenecks(n, 4 * w, 2 * w) + bottlenecks(n, 8 * w, 4 * w);
    assertThat(3 * w * 9 + 2 * w + stages + 16 * w * 10 + 10).isEqualTo(parameters);
    String name = "resnet" + depth + (w == 16 ? "" : "-width" + w) + "-bottleneck";
    assertThat(Catalogue.network(name).depth()).isEqualTo(depth);
    assertThat(Catalogue.network(name).parameters()).isEqualTo(parameters);
    long projections = w * 4 * w + 4 * w * 8 * w + 8 * w * 16 * w + 2 * (4 + 8 + 16) * w;
    assertThat(Catalogue.network(name + "-plain").parameters()).isEqualTo(parameters - projections);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet20", "resnet56-a-after", "resnet34-a", "resnet50-a"})
  void shortcuts_without_parameters_cost_nothing_over_the_plain_twin(String name) {
    Network network = Catalogue.network(name);
    Network plain = network.withoutShortcuts();
    assertThat(plain.plain()).isTrue();
    assertThat(network.plain()).isFalse();
    assertThat(plain.parameters()).isEqualTo(network.parameters());
    assertThat(plain.multiplyAdds()).isEqualTo(network.multiplyAdds());
    assertThat(plain.state()).isEqualTo(network.state());
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet20-b", "resnet20-c", "resnet18", "resnet50"})
  void the_plain_twin_lacks_the_projections_alone(String name) {
    Network network = Catalogue.network(name);
    long projections =
        network.units().stream()
            .flatMap(unit -> unit.shortcut().stream())
            .mapToLong(Layer::parameters)
            .sum();
    assertThat(projections).isPositive();
    assertThat(network.withoutShortcuts().parameters())
        .isEqualTo(network.parameters() - projections);
    assertThat(network.withoutShortcuts().state())
        .isEqualTo(network.state().stream().filter(p -> !p.name().contains("downsample")).toList());
  }

  @Test
  void units_stem_and_head_add_up_to_the_network() {
    Network network = Catalogue.network("resnet50");
    long units = network.units().stream().mapToLong(Unit::parameters).sum();
    long stem = network.stemLayers().stream().mapToLong(Layer::parameters).sum();
    assertThat(units + stem + 2048 * 1000 + 1000).isEqualTo(network.parameters());
  }

  @Test
  void classes_and_channels_change_head_and_stem_alone() {
    Network network = Catalogue.network("resnet18").withClasses(10);
    assertThat(network.parameters()).isEqualTo(11_689_512 - 990 * 513);
    assertThat(network.withInput(new Shape(1, 224, 224)).parameters())
        .isEqualTo(network.parameters() - 2 * 64 * 49);
  }
}
