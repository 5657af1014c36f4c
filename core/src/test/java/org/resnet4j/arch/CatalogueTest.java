package org.resnet4j.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Block.Bottleneck;
import org.resnet4j.arch.Block.Bottleneck.Strided;
import org.resnet4j.arch.Shortcut.ZeroPadded;
import org.resnet4j.arch.Shortcut.ZeroPadded.Side;

class CatalogueTest {
  static List<Network> networks() {
    return Catalogue.entries().stream().map(Catalogue.Entry::network).toList();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void finds_every_entry_again_by_its_name(Network network) {
    assertThat(Catalogue.network(network.name())).isEqualTo(network);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void the_number_in_a_name_is_the_depth(Network network) {
    String number = network.name().replaceAll("^(?:\\D*v2_|\\D*)(\\d+).*", "$1");
    // A wide network counts its projections: 28 = 6n + 4 where ours is 6n + 2.
    int projections = network.name().startsWith("wrn") ? 2 : 0;
    assertThat(network.depth() + projections).isEqualTo(Integer.parseInt(number));
  }

  @Test
  void names_elsewhere_are_torchvisions_and_timms() {
    assertThat(Catalogue.entries().stream().flatMap(entry -> entry.torchvision().stream()))
        .containsExactly(
            "resnet18",
            "resnet34",
            "resnet50",
            "resnet101",
            "resnet152",
            "resnext50_32x4d",
            "resnext101_32x8d",
            "resnext101_64x4d",
            "wide_resnet50_2",
            "wide_resnet101_2");
    assertThat(Catalogue.entries())
        .filteredOn(entry -> entry.network().input().height() == 32)
        .hasSizeGreaterThan(20)
        .allSatisfy(
            entry -> {
              assertThat(entry.torchvision()).isEmpty();
              assertThat(entry.timm()).isEmpty();
            });
    assertThat(Catalogue.entries())
        .filteredOn(entry -> entry.network().plain())
        .allSatisfy(entry -> assertThat(entry.timm()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20, A",
    "resnet20-a, A",
    "resnet20-a-after, A_AFTER",
    "resnet20-b, B",
    "resnet20-c, C",
    "resnet20-plain, PLAIN"
  })
  void a_suffix_chooses_the_shortcuts_of_a_cifar_network(String name, ShortcutOption option) {
    assertThat(Catalogue.network(name).stages()).isEqualTo(Catalogue.cifar(3, option).stages());
  }

  @ParameterizedTest
  @CsvSource({
    "resnet50, MIDDLE_3X3",
    "resnet50-v1, FIRST_1X1",
    "resnet101-v1-c, FIRST_1X1",
    "resnet152-plain, MIDDLE_3X3"
  })
  void v1_moves_the_stride_to_the_first_convolution(String name, Strided strided) {
    assertThat(Catalogue.network(name).units())
        .allSatisfy(unit -> assertThat(((Bottleneck) unit.block()).strided()).isEqualTo(strided));
  }

  @Test
  void option_a_puts_the_zeros_around_and_a_after_behind() {
    assertThat(shortcutAfterTheFirstStage("resnet20")).isEqualTo(new ZeroPadded(Side.AROUND));
    assertThat(shortcutAfterTheFirstStage("resnet18-a-after"))
        .isEqualTo(new ZeroPadded(Side.AFTER));
  }

  private static Shortcut shortcutAfterTheFirstStage(String name) {
    return Catalogue.network(name).stages().get(1).blocks().get(0).shortcut();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "resnet",
        "resnet2",
        "resnet21",
        "resnet020",
        "resnet50x",
        "resnet20-e",
        "resnet20-v1",
        "resnet6008",
        "resnet99999999999",
        "ResNet20",
        "resnet20-a-b",
        "plain21"
      })
  void refuses_an_unknown_name_and_says_what_there_is(String name) {
    assertThatThrownBy(() -> Catalogue.network(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + name + "\"")
        .hasMessageContaining("resnet18, 34, 50, 101, 152")
        .hasMessageContaining("6n+2");
  }

  @Test
  void suggests_the_suffix_for_a_plain_network() {
    assertThatThrownBy(() -> Catalogue.network("plain20"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("did you mean resnet20-plain?");
  }

  @Test
  void refuses_a_v1_form_of_basic_blocks() {
    assertThatThrownBy(() -> Catalogue.network("resnet18-v1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("resnet18-v1")
        .hasMessageContaining("leave -v1 out");
  }

  @Test
  void the_deepest_and_the_shallowest_cifar_network_exist() {
    assertThat(Catalogue.network("resnet8").depth()).isEqualTo(8);
    assertThat(Catalogue.network("resnet6002").depth()).isEqualTo(6002);
  }

  @ParameterizedTest
  @CsvSource({"0, 16", "3, 0", "-1, 16"})
  void refuses_a_cifar_network_without_blocks_or_channels(int n, int width) {
    assertThatThrownBy(() -> Catalogue.cifar(n, width, ShortcutOption.A))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "n = %d, width = %d: a CIFAR network needs both to be at least 1".formatted(n, width));
  }
}
