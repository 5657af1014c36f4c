package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Long use by many threads takes no memory and changes no answer. */
@EnabledOnOs(OS.LINUX)
class SoakTest {
  /** Raise it by {@code -Dresnet4j.soak=100000}. */
  private static final int COUNT = Integer.getInteger("resnet4j.soak", 4000);

  private static final String PRECISION = System.getProperty("resnet4j.soak.precision", "auto");

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Classifier.Mode.class)
  void takes_no_memory_and_changes_no_answer(Classifier.Mode mode) throws Exception {
    assertThat(soak(mode, COUNT, Soak.Fault.NONE)).isEqualTo(Soak.GOOD);
  }

  @ParameterizedTest
  @CsvSource({
    "MEMORY, " + Soak.GROWS,
    "OBJECT, " + Soak.LEAVES_OBJECTS,
    "ANSWER, " + Soak.ERRS,
  })
  void would_see_a_fault(Soak.Fault fault, int end) throws Exception {
    assertThat(soak(Classifier.Mode.THROUGHPUT, 1000, fault)).isEqualTo(end);
  }

  private int soak(Classifier.Mode mode, int count, Soak.Fault fault)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms128m",
            "-Xmx128m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Soak.class.getName(),
            folder.toString(),
            PRECISION,
            mode.name(),
            Integer.toString(count),
            fault.name());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    System.out.print(told);
    return process.waitFor();
  }
}
