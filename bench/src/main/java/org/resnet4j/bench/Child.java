package org.resnet4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.json.JsonMapper;

/** The handle of a {@link ContestantProcess}. */
final class Child implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int PATIENCE_SECONDS = 5;

  private final String who;
  private final Path errors;
  private final Process process;
  private final Writer requests;
  private final BufferedReader replies;
  private final String version;

  /**
   * Starts a process and waits until its contestant is ready.
   *
   * @param folder for what it says on standard error
   * @throws BenchException if it does not get ready
   */
  Child(Job job, Path folder) {
    who = job.who();
    try {
      errors = Files.createTempFile(folder, who, ".err");
      ProcessBuilder builder =
          new ProcessBuilder(command(job.threads())).redirectError(errors.toFile());
      builder.environment().putAll(environment(job));
      process = builder.start();
      requests = process.outputWriter(StandardCharsets.UTF_8);
      replies =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      version = Objects.requireNonNull(ask(JSON.writeValueAsString(job)).text());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static List<String> command(int threads) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
    command.add("-Dorg.bytedeco.javacpp.maxBytes=0");
    command.add("-XX:+UseSerialGC");
    command.add("-Dai.djl.offline=true");
    command.add("-Dai.djl.pytorch.num_interop_threads=1");
    command.add("-Dai.djl.pytorch.num_threads=" + threads);
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add(ContestantProcess.class.getName());
    return command;
  }

  private static Map<String, String> environment(Job job) {
    String threads = Integer.toString(job.threads());
    return Map.of(
        // Not as an argument: ONNX Runtime 1.29 dies of command lines of 4096 characters or more.
        "CLASSPATH",
        System.getProperty("java.class.path"),
        "RESNET4J_THREADS",
        threads,
        "OMP_NUM_THREADS",
        threads,
        // DJL downloads nothing and sends no message to its makers.
        "DJL_OFFLINE",
        "true",
        "OPT_OUT_TRACKING",
        "true");
  }

  String version() {
    return version;
  }

  List<Double> logits() {
    return values("logits");
  }

  /** Runs for so long, at least once; the milliseconds of each run. */
  List<Double> run(double seconds) {
    return values("run " + seconds);
  }

  /** Multiplies large matrices for so long, at least once; the milliseconds of each product. */
  List<Double> peak(double seconds) {
    return values("peak " + seconds);
  }

  List<StepTime> steps(int runs) {
    return Objects.requireNonNull(ask("steps " + runs).steps());
  }

  private List<Double> values(String request) {
    return Objects.requireNonNull(ask(request).values());
  }

  private Reply ask(String request) {
    try {
      requests.write(request + "\n");
      requests.flush();
      String line = replies.readLine();
      if (line == null) {
        throw ended();
      }
      Reply reply = JSON.readValue(line, Reply.class);
      if (reply.error() != null) {
        throw new BenchException(BenchException.FAILED, who + ": " + reply.error());
      }
      return reply;
    } catch (IOException e) {
      throw ended();
    }
  }

  private BenchException ended() {
    try {
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      List<String> said = Files.readAllLines(errors).stream().filter(s -> !s.isBlank()).toList();
      return new BenchException(
          BenchException.FAILED,
          "%s: its process ended with status %s%s"
              .formatted(
                  who,
                  process.isAlive() ? "unknown" : process.exitValue(),
                  said.isEmpty() ? "" : ": " + said.get(said.size() - 1)));
    } catch (IOException e) {
      return new BenchException(BenchException.FAILED, who + ": its process ended");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new BenchException(BenchException.FAILED, who + ": interrupted");
    }
  }

  /** Ends the process and waits for that. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      Files.deleteIfExists(errors);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      // It lies in a temporary folder.
    }
  }
}
