package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;

/** The literals are printed by {@code parity.py}. */
class ReproducibleValuesTest {
  @Test
  void images_are_pythons_to_the_bit() {
    assertThat(ReproducibleValues.fill("images", 4))
        .containsExactly(
            -0.6310510635375977f, -0.9362485408782959f, -0.7815343141555786f, -0.5007319450378418f);
  }

  @ParameterizedTest
  @CsvSource({
    "conv1.weight, CONVOLUTION_WEIGHT, 8x3x3x3, 0.04249706119298935, 0.23114067316055298, -0.4497937560081482",
    "bn1.weight, NORM_WEIGHT, 8, 0.8602039813995361, 1.324409008026123, 1.069187879562378",
    "bn1.bias, NORM_BIAS, 8, -0.1639018952846527, -0.22992271184921265, 0.1859985589981079",
    "bn1.running_mean, RUNNING_MEAN, 8, 0.11722496151924133, 0.050309330224990845, 0.02104872465133667",
    "bn1.running_var, RUNNING_VARIANCE, 8, 1.4634613990783691, 1.6801302433013916, 1.9561681747436523",
    "fc.weight, LINEAR_WEIGHT, 5x8, -0.026594283059239388, 0.6447899341583252, 0.42179763317108154",
    "fc.bias, LINEAR_BIAS, 5, -0.01117435097694397, -0.0096341073513031, -0.10996848344802856",
  })
  void tensors_are_pythons_to_the_bit(
      String name, Role role, String axes, float first, float second, float third) {
    List<Integer> shape = Arrays.stream(axes.split("x")).map(Integer::valueOf).toList();
    assertThat(ReproducibleValues.fill(new Parameter(name, role, shape)))
        .startsWith(first, second, third)
        .hasSize(shape.stream().reduce(1, (a, b) -> a * b));
  }

  @Test
  void no_batches_are_tracked_yet() {
    Parameter tracked = new Parameter("bn1.num_batches_tracked", Role.BATCHES_TRACKED, List.of());
    assertThat(ReproducibleValues.fill(tracked)).containsExactly(0);
  }

  @Test
  void values_fill_the_range_evenly() {
    float[] values = ReproducibleValues.fill("images", 100_000);
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      assertThat(value).isGreaterThanOrEqualTo(-1).isLessThan(1);
      sum += value;
      squares += (double) value * value;
    }
    // Uniform: mean 0 and mean square 1/3, within four standard errors.
    assertThat(sum / values.length).isBetween(-0.0073, 0.0073);
    assertThat(squares / values.length).isBetween(0.3295, 0.3371);
  }
}
