package org.resnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class ProcessorTimeTest {
  /** user nice system idle iowait irq softirq steal guest guest_nice. */
  private static String stat(long user, long system, long idle, long waiting, long stolen) {
    return """
        cpu  %d 0 %d %d %d 0 0 %d 77 0
        cpu0 1 0 1 1 1 0 0 0 0 0
        cpu1 1 0 1 1 1 0 0 0 0 0
        intr 4 5 6
        ctxt 7
        """
        .formatted(user, system, idle, waiting, stolen);
  }

  @Test
  void all_but_idle_and_waiting_is_work_and_guests_count_once() {
    assertThat(ProcessorTime.of(stat(10, 5, 900, 80, 3))).isEqualTo(new ProcessorTime(18, 998, 2));
  }

  @Test
  void the_difference_of_two_looks_says_how_many_processors_worked() {
    ProcessorTime before = ProcessorTime.of(stat(1000, 100, 5000, 0, 0));
    ProcessorTime after = ProcessorTime.of(stat(1060, 110, 5120, 0, 10));
    assertThat(after.usedSince(before)).isCloseTo(0.8, within(1e-9));
  }

  @Test
  void what_we_computed_ourselves_was_not_others() {
    ProcessorTime before = ProcessorTime.of(stat(0, 0, 0, 0, 0));
    ProcessorTime after = ProcessorTime.of(stat(150, 0, 50, 0, 0));
    assertThat(after.usedSince(before, 1.2)).isCloseTo(0.3, within(1e-9));
    assertThat(after.usedSince(before, 9)).isZero();
  }

  @Test
  void a_busy_machine_is_refused_with_status_5_and_a_way_out() {
    ProcessorTime now = ProcessorTime.of(stat(1, 1, 1, 1, 1));
    assertThatThrownBy(() -> now.requireQuiet(1.234))
        .hasMessage(
            "the machine is busy: other processes use 1.23 of 2 processors, at most 0.10 is quiet;"
                + " wait for them or stop them, or measure anyway with --force")
        .asInstanceOf(InstanceOfAssertFactories.type(BenchException.class))
        .extracting(BenchException::status)
        .isEqualTo(5);
    assertThatCode(() -> now.requireQuiet(0.1)).doesNotThrowAnyException();
  }

  @Test
  void another_text_is_refused() {
    assertThatThrownBy(() -> ProcessorTime.of("MemTotal: 1 kB\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not /proc/stat: no line for all processors and for each");
  }
}
