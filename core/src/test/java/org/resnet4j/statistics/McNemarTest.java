package org.resnet4j.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class McNemarTest {
  @Test
  void counts_tosses_of_a_coin() {
    // 0 or 1 heads of 6, twice: 2 * (1 + 6) / 64.
    assertThat(McNemar.of(5, 1).probability()).isCloseTo(14 / 64.0, within(1e-12));
    assertThat(McNemar.of(1, 5).probability()).isCloseTo(14 / 64.0, within(1e-12));
    // None of 6, twice: 2 / 64.
    assertThat(McNemar.of(6, 0).probability()).isCloseTo(2 / 64.0, within(1e-12));
  }

  @Test
  void finds_nothing_in_an_even_split() {
    assertThat(McNemar.of(4, 4).probability()).isEqualTo(1);
    assertThat(McNemar.of(0, 0).probability()).isEqualTo(1);
  }
}
