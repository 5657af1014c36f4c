package org.resnet4j.study;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Norm;

/**
 * What a study of signals looks at.
 *
 * @param networks names of the catalogue, each of a network with shortcuts and norm, and model
 *     folders
 * @param data a folder or file, or the name of a built-in data set; its training images are taken
 * @param seeds how many initialisations and trainings of each variant, from 0
 * @param steps of each training
 * @param batch images a step, and images of each of the batches looked at
 * @param train whether the architecture of a model folder is trained as well, with its twins
 */
public record SignalsPlan(
    List<String> networks, String data, int seeds, int steps, int batch, boolean train) {
  /** What is chosen where nothing is said. */
  public static final SignalsPlan DEFAULT =
      new SignalsPlan(List.of("resnet20"), "shapes", 3, 100, 64, false);

  /** Throws {@link IllegalArgumentException} for a network or number that cannot be. */
  public SignalsPlan {
    networks = networks.stream().map(SignalsPlan::anchored).toList();
    data = anchored(data);
    if (networks.isEmpty()) {
      throw new IllegalArgumentException(
          "networks: name at least one of the catalogue, or a model folder");
    }
    if (new HashSet<>(networks).size() < networks.size()) {
      throw new IllegalArgumentException(
          "networks = %s: one is named twice; name each once".formatted(networks));
    }
    if (seeds < 1) {
      throw new IllegalArgumentException(
          "seeds = %d: must be at least 1; a verdict needs 2, better 3".formatted(seeds));
    }
    if (steps < 1) {
      throw new IllegalArgumentException(
          "steps = %d: must be at least 1; a short training has 100".formatted(steps));
    }
    if (batch < 2) {
      throw new IllegalArgumentException(
          "batch = %d: must be at least 2, batch norm needs company".formatted(batch));
    }
    networks.forEach(SignalsPlan::requireKnown);
  }

  /** A path that still leads there when the study is resumed from another folder. */
  private static String anchored(String pathOrName) {
    Path path = Path.of(pathOrName);
    return Files.exists(path) ? path.toAbsolutePath().normalize().toString() : pathOrName;
  }

  private static void requireKnown(String network) {
    if (model(network)) {
      return;
    }
    if (network.contains("/")) {
      throw new IllegalArgumentException(
          "%s: there is no such folder; give a model folder or a name, see: resnet4j models"
              .formatted(network));
    }
    Network known = Catalogue.network(network);
    if (known.plain() || known.norm() instanceof Norm.None) {
      throw new IllegalArgumentException(
          "%s: name the network with shortcuts and norm; its twins without are studied beside it"
              .formatted(network));
    }
  }

  /** Whether it is a folder and no name. */
  static boolean model(String network) {
    return Files.isDirectory(Path.of(network));
  }

  public SignalsPlan withNetworks(List<String> other) {
    return new SignalsPlan(other, data, seeds, steps, batch, train);
  }

  public SignalsPlan withData(String other) {
    return new SignalsPlan(networks, other, seeds, steps, batch, train);
  }

  public SignalsPlan withSeeds(int other) {
    return new SignalsPlan(networks, data, other, steps, batch, train);
  }

  public SignalsPlan withSteps(int other) {
    return new SignalsPlan(networks, data, seeds, other, batch, train);
  }

  public SignalsPlan withBatch(int other) {
    return new SignalsPlan(networks, data, seeds, steps, other, train);
  }

  public SignalsPlan withTraining(boolean other) {
    return new SignalsPlan(networks, data, seeds, steps, batch, other);
  }
}
