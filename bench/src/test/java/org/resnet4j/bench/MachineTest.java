package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTest {
  private static String processor(int core, String flags) {
    return """
        processor : 9
        model name\t: Some CPU @ 3.00GHz
        physical id\t: 0
        core id\t\t: %d
        flags\t\t: %s

        """
        .formatted(core, flags);
  }

  @Test
  void two_threads_of_a_core_are_one_core() {
    String flags = "fpu avx2 avx512f avx512_bf16 amx_tile erms";
    Machine machine = Machine.of(processor(0, flags) + processor(0, flags) + processor(1, flags));
    assertThat(machine.processor()).isEqualTo("Some CPU @ 3.00GHz");
    assertThat(machine.cores()).isEqualTo(2);
    assertThat(machine.flags()).containsExactly("amx_tile", "avx2", "avx512_bf16", "avx512f");
    assertThat(machine)
        .hasToString("Some CPU @ 3.00GHz, 2 cores, amx_tile avx2 avx512_bf16 avx512f");
  }

  @Test
  void a_machine_that_tells_nothing_has_the_processors_that_java_sees() {
    Machine machine = Machine.of("Hardware : something\n");
    assertThat(machine)
        .hasToString(
            "unknown, %d cores, flags unknown"
                .formatted(Runtime.getRuntime().availableProcessors()));
  }
}
