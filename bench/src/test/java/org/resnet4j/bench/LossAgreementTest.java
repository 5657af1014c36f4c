package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LossAgreementTest {
  private static final List<Double> OURS = List.of(5.0, 4.0, 2.0);

  @Test
  void the_largest_difference_of_a_step_counts_as_a_part_of_the_loss() {
    LossAgreement agreement = LossAgreement.of(List.of(5.1, 4.0, 2.1), OURS, 0.06);
    assertThat(agreement.difference()).isCloseTo(0.05, within(1e-12));
    assertThatCode(() -> agreement.require("a", OURS, "b", OURS)).doesNotThrowAnyException();
  }

  @Test
  void losses_that_differ_are_refused_with_status_4_and_both_are_shown() {
    List<Double> theirs = List.of(5.0, 4.0, 2.5);
    assertThatThrownBy(
            () ->
                LossAgreement.of(theirs, OURS, 1e-3)
                    .require("resnet4j fp32", OURS, "djl fp32", theirs))
        .hasMessage(
            "losses differ: resnet4j fp32 has 5.0000, 4.0000, 2.0000 and djl fp32 has 5.0000,"
                + " 4.0000, 2.5000 in the first steps, 0.25 apart, at most 0.0010 is rounding; one"
                + " of them trains something else, so nothing was timed")
        .asInstanceOf(InstanceOfAssertFactories.type(BenchException.class))
        .extracting(BenchException::status)
        .isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"NaN, 0", "0, NaN", "Infinity, 1"})
  void what_is_no_number_agrees_with_nothing(double actual, double expected) {
    LossAgreement agreement = LossAgreement.of(List.of(actual), List.of(expected), 0.1);
    assertThat(agreement.difference()).isInfinite();
  }

  @Test
  void other_numbers_of_steps_cannot_be_compared() {
    assertThatThrownBy(() -> LossAgreement.of(List.of(1.0), OURS, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 losses cannot be compared with 3");
  }

  @ParameterizedTest
  @CsvSource({"fp32, fp32, 1e-3", "bf16, fp32, 0.01", "fp32, bf16, 0.01", "bf16, bf16, 0.01"})
  void the_coarser_precision_bounds_the_difference(String ours, String theirs, double bound) {
    assertThat(LossAgreement.bound(ours, theirs)).isEqualTo(bound);
  }
}
