package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.Promise;
import org.resnet4j.weights.SealedSafetensors;

/** A8: what a signal finds training in the middle of; the times are those that are promised. */
@DisabledOnOs(OS.WINDOWS)
class StopSignalTest {
  private static final Map<String, Integer> STATUS = Map.of("INT", 130, "TERM", 143);
  private static final double MOST_SECONDS = 10;
  private static final double MOST_SECONDS_OF_A_SECOND = 1;
  private static final int STEPS_AN_EPOCH = 3;
  private static final int TEST_COPIES = 30;

  @TempDir private Path folder;
  private Path run;
  private Program program;

  @BeforeEach
  void draw() throws IOException {
    ColouredSquares.draw(folder.resolve("data/train"), 3); // 36 images: 3 batches of 10.
    Path test = ColouredSquares.draw(folder.resolve("data/val"), 3);
    for (Path image : files(test)) {
      for (int i = 0; i < TEST_COPIES; i++) {
        Files.copy(image, image.resolveSibling(i + "-" + image.getFileName()));
      }
    }
    run = folder.resolve("run");
    program = new Program(folder);
  }

  private static List<Path> files(Path below) {
    if (!Files.exists(below)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(below)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (UncheckedIOException e) {
      return List.of(); // One went while it was asked for.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Steps of seconds, saving of tenths, evaluation of seconds: a signal hits what it is to hit. */
  private String[] train(String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", "--model", "resnet8-width64"));
    arguments.addAll(List.of("--data", folder.resolve("data").toString()));
    arguments.addAll(List.of("--out", run.toString(), "--set", "epochs=0"));
    arguments.addAll(List.of("--set", "iterations=3000", "--set", "batch=10"));
    arguments.addAll(List.of("--set", "precision=fp32", "--set", "device=cpu"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private BooleanSupplier moment(String phase) {
    Path checkpoints = run.resolve("checkpoints");
    return switch (phase) {
      case "step" -> () -> program.says("run folder");
      case "save" ->
          () -> files(checkpoints).stream().anyMatch(file -> file.toString().endsWith(".tmp"));
      case "evaluation" -> () -> Files.exists(checkpoints.resolve("step-00000003.safetensors"));
      default -> throw new IllegalArgumentException(phase);
    };
  }

  @ParameterizedTest
  @CsvSource({"step, TERM", "step, INT", "save, INT", "evaluation, TERM"})
  @Promise(
      id = "A8",
      fault = "SIGTERM or Ctrl-C during a step, saving, evaluation",
      holds = "a checkpoint, then exit 143 or 130, within 10 s")
  void a_signal_ends_it_with_a_checkpoint_within_ten_seconds(String phase, String wanted)
      throws Exception {
    String name = Program.interruptible() ? wanted : "TERM";
    String[] size = phase.equals("save") ? new String[0] : new String[] {"--set", "size=64"};
    String[] arguments =
        Stream.of(train(size), new String[] {"--save-every", "0.0001"})
            .flatMap(Stream::of)
            .toArray(String[]::new);
    Program.Signalled ended = program.signal(name, List.of(moment(phase)), arguments);
    assertThat(ended.result().status()).as(ended.result().err()).isEqualTo(STATUS.get(name));
    assertThat(ended.result().err()).contains("saving a checkpoint", "stopped at step ");
    assertThat(ended.seconds()).isLessThan(MOST_SECONDS);
    List<Path> left = files(run.resolve("checkpoints"));
    assertThat(left).isNotEmpty().allMatch(file -> file.toString().endsWith(".safetensors"));
    left.forEach(SealedSafetensors::check);
    if (phase.equals("step")) { // Not at the end of the epoch.
      assertThat(ended.result().err()).containsPattern("stopped at step [12];");
    }
    if (phase.equals("evaluation")) {
      assertThat(ended.result().err()).contains("stopped at step " + STEPS_AN_EPOCH);
      assertThat(run.resolve("metrics.csv")).content().hasLineCount(1);
    }
  }

  @Test
  @Promise(id = "A8", fault = "a second signal", holds = "the end within 1 s, without a checkpoint")
  void a_second_signal_ends_it_within_a_second_and_without_a_checkpoint() throws Exception {
    // Steps of seconds: the first one is not done when the second signal comes.
    Program.Signalled ended =
        program.signal(
            "TERM",
            List.of(moment("step"), () -> program.says("saving a checkpoint")),
            train("--set", "size=256", "--set", "batch=30"));
    assertThat(ended.result().status()).as(ended.result().err()).isEqualTo(143);
    assertThat(ended.result().err()).doesNotContain("stopped at step");
    assertThat(ended.seconds()).isLessThan(MOST_SECONDS_OF_A_SECOND);
    assertThat(run.resolve("checkpoints")).doesNotExist();
  }
}
