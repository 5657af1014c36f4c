package org.resnet4j.study;

import java.util.List;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Unit;

/**
 * What the parts of a search cost, in multiply-adds.
 *
 * @param images that rank, and as many for statistics
 * @param testImages that judge
 */
record PruningCost(int images, int testImages) {
  /** Statistics of a batch are computed and not only used. */
  private static final double MEASURING = 1.5;

  /** Forward and backward, twice as dear. */
  private static final int TRAINING = 3;

  static PruningCost of(PruningSetup setup) {
    return new PruningCost(setup.selection().size(), setup.data().test().size());
  }

  /** Judging the network as it came. */
  double start(Network network) {
    return (double) (images + testImages) * network.multiplyAdds();
  }

  /** The losses without each block that can go. */
  double ranking(Network network) {
    List<String> removable = DepthSurgery.removable(network);
    double sum = network.multiplyAdds();
    double after = 0;
    List<Unit> units = network.units();
    for (int u = units.size() - 1; u >= 0; u--) {
      sum += removable.contains(units.get(u).name()) ? after : 0;
      after += units.get(u).multiplyAdds();
    }
    return images * sum;
  }

  /** What follows once a block is chosen. */
  double judging(Network network) {
    return network.multiplyAdds() * (images * (2 + MEASURING) + testImages);
  }

  double round(Network network) {
    return ranking(network) + judging(network);
  }

  /** All rounds there can be, each without one more block. */
  double rounds(Network network) {
    double sum = 0;
    Network rest = network;
    List<String> removable = DepthSurgery.removable(rest);
    while (!removable.isEmpty()) {
      sum += round(rest);
      String middle = removable.get(removable.size() / 2);
      rest = DepthSurgery.without(rest, List.of(middle)).to();
      removable = DepthSurgery.removable(rest);
    }
    return sum;
  }

  /** How many rounds there can be. */
  static int mostRounds(Network network) {
    int most = 0;
    Network rest = network;
    List<String> removable = DepthSurgery.removable(rest);
    while (!removable.isEmpty()) {
      most++;
      rest = DepthSurgery.without(rest, List.of(removable.get(0))).to();
      removable = DepthSurgery.removable(rest);
    }
    return most;
  }

  /** Of epochs over so many training images. */
  double training(Network network, int epochs, int trainImages) {
    return (double) epochs
        * network.multiplyAdds()
        * (TRAINING * (double) trainImages + testImages);
  }
}
