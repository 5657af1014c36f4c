package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FoldingTest {
  private static final float[] TWO = {1, 2};

  /** Scale 3 / sqrt(4) and 5 / sqrt(0.25), shift 1 - 2 * 1.5 and 0 - 1 * 10; epsilon is small. */
  @Test
  void a_folded_convolution_gives_what_convolution_and_norm_give() {
    Folding folding =
        new Folding(
            new float[] {3, 5},
            new float[] {1, 0},
            new float[] {2, 1},
            new float[] {4 - 1e-5f, 0.25f - 1e-5f});
    assertThat(folding.kernel(new float[] {1, 2, 3, -1})).containsExactly(1.5f, 3, 30, -10);
    assertThat(folding.bias()).containsExactly(-2, -10);
  }

  /** {@code np.float32(np.float64(np.float32(0.1)) / np.sqrt(1e-5))}, numpy 2. */
  @Test
  void a_channel_without_variance_is_divided_by_the_root_of_epsilon() {
    Folding folding =
        new Folding(new float[] {1}, new float[] {0}, new float[] {0}, new float[] {0});
    assertThat(folding.kernel(new float[] {0.1f})).containsExactly(31.622778f);
  }

  @Test
  void tensors_of_different_lengths_are_no_norm() {
    float[] three = {1, 2, 3};
    for (int odd = 0; odd < 3; odd++) {
      float[] bias = odd == 0 ? three : TWO;
      float[] mean = odd == 1 ? three : TWO;
      float[] variance = odd == 2 ? three : TWO;
      assertThatThrownBy(() -> new Folding(TWO, bias, mean, variance))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("weight has 2 values")
          .hasMessageContaining("3");
    }
  }

  @Test
  void a_kernel_that_does_not_end_in_the_channels_of_the_norm_is_refused() {
    Folding folding = new Folding(TWO, TWO, TWO, TWO);
    assertThatThrownBy(() -> folding.kernel(new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a kernel of 3 values does not end in 2 channels");
  }
}
