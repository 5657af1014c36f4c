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

class AgreementTest {
  @Test
  void the_largest_difference_counts_as_a_part_of_the_range() {
    Agreement agreement = Agreement.of(List.of(-2.0, 3.5, 8.0), List.of(-2.0, 3.0, 8.0), 0.1);
    assertThat(agreement.difference()).isCloseTo(0.05, within(1e-12));
    assertThatCode(() -> agreement.require("a", "b")).doesNotThrowAnyException();
  }

  @Test
  void outputs_that_differ_are_refused_with_status_4() {
    Agreement agreement = Agreement.of(List.of(0.0, 1.0), List.of(1.0, 0.0), 1e-4);
    assertThatThrownBy(() -> agreement.require("resnet4j fp32", "djl fp32"))
        .hasMessage(
            "outputs differ: resnet4j fp32 and djl fp32 are 1.0 of the logits' range apart on the"
                + " same images, at most 0.00010 is rounding; one of them computes something else,"
                + " so nothing was timed")
        .asInstanceOf(InstanceOfAssertFactories.type(BenchException.class))
        .extracting(BenchException::status)
        .isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"NaN, 0", "0, NaN", "Infinity, 0"})
  void what_is_no_number_agrees_with_nothing(double actual, double expected) {
    Agreement agreement = Agreement.of(List.of(1.0, actual), List.of(1.0, expected), 0.1);
    assertThatThrownBy(() -> agreement.require("a", "b"))
        .isInstanceOf(BenchException.class)
        .hasMessageStartingWith("outputs differ: a and b");
  }

  @Test
  void other_numbers_of_logits_cannot_be_compared() {
    assertThatThrownBy(() -> Agreement.of(List.of(1.0), List.of(1.0, 2.0), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 logits cannot be compared with 2");
  }

  @ParameterizedTest
  @CsvSource({"fp32, fp32, 1e-4", "bf16, fp32, 0.05", "int8, fp32, 0.15", "int8, int8, 0.15"})
  void the_coarser_precision_bounds_the_difference(String ours, String theirs, double bound) {
    assertThat(Agreement.bound(ours, theirs)).isEqualTo(bound);
  }
}
