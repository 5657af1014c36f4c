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
        "resnet21-bottleneck",
        "resnet2-bottleneck",
        "resnet6005-bottleneck",
        "resnet20-width0",
        "resnet20-width08",
        "resnet20-width1025",
        "resnet20-width",
        "resnet20-b-width8",
        "resnet20-no-norm-width8",
        "resnet29-no-norm-bottleneck",
        "resnet20-plain-no-norm",
        "resnet20-cifar",
        "resnet18-cifar",
        "resnet50-width8",
        "resnet50-no-norm",
        "resnet101-bottleneck",
        "resnetv2_50-plain",
        "resnetv2_20-b",
        "resnetv2_21-plain",
        "resnetv2_21",
        "plain21"
      })
  void refuses_an_unknown_name_and_says_what_there_is(String name) {
    assertThatThrownBy(() -> Catalogue.network(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"" + name + "\"")
        .hasMessageContaining("resnet18, 34, 50, 101, 152")
        .hasMessageContaining("6n+2 (CIFAR; 9n+2 with -bottleneck)")
        .hasMessageContaining("-width1 to -width1024, -bottleneck, -no-norm");
  }

  @Test
  void says_why_zeros_do_not_go_around_an_odd_number_of_channels() {
    assertThatThrownBy(() -> Catalogue.network("resnet20-width5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "resnet20-width5: layer2.0: 5 channels of zeros cannot be split around 5x32x32; put the"
                + " zeros after, or add an even number");
    assertThat(Catalogue.network("resnet20-width5-a-after").features()).isEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet20",
        "resnet20-width8",
        "resnet20-width8-plain",
        "resnet56-width4-b",
        "resnet20-width1024",
        "resnet20-width1-a-after",
        "resnet50-cifar",
        "resnet152-cifar-width4-plain",
        "resnet29-bottleneck",
        "resnet29-bottleneck-a",
        "resnet164-bottleneck-plain",
        "resnet164-plain",
        "resnet29-width8-bottleneck-plain",
        "resnet101-cifar-bottleneck",
        "resnetv2_20",
        "resnetv2_20-plain",
        "resnetv2_20-width8",
        "resnetv2_20-width8-plain",
        "resnetv2_164-plain",
        "resnetv2_29-bottleneck",
        "resnetv2_50-cifar-plain",
        "resnetv2_20-no-norm",
        "resnet20-no-norm",
        "resnet20-no-norm-plain",
        "resnet20-width8-no-norm-plain",
        "resnet29-width8-bottleneck-no-norm-c",
        "resnet56-width8-gated",
        "resnet20-no-norm-relu-before-addition",
        "resnet50-v1-plain",
        "resnet50-plain",
        "resnet50"
      })
  void a_name_is_that_of_its_network_whatever_its_input_and_classes(String name) {
    Network network = Catalogue.network(name);
    assertThat(network.name()).isEqualTo(name);
    assertThat(Catalogue.knows(name)).isTrue();
    Network other = network.withClasses(7).withInput(new Shape(1, 64, 64)).withName("mine");
    assertThat(Catalogue.nameOf(other)).contains(name);
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20-width16, resnet20",
    "resnet20-a, resnet20",
    "resnet29-bottleneck-b, resnet29-bottleneck",
    "resnetv2_164-bottleneck, resnetv2_164"
  })
  void a_name_that_says_what_goes_without_saying_is_kept(String name, String usual) {
    Network network = Catalogue.network(name);
    assertThat(network).isEqualTo(Catalogue.network(usual).withName(name));
    assertThat(Catalogue.nameOf(network)).contains(usual);
  }

  @ParameterizedTest
  @CsvSource({"1, 16", "8, 16", "25, 4", "3, 8", "3, 1024", "18, 2"})
  void knows_every_cifar_network_by_the_name_it_was_made_with(int n, int width) {
    for (ShortcutOption option : ShortcutOption.values()) {
      Network network = Catalogue.cifar(n, width, option);
      assertThat(Catalogue.network(network.name())).isEqualTo(network);
      assertThat(Catalogue.nameOf(network)).contains(network.name());
    }
  }

  @Test
  void nobody_has_named_a_network_of_two_stages() {
    Network network = Catalogue.network("resnet20");
    assertThat(Catalogue.nameOf(network.withStages(network.stages().subList(0, 2)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20, resnet20-plain",
    "resnet20-b, resnet20-plain",
    "resnet20-plain, resnet20-plain",
    "resnet56-width8-c, resnet56-width8-plain",
    "resnet110-gated, resnet110-plain",
    "resnet29-bottleneck, resnet29-bottleneck-plain",
    "resnetv2_20, resnetv2_20-plain",
    "resnetv2_164, resnetv2_164-plain",
    "resnetv2_20-width8, resnetv2_20-width8-plain",
    "resnet20-width8-no-norm, resnet20-width8-no-norm-plain",
    "resnet18-a, resnet18-plain",
    "resnet50-v1, resnet50-v1-plain"
  })
  void the_plain_twin_has_the_name_of_the_catalogue(String name, String plain) {
    assertThat(Catalogue.network(name).withoutShortcuts()).isEqualTo(Catalogue.network(plain));
  }

  @Test
  void a_twin_that_the_catalogue_does_not_have_is_called_plain_too() {
    assertThat(Catalogue.network("seresnet18").withoutShortcuts().name())
        .isEqualTo("seresnet18-plain");
    assertThat(Catalogue.network("resnet20").withName("mine").withoutShortcuts().name())
        .isEqualTo("mine-plain");
  }

  @Test
  void a_plain_pre_activation_network_has_no_shortcut_in_its_first_block_either() {
    Network network = Catalogue.network("resnetv2_20-plain");
    assertThat(network.plain()).isTrue();
    assertThat(network.order()).isEqualTo(Order.PRE_ACTIVATION);
    assertThat(network.units())
        .hasSize(9)
        .allSatisfy(
            unit -> {
              assertThat(unit.before()).hasSize(2);
              assertThat(unit.shortcut()).isEmpty();
              assertThat(unit.sharesActivation()).isFalse();
            });
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
