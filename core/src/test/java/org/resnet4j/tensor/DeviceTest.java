package org.resnet4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.junit.jupiter.api.Test;

class DeviceTest {
  @Test
  void auto_is_the_processor_where_there_is_no_gpu() {
    assumeFalse(Engine.hasGpu());
    assertThat(Device.of("auto")).isEqualTo(Device.CPU);
  }

  @Test
  void cuda_is_refused_where_there_is_no_gpu() {
    assumeFalse(Engine.hasGpu());
    assertThatThrownBy(() -> Device.of("cuda"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "device = cuda: this machine or build has none; use auto or cpu, or build with -Pgpu");
  }

  @Test
  void others_are_refused() {
    assertThatThrownBy(() -> Device.of("tpu"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("device = tpu: must be auto, cpu or cuda");
  }
}
