package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.report.Axis.Linear;
import org.resnet4j.report.Axis.Logarithmic;
import org.resnet4j.report.Figure.Scale;

class AxisTest {
  private static final Offset<Double> NEAR = Offset.offset(1e-9);

  @ParameterizedTest
  @CsvSource({"1.83, 2.0, 0.5", "1.0, 1.0, 0.2", "60, 60, 10", "61, 80, 20", "0.07, 0.08, 0.02"})
  void ends_at_a_round_number(double largest, double end, double step) {
    Linear axis = Linear.fromZero(List.of(largest));

    assertThat(axis.start()).isZero();
    assertThat(axis.end()).isCloseTo(end, NEAR);
    assertThat(axis.step()).isCloseTo(step, NEAR);
    assertThat(axis.ticks()).hasSize((int) Math.round(end / step) + 1);
  }

  @Test
  void starts_below_zero_for_negative_values() {
    Axis axis = Axis.upward(Scale.FROM_ZERO, List.of(-3.2, 1.0));

    assertThat(axis).isEqualTo(new Linear(-4, 1, 1));
    assertThat(axis.ticks()).containsExactly(-4.0, -3.0, -2.0, -1.0, 0.0, 1.0);
    assertThat(axis.label(-4)).isEqualTo("−4");
    assertThat(axis.share(0)).isCloseTo(0.8, NEAR);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "9, 2", "30, 5", "164, 50"})
  void counts_epochs_in_whole_steps(double last, double step) {
    assertThat(Axis.across(Scale.FROM_ZERO, List.of(1.0, last)))
        .isEqualTo(new Linear(0, last, step));
  }

  @Test
  void parts_of_one_along_x_have_ticks_too() {
    assertThat(Axis.across(Scale.FROM_ZERO, List.of(0.1, 0.5))).isEqualTo(new Linear(0, 0.5, 0.1));
  }

  @Test
  void around_values_starts_and_ends_at_round_numbers() {
    assertThat(Axis.upward(Scale.AROUND_VALUES, List.of(80.4, 94.1)))
        .isEqualTo(new Linear(80, 95, 5));
  }

  @Test
  void around_one_value_it_lies_inside() {
    Axis axis = Axis.upward(Scale.AROUND_VALUES, List.of(93.0, 93.0));

    assertThat(axis.share(93)).isBetween(0.3, 0.7);
    assertThat(axis.ticks()).hasSizeBetween(2, 8);
  }

  @Test
  void a_logarithmic_axis_has_ticks_at_powers_of_ten() {
    Axis axis = Axis.upward(Scale.LOGARITHMIC, List.of(0.0015, 40.0, -1.0, 0.0, Double.NaN));

    assertThat(axis.ticks()).containsExactly(0.001, 0.01, 0.1, 1.0, 10.0);
    assertThat(axis.ticks().stream().map(axis::label))
        .containsExactly("0.001", "0.01", "0.1", "1", "10");
    // From 0.001 to 50; 0.1 lies log10(100) of log10(50000) = 4.69897 above the start.
    assertThat(axis.share(0.1)).isCloseTo(2 / 4.698970004336019, NEAR);
  }

  @Test
  void far_powers_of_ten_are_raised_and_skipped_evenly() {
    Axis axis = Axis.upward(Scale.LOGARITHMIC, List.of(1e-12, 1.0));

    assertThat(axis.ticks()).containsExactly(1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-2, 1.0);
    assertThat(axis.ticks().stream().map(axis::label))
        .startsWith("10⁻¹²", "10⁻¹⁰")
        .endsWith("10⁻²", "10⁰");
  }

  @Test
  void close_values_have_ticks_between_the_powers() {
    assertThat(Axis.upward(Scale.LOGARITHMIC, List.of(3.0, 40.0)))
        .isEqualTo(new Logarithmic(2, 50, List.of(2.0, 5.0, 10.0, 20.0, 50.0)));
    assertThat(Axis.upward(Scale.LOGARITHMIC, List.of(3e-6, 4e-6)).label(2e-6)).isEqualTo("2·10⁻⁶");
  }

  @Test
  void a_diverged_value_has_no_place_and_moves_no_other() {
    Axis axis = Axis.upward(Scale.FROM_ZERO, List.of(1.0, 1e305, Double.POSITIVE_INFINITY));

    assertThat(axis).isEqualTo(Axis.upward(Scale.FROM_ZERO, List.of(1.0)));
    assertThat(axis.shows(1e305)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "1e-320, 1e-310",
    "0, 0",
    "-5, -5",
    "1e15, 1.1e15",
    "1e-9, 2e-9",
    "-1e299, 1e299",
    "5, 5.0000001"
  })
  void strange_ranges_have_finite_ticks_inside(double least, double largest) {
    for (Scale scale : Scale.values()) {
      Axis axis = Axis.upward(scale, List.of(least, largest));
      assertThat(axis.ticks()).isNotEmpty().hasSizeLessThan(12);
      for (double tick : axis.ticks()) {
        assertThat(axis.share(tick)).isBetween(-1e-6, 1 + 1e-6);
        assertThat(axis.label(tick)).isNotEmpty().doesNotContain("NaN");
      }
    }
  }

  @Test
  void large_ticks_are_grouped_or_short() {
    assertThat(new Linear(0, 64000, 20000).label(20000)).isEqualTo("20,000");
    assertThat(new Linear(0, 4e9, 1e9).label(1e9)).isEqualTo("1.00 G");
  }
}
