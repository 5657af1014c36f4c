package org.resnet4j.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairsTest {
  /** G*Power 3.1: matched pairs, two-sided, alpha 0.05, power 0.8. */
  @ParameterizedTest
  @CsvSource({"0.2, 199", "0.5, 34", "0.8, 15", "1.0, 10"})
  void needs_as_many_as_tables_say(double effect, int pairs) {
    assertThat(Pairs.needed(1, effect)).isEqualTo(pairs);
  }

  @Test
  void has_no_unit() {
    assertThat(Pairs.needed(0.4, 0.2)).isEqualTo(Pairs.needed(2, 1));
  }

  @Test
  void needs_two_where_nothing_varies() {
    assertThat(Pairs.needed(0, 0.2)).isEqualTo(2);
  }

  @Test
  void refuses_to_find_no_difference() {
    assertThatThrownBy(() -> Pairs.needed(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("difference = 0.0, deviation = 1.0: must be above 0, and at least 0");
  }
}
