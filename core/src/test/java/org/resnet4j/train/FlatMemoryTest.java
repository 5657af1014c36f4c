package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;

/**
 * A11: training takes no more memory the longer it lasts.
 *
 * <p>In a process of its own, whose heap is all there from the start: what grows is native. A short
 * form in every build; {@code -Dresnet4j.steps=10000} for the long one.
 */
class FlatMemoryTest {
  private static final int STEPS = Integer.getInteger("resnet4j.steps", 1500);
  private static final int SETTLED = 1000;
  private static final int STEPS_AN_EPOCH = 20;

  /** Twice the promise in the short form, as the JVM itself grows a little in its first minute. */
  private static final double MOST_BYTES_A_STEP = STEPS < 10_000 ? 2048 : 1024;

  @TempDir Path folder;

  /** Trains; prints step, resident bytes and native objects at the first step of each epoch. */
  static final class Child {
    private Child() {}

    private static Map<String, String> with(String steps) {
      return Map.of(
          "model", "resnet8-width4", "size", "8", "batch", "2", "ema", "0.9", "iterations", steps);
    }

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      long[] epoch = {0};
      Training.run(
          new Training.Plan(
              TinyRuns.overridden(with(arguments[1])),
              folder.resolve("data").toString(),
              Optional.of(folder.resolve("run")),
              "test"),
          event -> {
            if (event instanceof Event.Step step && step.epoch() != epoch[0]) {
              epoch[0] = step.epoch();
              System.out.println(
                  step.step() + " " + Pointer.physicalBytes() + " " + Pointer.totalCount());
            }
          },
          () -> false);
    }
  }

  /** What was seen at the first step of an epoch. */
  private record Seen(long step, long bytes, long objects) {
    static Seen of(String line) {
      String[] cells = line.split(" ");
      return new Seen(Long.parseLong(cells[0]), Long.parseLong(cells[1]), Long.parseLong(cells[2]));
    }
  }

  private List<Seen> train() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xms256m",
            "-Xmx256m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            Child.class.getName(),
            folder.toString(),
            Integer.toString(STEPS));
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("RESNET4J_THREADS", "1");
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.lines().filter(line -> line.matches("\\d+ \\d+ \\d+")).map(Seen::of).toList();
  }

  /** By least squares. */
  private static double slope(List<Seen> seen) {
    double steps = seen.stream().mapToLong(Seen::step).average().orElseThrow();
    double bytes = seen.stream().mapToLong(Seen::bytes).average().orElseThrow();
    double product = seen.stream().mapToDouble(s -> (s.step() - steps) * (s.bytes() - bytes)).sum();
    double square = seen.stream().mapToDouble(s -> Math.pow(s.step() - steps, 2)).sum();
    return product / square;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @Promise(
      id = "A11",
      fault = "1500 steps (`-Dresnet4j.steps=10000` for more)",
      holds =
          "as many native objects at the start of each epoch; from step 1000 on resident memory grows by at most 1 KB a step (2 KB in the short form)")
  void neither_resident_memory_nor_the_number_of_native_objects_grows() throws Exception {
    new TinyRuns(folder);
    List<Seen> seen = train();
    assertThat(seen).hasSize(STEPS / STEPS_AN_EPOCH);
    // What was only needed to begin may go later, when the collector finds it.
    assertThat(seen.stream().map(Seen::objects))
        .as("native objects at the first step of each epoch")
        .isSortedAccordingTo(Comparator.reverseOrder());
    List<Seen> settled = seen.stream().filter(at -> at.step() > SETTLED).toList();
    assertThat(settled.stream().map(Seen::objects).distinct()).hasSize(1);
    double slope = slope(settled);
    System.out.printf(
        "A11: %d steps, %s, %.0f bytes a step after step %d%n",
        STEPS, settled.get(0), slope, SETTLED);
    assertThat(slope).isLessThanOrEqualTo(MOST_BYTES_A_STEP);
  }
}
