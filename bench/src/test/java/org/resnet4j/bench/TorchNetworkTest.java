package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Shape;

class TorchNetworkTest {
  @ParameterizedTest
  @CsvSource({
    "resnet20, cifar, resnet20",
    "resnet8-width4, cifar, resnet8-width4",
    "resnet50, torchvision, resnet50",
    "resnet18, torchvision, resnet18"
  })
  void python_has_the_networks_of_the_paper_and_those_of_torchvision(
      String ours, String family, String theirs) {
    assertThat(TorchNetwork.of(Catalogue.network(ours))).contains(new TorchNetwork(family, theirs));
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet20-plain", "resnetv2_20", "resnet20-gated", "seresnet50"})
  void it_has_no_network_that_only_looks_like_them(String name) {
    assertThat(Catalogue.knows(name)).isTrue();
    assertThat(TorchNetwork.of(Catalogue.network(name))).isEmpty();
  }

  @Test
  void other_classes_and_images_change_nothing() {
    assertThat(
            TorchNetwork.of(
                Catalogue.network("resnet20").withClasses(3).withInput(new Shape(3, 64, 64))))
        .contains(new TorchNetwork("cifar", "resnet20"));
  }
}
