package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;

class StepsTest {
  @ParameterizedTest
  @ValueSource(strings = {"resnet8", "resnet50", "seresnet50", "resnet110-gated", "resnetv2_50"})
  void the_multiply_adds_of_all_steps_are_those_of_the_network(String name) {
    long sum =
        Steps.multiplyAdds(Catalogue.network(name)).values().stream()
            .mapToLong(Long::longValue)
            .sum();
    assertThat(sum).isEqualTo(Catalogue.network(name).multiplyAdds());
  }

  @Test
  void a_layer_computes_once_and_its_copies_do_not() {
    // 3x3 from 3 to 16 channels on 32x32 pixels: 442,368 multiply-adds; 8 images in 1 ms.
    List<Result.Step> steps =
        Steps.of(
            Catalogue.network("resnet8"),
            8,
            List.of(
                new StepTime("conv1", "jit:uni", true, 3),
                new StepTime("conv1", "brg_conv_fwd:avx512_core", false, 1)),
            14.155776e9);
    assertThat(steps)
        .containsExactly(
            new Result.Step("conv1", "jit:uni", 3, 0.75, null, null, "reorder"),
            new Result.Step("conv1", "brg_conv_fwd:avx512_core", 1, 0.25, 7.077888, 0.5, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ref:any", "ref_int8:any", "simple:any"})
  void an_operator_for_any_processor_is_a_fallback(String operator) {
    List<Result.Step> steps =
        Steps.of(
            Catalogue.network("resnet8"), 1, List.of(new StepTime("pool", operator, true, 1)), 1e9);
    assertThat(steps.get(0).note()).isEqualTo("fallback");
  }
}
