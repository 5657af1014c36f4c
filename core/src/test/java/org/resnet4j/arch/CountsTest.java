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
