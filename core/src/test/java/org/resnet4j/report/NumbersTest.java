package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "999, 999",
    "1000, 1.00 K",
    "4672, 4.67 K",
    "13999, 14.0 K",
    "999999, 1.00 M",
    "4718592, 4.72 M",
    "11500000000, 11.5 G",
    "2000000000000, 2000 G"
  })
  void shortens_counts_to_three_digits(long value, String expected) {
    assertThat(Numbers.compact(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0.1, 0.1", "0.0125, 0.0125", "0.000015, 0.000015", "1e-9, 1E-9", "0, 0"})
  void writes_rates_with_the_digits_they_need(double value, String expected) {
    assertThat(Numbers.significant(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"0.5, 0.5", "125.25, 125.25", "-2, −2", "0, 0", "1e-6, 0.000001", "0.1, 0.1"})
  void writes_places_with_the_digits_they_need(double value, String expected) {
    assertThat(Numbers.plain(value)).isEqualTo(expected);
  }

  @Test
  void writes_signs_where_a_difference_has_one() {
    assertThat(Numbers.signed(12.34, 1)).isEqualTo("+12.3");
    assertThat(Numbers.signed(-0.4, 1)).isEqualTo("−0.4");
    assertThat(Numbers.signed(0.04, 1)).isEqualTo("0.0");
    assertThat(Numbers.decimal(-0.04, 1)).isEqualTo("0.0");
    assertThat(Numbers.plain(64000)).isEqualTo("64,000");
  }

  @Test
  void writes_a_dash_for_what_is_not_finite() {
    assertThat(Numbers.decimal(Double.NaN, 2)).isEqualTo("–");
    assertThat(Numbers.percent(Double.POSITIVE_INFINITY, 2)).isEqualTo("–");
    assertThat(Numbers.significant(Double.NaN)).isEqualTo("–");
  }

  @Test
  void writes_fractions_as_percentages() {
    assertThat(Numbers.percent(0.9187, 2)).isEqualTo("91.87%");
  }

  @Test
  void drops_zeros_from_coordinates() {
    assertThat(Numbers.coordinate(240.004)).isEqualTo("240");
    assertThat(Numbers.coordinate(1.256)).isEqualTo("1.26");
    assertThat(Numbers.coordinate(200)).isEqualTo("200");
  }
}
