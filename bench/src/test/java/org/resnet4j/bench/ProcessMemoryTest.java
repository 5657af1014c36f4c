package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessMemoryTest {
  @Test
  void the_peak_is_the_high_water_mark_in_bytes() {
    String status = "Name:\tjava\nVmPeak:\t 9999999 kB\nVmHWM:\t  626688 kB\nVmRSS:\t  600000 kB\n";
    assertThat(ProcessMemory.peakBytes(status)).hasValue(641_728_512);
  }

  @Test
  void a_system_that_does_not_tell_has_none() {
    assertThat(ProcessMemory.peakBytes("Name:\tjava\n")).isEmpty();
    assertThat(ProcessMemory.peakBytes(-1)).isEmpty();
  }
}
