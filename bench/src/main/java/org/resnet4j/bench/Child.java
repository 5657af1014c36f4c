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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.resnet4j.train.StepPart;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** The handle of a contestant in a process of its own, one line of JSON for each line. */
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
   * A program to start.
   *
   * @param who in messages
   * @param set variables of its environment
   * @param unset those that it shall not have from this process
   */
  record Program(
      String who, List<String> command, Map<String, String> set, Collection<String> unset) {
    /** A class of this module, in a JVM of its own. */
    static Program java(String who, Class<?> main, int threads) {
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
      command.add(main.getName());
      Map<String, String> environment = new HashMap<>(threads(threads));
      // Not as an argument: ONNX Runtime 1.29 dies of command lines of 4096 characters or more.
      environment.put("CLASSPATH", System.getProperty("java.class.path"));
      // DJL downloads nothing and sends no message to its makers.
      environment.put("DJL_OFFLINE", "true");
      environment.put("OPT_OUT_TRACKING", "true");
      return new Program(who, command, environment, List.of());
    }

    static Map<String, String> threads(int threads) {
      String count = Integer.toString(threads);
      return Map.of("RESNET4J_THREADS", count, "OMP_NUM_THREADS", count);
    }

    /** The same in another environment. */
    Program in(Map<String, String> more, Collection<String> without) {
      Map<String, String> all = new HashMap<>(set);
      all.putAll(more);
      return new Program(who, command, all, without);
    }
  }

  /**
   * Starts a process and waits until its contestant is ready.
   *
   * @param folder for what it says on standard error
   * @throws BenchException if it does not get ready
   */
  Child(Job job, Path folder) {
    this(Program.java(job.who(), ContestantProcess.class, job.threads()), job, folder);
  }

  /** As {@link #Child(Job, Path)}; the job is the first line that the program reads. */
  Child(Program program, Object job, Path folder) {
    who = program.who();
    try {
      errors = Files.createTempFile(folder, who, ".err");
      ProcessBuilder builder = new ProcessBuilder(program.command()).redirectError(errors.toFile());
      builder.environment().keySet().removeAll(program.unset());
      builder.environment().putAll(program.set());
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

  /** Takes so many training steps; the loss before each. */
  List<Double> losses(int steps) {
    return values("losses " + steps);
  }

  /** What training steps consist of; empty for peers, which do not tell. */
  List<StepPart> parts(int steps) {
    return Objects.requireNonNull(ask("parts " + steps).parts());
  }

  /** Milliseconds a step with images of a data set and with one batch, in turn. */
  List<Double> pipeline(double seconds) {
    return values("pipeline " + seconds);
  }

  /** Reads each image of the data set once; how many in that time, and of how many. */
  List<Double> read(double seconds) {
    return values("read " + seconds);
  }

  /** Lets {@link #peakBytes} begin anew, where the system can do that. */
  void forgetPeak() {
    ProcessMemory.forgetPeak(process.pid());
  }

  /** The most memory that was resident at a time; nothing where the system does not tell. */
  OptionalLong peakBytes() {
    return ProcessMemory.peakBytes(process.pid());
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
      Reply reply = reply(line);
      if (reply.error() != null) {
        throw new BenchException(BenchException.FAILED, who + ": " + reply.error());
      }
      return reply;
    } catch (IOException e) {
      throw ended();
    }
  }

  private Reply reply(String line) {
    try {
      return JSON.readValue(line, Reply.class);
    } catch (JacksonException e) {
      throw new BenchException(
          BenchException.FAILED, "%s: answers \"%s\", which is no reply".formatted(who, line));
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
