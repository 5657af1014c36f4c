package org.resnet4j.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which blocks go and come, and what becomes of names. */
class DepthSurgeryTest {
  @Test
  void blocks_beside_identities_can_go_and_no_others() {
    assertThat(DepthSurgery.removable(Catalogue.network("resnet20")))
        .containsExactly(
            "layer1.0",
            "layer1.1",
            "layer1.2",
            "layer2.1",
            "layer2.2",
            "layer3.1",
            "layer3.2"); // Zeros are padded in layer2.0 and layer3.0.
    assertThat(DepthSurgery.removable(Catalogue.network("resnet50"))).hasSize(16 - 4);
    assertThat(DepthSurgery.removable(Catalogue.network("resnet20-c"))).isEmpty();
    assertThat(DepthSurgery.removable(Catalogue.network("resnet20-plain"))).isEmpty();
    assertThat(DepthSurgery.removable(Catalogue.network("resnet20-gated"))).isEmpty();
    // The first unit of a pre-activation network adds what its norm has changed.
    assertThat(DepthSurgery.removable(Catalogue.network("resnetv2_20")))
        .hasSize(6)
        .doesNotContain("stages.0.blocks.0");
  }

  @Test
  void the_only_block_of_a_stage_cannot_go() {
    assertThat(DepthSurgery.removable(Catalogue.network("resnet8"))).isEmpty();
    assertThatThrownBy(
            () ->
                DepthSurgery.without(
                    Catalogue.network("resnet14"), List.of("layer1.0", "layer1.1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("resnet14: stage 1 would have no block left; keep one of its 2");
  }

  @Test
  void wrapped_blocks_go_as_well() {
    Network wrapped =
        Catalogue.network("resnet20")
            .withBlocks(block -> new Block.SqueezeExcited(block, 4))
            .withStochasticDepth(0.2);
    assertThat(DepthSurgery.removable(wrapped)).hasSize(7);
    assertThat(DepthSurgery.without(wrapped, List.of("layer1.0")).to().units()).hasSize(8);
  }

  @Test
  void names_move_up_behind_a_block_that_went() {
    DepthSurgery surgery =
        DepthSurgery.without(Catalogue.network("resnet20"), List.of("layer1.1", "layer3.1"));
    assertThat(surgery.removed()).containsExactly("layer1.1", "layer3.1");
    assertThat(surgery.added()).isEmpty();
    assertThat(surgery.units())
        .containsEntry("layer1.0", "layer1.0")
        .containsEntry("layer1.1", "layer1.2")
        .containsEntry("layer3.1", "layer3.2")
        .hasSize(7);
    assertThat(surgery.tensors())
        .containsEntry("conv1.weight", "conv1.weight")
        .containsEntry("layer1.1.bn2.running_var", "layer1.2.bn2.running_var")
        .containsEntry("fc.bias", "fc.bias")
        .hasSize(surgery.to().state().size());
    assertThat(new HashSet<>(surgery.tensors().values())).hasSize(surgery.to().state().size());
  }

  @Test
  void a_tensor_and_the_one_it_was_have_one_role_and_shape() {
    for (String name : List.of("resnet20-b", "resnetv2_20", "resnet50d", "resnet50_gn")) {
      Network network = Catalogue.network(name);
      List<String> removable = DepthSurgery.removable(network);
      DepthSurgery surgery = DepthSurgery.without(network, removable.subList(1, 3));
      for (Parameter now : surgery.to().state()) {
        String old = surgery.tensors().get(now.name());
        assertThat(network.state()).contains(new Parameter(old, now.role(), now.shape()));
      }
    }
  }

  @Test
  void a_shorter_network_has_the_catalogues_name_or_says_what_it_lacks() {
    Network network = Catalogue.network("resnet56");
    assertThat(DepthSurgery.without(network, List.of("layer1.0", "layer2.3", "layer3.8")).to())
        .extracting(Network::name, Network::depth)
        .containsExactly("resnet50-cifar", 50); // resnet50 is another network.
    List<String> eachStageTwice = List.of("layer1.0", "layer1.1", "layer2.1", "layer2.2");
    List<String> six =
        Stream.concat(eachStageTwice.stream(), Stream.of("layer3.1", "layer3.2")).toList();
    assertThat(DepthSurgery.without(network, six).to().name()).isEqualTo("resnet44");
    Network twice =
        DepthSurgery.without(
                DepthSurgery.without(network, List.of("layer1.0", "layer1.1")).to(),
                List.of("layer1.0"))
            .to();
    assertThat(twice.name()).isEqualTo("resnet56-minus3");
    assertThat(twice.stages().get(0).blocks()).hasSize(6);
    assertThat(DepthSurgery.without(network, List.of()).to()).isEqualTo(network);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resnet20 | layer9.0 | resnet20 has no unit \"layer9.0\"; units that can be removed: [layer1.0,",
        "resnet20 | layer2.0 | resnet20: layer2.0 cannot be removed, its shortcut is zeros around and no identity;",
        "resnet20-plain | layer1.1 | resnet20-plain: layer1.1 cannot be removed, its shortcut is none and no",
      })
  void says_why_a_block_cannot_go(String network, String unit, String message) {
    assertThatThrownBy(() -> DepthSurgery.without(Catalogue.network(network), List.of(unit)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageMatching("[^\n]*");
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20, resnet56, 18",
    "resnet20-b, resnet32-b, 6",
    "resnet20-plain, resnet56-plain, 18",
    "resnet18, resnet34, 8",
    "resnet50, resnet101, 17",
    "resnet50d, resnet101d, 17",
    "resnetv2_20, resnetv2_56, 18",
    "wrn-16-4, wrn-28-4, 6",
    "resnet20-relu-before-addition, resnet32-relu-before-addition, 6"
  })
  void grows_within_a_family(String from, String to, int added) {
    DepthSurgery surgery = DepthSurgery.grown(Catalogue.network(from), Catalogue.network(to));
    assertThat(surgery.to()).isEqualTo(Catalogue.network(to));
    assertThat(surgery.added()).hasSize(added);
    assertThat(surgery.removed()).isEmpty();
    assertThat(surgery.units()).hasSize(surgery.from().units().size());
    surgery.units().forEach((now, was) -> assertThat(now).isEqualTo(was));
    long fresh =
        surgery.added().stream()
            .flatMap(unit -> unit.layers().stream())
            .mapToLong(layer -> layer.state().size())
            .sum();
    assertThat(surgery.tensors()).hasSize((int) (surgery.to().state().size() - fresh));
  }

  @Test
  void new_blocks_come_at_the_end_of_each_stage() {
    DepthSurgery surgery =
        DepthSurgery.grown(Catalogue.network("resnet8"), Catalogue.network("resnet14"));
    assertThat(surgery.added())
        .extracting(Unit::name)
        .containsExactly("layer1.1", "layer2.1", "layer3.1");
  }

  @Test
  void keeps_images_classes_and_stochastic_depth_of_the_network() {
    Network network = Catalogue.network("resnet20").withInput(new Shape(1, 28, 28)).withClasses(7);
    DepthSurgery surgery =
        DepthSurgery.grown(network.withStochasticDepth(0.4), Catalogue.network("resnet32"));
    assertThat(surgery.to())
        .isEqualTo(
            Catalogue.network("resnet32")
                .withInput(new Shape(1, 28, 28))
                .withClasses(7)
                .withStochasticDepth(0.4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "resnet20 | resnet20 | both have 9 blocks; choose a deeper network",
        "resnet56 | resnet20 | stage 1 has 9 blocks here and only 3 there; choose a deeper network",
        "resnet20 | resnet50 | the stem differs",
        "resnet34 | resnet50 | block 1 of stage 1 is basic here and bottleneck there",
        "resnet20 | resnet56-plain | block 1 of stage 1 is beside shortcut identity here and beside shortcut none there",
        "resnet20 | resnet56-b | block 1 of stage 2 is beside shortcut zeros around here and beside shortcut projection 1x1 there",
        "resnet20 | resnetv2_56 | the order of a unit is original here and pre-activation there",
        "resnet50 | resnet50_gn | the norm is Batch[] here and Group[groups=32] there",
        "wrn-16-4 | wrn-28-10 | block 1 of stage 1 is 16->64 channels here and 16->160 channels there",
        "resnet20-c | resnet32-c | layer1.3 cannot start as an identity, its shortcut is projection 1x1",
        "resnet20-gated | resnet32-gated | layer1.3 cannot start as an identity, its shortcut is gate",
        "resnet50-plain | resnet101-plain | layer3.6 cannot start as an identity, it has no shortcut and layer3.6.conv1 is 1x1, 1024->256, stride 1, padding 0",
        "resnet20-norm-after-addition | resnet32-norm-after-addition | layer1.3 cannot start as an identity, it normalises its sum",
      })
  void says_why_a_network_cannot_grow(String from, String to, String reason) {
    assertThatThrownBy(() -> DepthSurgery.grown(Catalogue.network(from), Catalogue.network(to)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("%s cannot grow to %s: %s", from, to, reason);
  }

  @Test
  void a_plain_network_with_its_relu_first_or_group_norm_cannot_grow() {
    Network plain = Catalogue.network("resnet20-plain");
    Network deeper = Catalogue.network("resnet32-plain");
    assertThatThrownBy(
            () ->
                DepthSurgery.grown(
                    plain.withOrder(Order.PRE_ACTIVATION), deeper.withOrder(Order.PRE_ACTIVATION)))
        .hasMessageEndingWith(
            "stages.0.blocks.3 cannot start as an identity, it has no shortcut and its ReLU comes first");
    Norm groups = new Norm.Group(4);
    assertThatThrownBy(() -> DepthSurgery.grown(plain.withNorm(groups), deeper.withNorm(groups)))
        .hasMessageEndingWith(
            "it has no shortcut and layer1.3.bn1 is GroupNorm[channels=16, groups=4]");
  }
}
