package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;

class ModelTest {
  @Test
  void a_seed_gives_the_same_weights_again_and_another_seed_others() {
    Parameter first = Model.of("resnet8", 7).network().state().get(0);
    float[] values = Model.of("resnet8", 7).weights().apply(first);
    assertThat(values).hasSize(16 * 3 * 9).isEqualTo(Model.of("resnet8", 7).weights().apply(first));
    assertThat(values).isNotEqualTo(Model.of("resnet8", 8).weights().apply(first));
  }

  @ParameterizedTest
  @CsvSource({
    "resnet50, resnet50-v1",
    "resnet50-v1, resnet50-v1",
    "resnet101, resnet101-v1",
    "resnet20, none"
  })
  void the_twin_has_its_strides_on_the_first_1x1(String name, String twin) {
    assertThat(Model.of(name, 1).firstStrideTwin().map(m -> m.network().name()).orElse("none"))
        .isEqualTo(twin);
  }

  @Test
  void images_move_their_channels_to_the_front() {
    float[] images = {1, 10, 2, 20, 3, 30, 4, 40};
    assertThat(GeneratedValues.channelsFirst(images, new Shape(2, 1, 2)))
        .containsExactly(1, 2, 10, 20, 3, 4, 30, 40);
  }
}
