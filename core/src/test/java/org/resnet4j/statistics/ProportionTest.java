package org.resnet4j.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProportionTest {
  /** Newcombe, Statistics in Medicine 17 (1998), table I, method 3. */
  @Test
  void has_the_intervals_that_newcombe_prints() {
    Proportion common = Proportion.of(81, 263);
    assertThat(common.low()).isCloseTo(0.2553, within(5e-5));
    assertThat(common.high()).isCloseTo(0.3662, within(5e-5));
    Proportion few = Proportion.of(15, 148);
    assertThat(few.low()).isCloseTo(0.0624, within(5e-5));
    assertThat(few.high()).isCloseTo(0.1605, within(5e-5));
    Proportion none = Proportion.of(0, 20);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(0.1611, within(5e-5));
    assertThat(Proportion.of(1, 29).low()).isCloseTo(0.0061, within(5e-5));
    assertThat(Proportion.of(1, 29).high()).isCloseTo(0.1718, within(5e-5));
  }

  @Test
  void of_all_cases_reaches_one() {
    Proportion all = Proportion.of(40, 40);
    assertThat(all.high()).isEqualTo(1);
    assertThat(all.low()).isCloseTo(1 - 3.841459 / (40 + 3.841459), within(1e-6));
    assertThat(all.share()).isEqualTo(1);
  }

  @Test
  void knows_nothing_of_no_cases() {
    assertThat(Proportion.of(0, 0)).isEqualTo(new Proportion(0, 0, 0, 1));
  }

  @Test
  void refuses_what_is_no_share() {
    assertThatThrownBy(() -> Proportion.of(2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 of 1 is no share");
  }
}
