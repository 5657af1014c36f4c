package org.resnet4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThreadsTest {
  @TempDir private Path temporary;

  @Test
  void are_as_many_as_the_user_wishes() {
    assertThat(Threads.wanted(" 7 ", 2)).isEqualTo(7);
    assertThat(Threads.wanted("1024", 2)).isEqualTo(1024);
  }

  @Test
  void are_as_many_as_there_are_without_a_wish() {
    assertThat(Threads.wanted(null, 2)).isEqualTo(2);
    assertThat(Threads.wanted(" ", 2)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"many", "0", "-1", "1025", "1.5", "99999999999"})
  void are_no_other_wish(String wish) {
    assertThatThrownBy(() -> Threads.wanted(wish, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "RESNET4J_THREADS = \"%s\": must be a whole number from 1 to 1024".formatted(wish));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "unset",
      value = {
        "unset, 6",
        "'', 6",
        "3, 3",
        "' 3 ', 3",
        "'4,2', 4",
        "0, 6",
        "-2, 6",
        "x, 6",
        "3x, 6"
      })
  void of_openmp_are_in_its_variable_or_else_all_processors(String variable, int threads) {
    assertThat(Threads.natural(variable, 6)).isEqualTo(threads);
  }

  @ParameterizedTest
  @CsvSource({"3, 2", "'0000ff01', 9", "'00000001,00000000,80000000', 2", "0, 5", "'', 5"})
  void of_a_process_are_on_the_processors_that_it_may_use(String mask, int processors)
      throws IOException {
    Path status =
        Files.writeString(
            temporary.resolve("status"),
            """
        Name:	java
        Cpus_allowed:	%s
        Cpus_allowed_list:	0-1
        """
                .formatted(mask));
    assertThat(Threads.processors(status, 5)).isEqualTo(processors);
  }

  @Test
  void of_a_process_are_those_java_counts_where_the_system_does_not_tell() {
    assertThat(Threads.processors(temporary.resolve("none"), 5)).isEqualTo(5);
  }
}
