package org.resnet4j.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Means with their confidence intervals. */
class IntervalTest {
  @Test
  void is_students_of_two_degrees_of_freedom_for_three_seeds() {
    // Mean 2, deviation 1; the 97.5 % quantile of t with 2 degrees is 4.30265 in every table.
    Interval interval = Interval.of(1, 2, 3);
    assertThat(interval.mean()).isEqualTo(2);
    assertThat(interval.deviation()).isEqualTo(1);
    assertThat(interval.low()).isCloseTo(2 - 4.30265 / Math.sqrt(3), within(1e-5));
    assertThat(interval.high()).isCloseTo(2 + 4.30265 / Math.sqrt(3), within(1e-5));
  }

  @Test
  void is_students_of_four_degrees_of_freedom_for_five() {
    Interval interval = Interval.of(6.61, 6.43, 6.77, 6.5, 6.74); // t = 2.77645
    double half = 2.77645 * interval.deviation() / Math.sqrt(5);
    assertThat(interval.high() - interval.mean()).isCloseTo(half, within(1e-5));
  }

  @Test
  void pairs_cancel_what_they_have_in_common() {
    Interval interval = Interval.ofDifference(new double[] {11, 52, 93}, new double[] {10, 50, 90});
    assertThat(interval.mean()).isEqualTo(2);
    assertThat(interval.deviation()).isEqualTo(1);
    assertThatThrownBy(() -> Interval.ofDifference(new double[2], new double[3]))
        .hasMessageContaining("2 values cannot be paired with 3");
  }

  @Test
  void without_pairs_has_the_freedom_of_both() {
    // Equal variances of 1 and three values each: 4 degrees, t = 2.77645, error sqrt(1/3 + 1/3).
    Interval interval = Interval.ofUnpaired(0, new double[] {1, 2, 3}, new double[] {11, 12, 13});
    assertThat(interval.mean()).isEqualTo(-10);
    assertThat(interval.high() + 10).isCloseTo(2.77645 * Math.sqrt(2 / 3.0), within(1e-5));
    assertThat(interval.deviation()).isCloseTo(Math.sqrt(2), within(1e-12));
    assertThatThrownBy(() -> Interval.ofUnpaired(0, new double[1], new double[3]))
        .hasMessage("a difference of means needs two values on each side");
  }

  /** SciPy 1.17: {@code ttest_ind(a, b, equal_var=False).confidence_interval()}. */
  @Test
  void without_pairs_and_with_other_spread_has_welchs_freedom() {
    Interval interval =
        Interval.ofUnpaired(0, new double[] {91, 92, 93.5}, new double[] {90, 90.4, 90.1, 89.2});
    assertThat(interval.low()).isCloseTo(-0.5100200690942791, within(1e-9));
    assertThat(interval.high()).isCloseTo(4.993353402427628, within(1e-9));
  }

  @Test
  void one_value_is_above_and_below_nothing() {
    Interval interval = Interval.of(5);
    assertThat(interval.low()).isNaN();
    assertThat(interval.above(0)).isFalse();
    assertThat(interval.below(10)).isFalse();
  }

  @Test
  void equal_values_leave_no_doubt() {
    Interval interval = Interval.of(5, 5, 5);
    assertThat(interval.above(4.999)).isTrue();
    assertThat(interval.above(5)).isFalse();
    assertThat(interval.below(5.001)).isTrue();
  }
}
