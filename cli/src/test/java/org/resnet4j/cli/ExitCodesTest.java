package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.data.DataException;
import org.resnet4j.train.DivergedException;
import org.resnet4j.train.RunFaults;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class ExitCodesTest {
  static Stream<Arguments> foreseen() {
    return Stream.of(
        Arguments.of(new IllegalArgumentException("rate = -1"), 2, "rate = -1"),
        Arguments.of(new DataException("a.png: not an image"), 3, "a.png: not an image"),
        Arguments.of(RunFaults.unusable("runs/a exists"), 3, "runs/a exists"),
        Arguments.of(new DivergedException("loss is NaN"), 4, "loss is NaN"),
        Arguments.of(RunFaults.unwritten("disk full"), 5, "disk full"),
        Arguments.of(new IOException("a.onnx: cannot be written"), 5, "a.onnx: cannot be written"));
  }

  @ParameterizedTest
  @MethodSource("foreseen")
  void a_foreseen_error_is_its_message_and_its_status(Throwable error, int status, String line) {
    CommandRun run = failing(error);
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.err()).isEqualToNormalizingNewlines("resnet4j: " + line + "\n");
    assertThat(run.out()).isEmpty();
  }

  @Test
  void an_unforeseen_error_is_a_failure_that_names_its_kind() {
    CommandRun run = failing(new IllegalStateException("odd"));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .isEqualToNormalizingNewlines(
            "resnet4j: IllegalStateException: odd\n--debug shows where it happened\n");
  }

  @Test
  void memory_that_ran_out_is_a_lack_of_resources() {
    CommandRun run = failing(new OutOfMemoryError("Java heap space"));
    assertThat(run.status()).isEqualTo(5);
    assertThat(run.err()).contains("out of memory (Java heap space)", "RESNET4J_JAVA_OPTS");
  }

  @Test
  void a_broken_installation_is_a_failure() {
    CommandRun run = failing(new UnsatisfiedLinkError("no jnitorch"));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("UnsatisfiedLinkError: no jnitorch");
  }

  @Test
  void debug_adds_the_stack_trace() {
    CommandRun run = failing(new DataException("a.png: not an image"), "--debug");
    assertThat(run.status()).isEqualTo(3);
    assertThat(run.err()).contains("resnet4j: a.png: not an image", "\tat org.resnet4j.cli");
  }

  @Command(name = "fail")
  private record Failing(Throwable error) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      if (error instanceof Error fatal) {
        throw fatal;
      }
      throw (Exception) error;
    }
  }

  private static CommandRun failing(Throwable error, String... options) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine commandLine =
        Main.commandLine(new PrintWriter(out, true), new PrintWriter(err, true));
    CommandLine failing = new CommandLine(new Failing(error)).setErr(new PrintWriter(err, true));
    commandLine.addSubcommand("fail", failing);
    Errors errors = (Errors) commandLine.getExecutionStrategy();
    commandLine.setExecutionExceptionHandler(errors);
    String[] arguments =
        Stream.concat(Stream.of(options), Stream.of("fail")).toArray(String[]::new);
    return new CommandRun(commandLine.execute(arguments), out.toString(), err.toString());
  }
}
