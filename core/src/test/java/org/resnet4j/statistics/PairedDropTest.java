package org.resnet4j.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class PairedDropTest {
  /** By hand: (20 - 10) / 1002, and sqrt(31 / 1002 - that squared) / sqrt(1002) around it. */
  @Test
  void the_interval_lies_around_the_difference_of_the_two_kinds_of_images() {
    PairedDrop drop = PairedDrop.of(20, 10, 1000);
    assertThat(drop.points()).isCloseTo(1, within(1e-12));
    assertThat(drop.low()).isCloseTo(-0.0892, within(1e-3));
    assertThat(drop.high()).isCloseTo(2.0852, within(1e-3));
  }

  @Test
  void networks_that_never_differ_leave_a_doubt_that_shrinks_with_the_images() {
    PairedDrop few = PairedDrop.of(0, 0, 98);
    assertThat(few.points()).isZero();
    // 1.96 times the root of 1 / 100, over the root of 100.
    assertThat(few.high()).isCloseTo(1.96, within(1e-2));
    assertThat(few.low()).isEqualTo(-few.high());
    assertThat(PairedDrop.of(0, 0, 9998).high()).isCloseTo(0.0196, within(1e-4));
  }
}
