package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class QuantizedKernelTest {
  /** Steps of 2 and of 0.5: 254 / 127 and 63.5 / 127; 3, 5 and -1 lie half way between steps. */
  @Test
  void each_channel_has_a_step_of_its_own_and_halves_go_to_the_even_number() {
    QuantizedKernel kernel =
        QuantizedKernel.of(new float[] {254, 3, 5, -1, 0.5f, -63.5f, 10, 0.2f}, 2);
    assertThat(kernel.scales()).containsExactly(2, 0.5f);
    assertThat(kernel.values()).containsExactly(127, 2, 2, 0, 1, -127, 20, 0);
  }

  /** {@code np.rint(w / np.float32(0.3 / 127))} in numpy. */
  @Test
  void steps_that_are_no_round_numbers_are_those_of_numpy() {
    QuantizedKernel kernel = QuantizedKernel.of(new float[] {0.3f, 0.1f, -0.2f, 0.001f}, 1);
    assertThat(kernel.scales()).containsExactly(0.0023622047f);
    assertThat(kernel.values()).containsExactly(127, 42, -85, 0);
  }

  @Test
  void a_channel_of_zeros_has_steps_of_one() {
    QuantizedKernel kernel = QuantizedKernel.of(new float[] {0, -0f, 127, 1}, 2);
    assertThat(kernel.scales()).containsExactly(1, 1);
    assertThat(kernel.values()).containsExactly(0, 0, 127, 1);
  }

  /** Of the least float: 190 / 127 rounds to one of it, 63 / 127 to none. */
  @Test
  void numbers_next_to_zero_stay_within_seven_bits() {
    QuantizedKernel kernel =
        QuantizedKernel.of(
            new float[] {190 * Float.MIN_VALUE, -Float.MIN_VALUE, 63 * Float.MIN_VALUE, 0}, 2);
    assertThat(kernel.scales()).containsExactly(Float.MIN_VALUE, 1);
    assertThat(kernel.values()).containsExactly(127, -1, 0, 0);
  }

  @Test
  void no_step_is_below_the_least_of_its_channel() {
    float[] kernel = {127, 3, 127, 3, 0, 0};
    QuantizedKernel quantized = QuantizedKernel.of(kernel, new float[] {0.5f, 2, 2});
    assertThat(quantized.scales()).containsExactly(1, 2, 2);
    assertThat(quantized.values()).containsExactly(127, 3, 64, 2, 0, 0);
  }

  @Test
  void a_kernel_that_does_not_end_in_the_channels_is_refused() {
    for (int channels : new int[] {0, 2}) {
      assertThatThrownBy(() -> QuantizedKernel.of(new float[3], channels))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a kernel of 3 values does not end in %d channels".formatted(channels));
    }
  }

  @Test
  void values_that_are_not_finite_have_no_8_bit_form() {
    for (float odd : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> QuantizedKernel.of(new float[] {1, 2, 3, odd}, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "output channel 1 of a kernel holds %s; only finite values have 8-bit forms"
                  .formatted(odd));
    }
  }
}
