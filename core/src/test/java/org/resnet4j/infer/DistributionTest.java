package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.resnet4j.weights.model.Quantization.Scale;

/** What one step of 8 bits is worth, by three rules. */
class DistributionTest {
  @Test
  void the_largest_magnitude_is_the_last_step() {
    assertThat(seen(-2, 0, 1).minMax()).isEqualTo(new Scale(2f / 127, true));
    assertThat(seen(0, 1, 5.1f).minMax()).isEqualTo(new Scale(5.1f / 255, false));
  }

  @Test
  void zeros_alone_have_a_step_of_one() {
    Distribution zeros = seen(0, 0);
    assertThat(zeros.minMax()).isEqualTo(new Scale(1, false));
    assertThat(zeros.percentile()).isEqualTo(new Scale(1, false));
    assertThat(zeros.entropy()).isEqualTo(new Scale(1, false));
  }

  /** Of 20 000 values from 0 to 1 and one of 100, the percentile keeps 99.99 %. */
  @Test
  void a_percentile_cuts_what_lies_alone() {
    float[] values = new float[20_001];
    for (int i = 0; i < 20_000; i++) {
      values[i] = (i + 1) / 20_000f;
    }
    values[20_000] = 100;
    // All but one lie in the first 21 of 2048 bins.
    assertThat(seen(values).percentile().scale()).isCloseTo(100f * 21 / 2048 / 255, within(1e-6f));
    assertThat(seen(values).minMax().scale()).isEqualTo(100f / 255);
  }

  @Test
  void entropy_cuts_the_tail_of_a_bell_and_nothing_of_a_box() {
    Random random = new Random(1);
    float[] bell = new float[100_000];
    float[] box = new float[100_000];
    for (int i = 0; i < bell.length; i++) {
      bell[i] = (float) random.nextGaussian();
      box[i] = 2 * random.nextFloat() - 1;
    }
    bell[0] = 20;
    Distribution curve = seen(bell);
    // Between two and a half and ten standard deviations.
    assertThat(curve.entropy().scale() * 127).isBetween(2.5f, 10f);
    assertThat(seen(box).entropy().scale()).isCloseTo(seen(box).minMax().scale(), within(1e-4f));
  }

  private static Distribution seen(float... values) {
    Distribution distribution = new Distribution();
    distribution.widen(FloatBuffer.wrap(values));
    distribution.count(FloatBuffer.wrap(values));
    return distribution;
  }
}
