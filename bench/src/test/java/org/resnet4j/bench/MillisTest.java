package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MillisTest {
  @Test
  void the_median_of_an_odd_number_is_the_middle_one() {
    assertThat(Millis.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Millis(4, 1, 9));
  }

  @Test
  void the_median_of_an_even_number_lies_between_the_middle_two() {
    assertThat(Millis.of(List.of(9.0, 1.0, 4.0, 2.0))).isEqualTo(new Millis(3, 1, 9));
  }

  @Test
  void the_rate_is_of_all_streams_in_a_median_time() {
    assertThat(new Millis(20, 10, 90).rate(16, 2)).isEqualTo(1600);
  }

  @Test
  void no_times_have_no_median() {
    assertThatThrownBy(() -> Millis.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no times: a median needs at least one");
  }
}
