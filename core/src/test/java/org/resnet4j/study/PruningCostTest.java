package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;

class PruningCostTest {
  /** ResNet-56 keeps a block of each of three stages of nine; ResNet-50 the four projections. */
  @ParameterizedTest
  @CsvSource({"resnet56, 24", "resnet50, 12", "resnet18, 4", "resnet20-b, 6"})
  void so_many_blocks_can_go(String name, int most) {
    assertThat(PruningCost.mostRounds(Catalogue.network(name))).isEqualTo(most);
  }

  /** Units 0 to 5; 0, 1, 3 and 5 can go, and what follows each runs again for it. */
  @Test
  void ranking_costs_a_pass_and_for_each_block_what_follows_it() {
    Network network = Catalogue.cifar(2, 4, ShortcutOption.A);
    long[] units = network.units().stream().mapToLong(unit -> unit.multiplyAdds()).toArray();
    long after3 = units[4] + units[5];
    long after1 = units[2] + units[3] + after3;
    long after0 = units[1] + after1;
    assertThat(new PruningCost(10, 1).ranking(network))
        .isEqualTo(10.0 * (network.multiplyAdds() + after0 + after1 + after3));
  }
}
