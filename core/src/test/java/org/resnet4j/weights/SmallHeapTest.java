package org.resnet4j.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hostile files never take more memory than their size and 64 MB. */
class SmallHeapTest {
  private static final int MEGABYTE = 1 << 20;

  /** Raise it by {@code -Dresnet4j.mutants=1000000}. */
  private static final int COUNT = Integer.getInteger("resnet4j.mutants", 10_000);

  @TempDir private Path folder;

  @Test
  void holds_whatever_a_mutant_asks_for() throws Exception {
    List<String> arguments =
        new ArrayList<>(List.of("mutants", Integer.toString(COUNT), folder.toString()));
    for (String name : new String[] {"expected.safetensors", "zip.pth", "legacy.pth"}) {
      arguments.add(Path.of(SmallHeapTest.class.getResource(name).toURI()).toString());
    }
    List<Integer> refused = run(64, arguments);
    assertThat(refused)
        .hasSize(3)
        .allSatisfy(count -> assertThat(count).isBetween(COUNT / 4, COUNT - 1));
  }

  @Test
  void holds_whatever_a_hostile_file_asks_for() throws Exception {
    Path small = Files.createDirectory(folder.resolve("small"));
    int count = 0;
    for (HostileFiles.Case hostile : HostileFiles.all()) {
      if (hostile.content().length <= MEGABYTE) {
        Files.write(small.resolve(Integer.toString(count++)), hostile.content());
      } else {
        Path large = Files.createTempDirectory(folder, "large");
        Files.write(large.resolve("file"), hostile.content());
        run(64 + hostile.content().length / MEGABYTE, List.of("all", large.toString()));
      }
    }
    assertThat(run(64, List.of("all", small.toString())).get(0)).isBetween(count / 2, count - 1);
  }

  private List<Integer> run(long megabytes, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx%dm".formatted(megabytes),
                "-XX:+UseSerialGC",
                // Compiling well costs more than it saves here.
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Mutants.class.getName()));
    command.addAll(arguments);
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    // Far beyond what it takes, so that a hang ends the build and a slow machine does not.
    boolean ended = process.waitFor(5 + COUNT / 10_000, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(output);
    assertThat(ended).as(said).isTrue();
    assertThat(said).as("-Xmx%dm %s", megabytes, arguments).matches("(\\d+\\R)+");
    return said.lines().map(Integer::valueOf).toList();
  }
}
