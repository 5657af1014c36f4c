package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;

/**
 * A1, A12: a process that is killed at any moment, in any locale, costs nothing.
 *
 * <p>Ten kills in every build; {@code -Dresnet4j.kills=100} for more.
 */
class KilledRunTest {
  private static final int KILLS = Integer.getInteger("resnet4j.kills", 10);
  private static final int PATIENCE_SECONDS = 120;
  private static final String[] RECIPE = {
    "iterations", "120", "augmentation", "pad-crop-flip", "ema", "0.9", "mixup", "0.2"
  };

  @TempDir Path folder;
  private final List<String> said = new ArrayList<>();

  /** Trains, or goes on. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      Path folder = Path.of(arguments[0]);
      Path run = Path.of(arguments[1]);
      Saving saving = new Saving(Duration.parse(arguments[2]), false);
      if (Files.exists(run.resolve("run.json"))) {
        Training.resume(run, saving, event -> {}, () -> false);
      } else {
        Training.run(
            new Training.Plan(
                TinyRuns.overridden(RECIPE),
                folder.resolve("data").toString(),
                Optional.of(run),
                "test"),
            saving,
            event -> {},
            () -> false);
      }
    }
  }

  @BeforeEach
  void draw_images() {
    new TinyRuns(folder);
  }

  private ProcessBuilder child(Path run, Duration saveEvery, String... options) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of(options));
    command.addAll(List.of(Child.class.getName(), folder.toString()));
    command.addAll(List.of(run.toString(), saveEvery.toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("RESNET4J_THREADS", "1");
    return builder;
  }

  private Optional<ResumeTrial.Result> tried(ResumeTrial.Program program, int kills) {
    long began = System.nanoTime();
    BooleanSupplier impatient =
        () -> System.nanoTime() - began > TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS + kills);
    return new ResumeTrial(folder, program, said::add, impatient).run(kills, 7);
  }

  @Test
  @Promise(
      id = "A1",
      fault =
          "`kill -9` at random moments, ten times (`-Dresnet4j.kills=100` for more), and `--resume`",
      holds =
          "weights, averaged weights, optimizer and `metrics.csv` are to the last bit those of a run that was never killed; no litter is left")
  void a_run_that_is_killed_again_and_again_ends_like_one_that_never_was() throws Exception {
    ResumeTrial.Result result =
        tried((run, resume, saveEvery) -> child(run, saveEvery), KILLS).orElseThrow();
    assertThat(result.parts()).allSatisfy(part -> assertThat(part.difference()).isEmpty());
    assertThat(result.parts())
        .extracting(ResumeTrial.Part::name)
        .containsExactly("weights", "averaged weights", "optimizer", "metrics.csv");
    assertThat(result.equal()).isTrue();
    assertThat(result.steps()).isEqualTo(120);
    assertThat(result.wentOnFrom()).hasSize(KILLS).anyMatch(step -> step > 0 && step < 120);
    try (var files = Files.walk(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  @Test
  void a_run_that_goes_on_as_another_is_found_out() {
    ResumeTrial.Result result =
        tried(
                (run, resume, saveEvery) -> {
                  if (resume) {
                    replace(run.resolve("recipe.yaml"), "seed: 0", "seed: 1");
                  }
                  return child(run, saveEvery);
                },
                1)
            .orElseThrow();
    assertThat(result.equal()).isFalse();
    assertThat(result.parts())
        .anySatisfy(
            part -> {
              assertThat(part.name()).isEqualTo("weights");
              assertThat(part.difference())
                  .contains("checkpoints/step-00000120.safetensors: model/bn1.bias");
              assertThat(part.killed()).isNotEqualTo(part.whole()).hasSize(64);
            });
  }

  private static void replace(Path file, String before, String after) {
    try {
      Files.writeString(file, Files.readString(file).replace(before, after));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void a_run_that_fails_is_no_verdict() {
    assertThatThrownBy(() -> tried((run, resume, saveEvery) -> new ProcessBuilder("false"), 2))
        .isInstanceOf(RunException.class)
        .hasMessage("the whole run ended with status 1 and said nothing");
  }

  /** Runs to the end; fails with what it said if that was no success. */
  private static void finish(ProcessBuilder child) throws Exception {
    Process process = child.redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
  }

  @Test
  @Promise(
      id = "A12",
      fault = "Turkish locale, ASCII charset, a path with spaces, other letters and 120 of one",
      holds = "the same bits")
  void locale_charset_and_odd_paths_change_nothing() throws Exception {
    Path whole = folder.resolve("whole");
    finish(child(whole, Saving.USUAL.every()));
    Path odd = folder.resolve("a b ğüş " + "x".repeat(120)).resolve("run");
    finish(
        child(
            odd,
            Saving.USUAL.every(),
            "-Duser.language=tr",
            "-Duser.country=TR",
            "-Dfile.encoding=US-ASCII"));
    assertThat(RunFingerprint.of(whole).beside(RunFingerprint.of(odd)))
        .hasSize(4)
        .allMatch(ResumeTrial.Part::equal);
    Path digits = folder.resolve("digits"); // Persian has digits of its own, which %d writes.
    finish(child(digits, Saving.USUAL.every(), "-Duser.language=fa", "-Duser.country=IR"));
    assertThat(RunFingerprint.of(whole).beside(RunFingerprint.of(digits)))
        .hasSize(4)
        .allMatch(ResumeTrial.Part::equal);
  }
}
