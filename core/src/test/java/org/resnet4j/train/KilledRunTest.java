package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.weights.Safetensors;
import org.resnet4j.weights.TensorEntry;

/**
 * A1, A12: a process that is killed at any moment, in any locale, costs nothing.
 *
 * <p>Ten kills in every build; {@code -Dresnet4j.kills=100} for more.
 */
class KilledRunTest {
  private static final int KILLS = Integer.getInteger("resnet4j.kills", 10);
  private static final int LONGEST_LIFE_MILLIS = 400;
  private static final int PATIENCE_SECONDS = 120;
  private static final String[] RECIPE = {
    "iterations", "120", "augmentation", "pad-crop-flip", "ema", "0.9", "mixup", "0.2"
  };

  @TempDir Path folder;

  /** Trains, or goes on; says when it has begun. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      Path run = Path.of(arguments[1]);
      if (Files.exists(run.resolve("run.json"))) {
        Training.resume(run, Child::say, () -> false);
      } else {
        Training.run(
            new Training.Plan(
                TinyRuns.overridden(RECIPE),
                folder.resolve("data").toString(),
                Optional.of(run),
                "test"),
            Child::say,
            () -> false);
      }
    }

    private static void say(Event event) {
      if (event instanceof Event.Started) {
        System.out.println("started");
      }
    }
  }

  private Process start(Path run, String... options) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    command.addAll(List.of(Child.class.getName(), folder.toString(), run.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("RESNET4J_THREADS", "1");
    return builder.start();
  }

  /** Waits for its end; fails with what it said if that was no success. */
  private static void finish(Process process) throws Exception {
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }

  /** Whether it was killed before its end. */
  private static boolean kill(Process process, long afterMillis) throws Exception {
    BufferedReader out = process.inputReader();
    for (String line = out.readLine(); line != null && !line.equals("started"); ) {
      line = out.readLine();
    }
    boolean ended = process.waitFor(afterMillis, TimeUnit.MILLISECONDS);
    process.destroyForcibly().waitFor();
    return !ended;
  }

  /** Weights, averages, optimizer and metrics; times are apart. */
  private static Map<String, byte[]> left(Path run) throws IOException {
    Map<String, byte[]> left = new LinkedHashMap<>();
    for (String file :
        List.of("model/model.safetensors", "model-ema/model.safetensors", "metrics.csv")) {
      left.put(file, Files.readAllBytes(run.resolve(file)));
    }
    Path last = run.resolve("checkpoints/step-00000120.safetensors");
    for (TensorEntry entry : Safetensors.read(last).entries()) {
      byte[] bytes = new byte[entry.data().remaining()];
      entry.data().get(bytes);
      left.put(entry.name(), bytes);
    }
    return left;
  }

  private static void assertSame(Map<String, byte[]> killed, Map<String, byte[]> whole) {
    assertThat(killed).hasSameSizeAs(whole);
    whole.forEach((name, bytes) -> assertThat(killed.get(name)).as(name).isEqualTo(bytes));
  }

  @Test
  void a_run_that_is_killed_again_and_again_ends_like_one_that_never_was() throws Exception {
    new TinyRuns(folder);
    Path whole = folder.resolve("whole");
    finish(start(whole));
    Path killed = folder.resolve("killed");
    Random random = new Random(7);
    int kills = 0;
    while (kills < KILLS) {
      if (kill(start(killed), random.nextInt(LONGEST_LIFE_MILLIS))) {
        kills++;
      } else {
        assertSame(left(killed), left(whole)); // It came to its end; the next one is killed on.
        killed = folder.resolve("killed-" + kills);
      }
    }
    finish(start(killed));
    assertSame(left(killed), left(whole));
    try (var files = Files.walk(killed)) {
      assertThat(files.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  @Test
  void locale_charset_and_odd_paths_change_nothing() throws Exception {
    new TinyRuns(folder);
    Path whole = folder.resolve("whole");
    finish(start(whole));
    Path odd = folder.resolve("a b ğüş " + "x".repeat(120)).resolve("run");
    finish(start(odd, "-Duser.language=tr", "-Duser.country=TR", "-Dfile.encoding=US-ASCII"));
    assertSame(left(odd), left(whole));
  }
}
