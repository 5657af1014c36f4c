package org.resnet4j.bench;

import java.util.Optional;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;

/**
 * Who has a network in Python.
 *
 * @param family {@code torchvision}, or {@code cifar} for those that {@code train_step.py} makes
 * @param name what it is called there
 */
record TorchNetwork(String family, String name) {
  private static final int LAYERS_A_BLOCK = 6;

  static Optional<TorchNetwork> of(Network network) {
    return cifar(network).or(() -> torchvision(network));
  }

  /** Those of arXiv 1512.03385, section 4.2, of any depth and width, with option A. */
  private static Optional<TorchNetwork> cifar(Network network) {
    int blocks = (network.depth() - 2) / LAYERS_A_BLOCK;
    if (network.depth() != LAYERS_A_BLOCK * blocks + 2 || blocks == 0) {
      return Optional.empty();
    }
    int width = network.state().get(0).shape().get(0);
    Network paper =
        Catalogue.cifar(blocks, width, ShortcutOption.A)
            .withInput(network.input())
            .withClasses(network.classes())
            .withName(network.name());
    return paper.equals(network)
        ? Optional.of(new TorchNetwork("cifar", network.name()))
        : Optional.empty();
  }

  private static Optional<TorchNetwork> torchvision(Network network) {
    return Catalogue.nameOf(network)
        .flatMap(
            name ->
                Catalogue.entries().stream()
                    .filter(entry -> entry.network().name().equals(name))
                    .flatMap(entry -> entry.torchvision().stream())
                    .findFirst())
        .map(name -> new TorchNetwork("torchvision", name));
  }
}
