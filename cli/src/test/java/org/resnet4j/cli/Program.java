package org.resnet4j.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line as a process of its own, in a folder for its output. */
record Program(Path folder) {
  private static final int PATIENCE_SECONDS = 120;
  private static final String CLASS_PATH = System.getProperty("java.class.path");
  private static final String ERROR = "resnet4j: ";

  /** What a process that ended left. */
  record Result(int status, String out, String err) {
    /** All of standard output as one document; fails if there is anything else. */
    JsonNode document() {
      return JsonMapper.shared().readTree(out);
    }

    /** The lines from the error message to the end; none if there was no error. */
    List<String> error() {
      List<String> lines = err.lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).startsWith(ERROR)) {
          return lines.subList(i, lines.size());
        }
      }
      return List.of();
    }
  }

  /** Runs to the end. */
  Result run(String... arguments) throws IOException, InterruptedException {
    return finish(start(java(arguments)));
  }

  /** Runs another main class to the end. */
  Result runMain(Class<?> main, String... arguments) throws IOException, InterruptedException {
    List<String> command = java(arguments);
    command.set(command.indexOf(Main.class.getName()), main.getName());
    return finish(start(command));
  }

  /** Runs to the end without the libraries of that name. */
  Result runWithout(String library, String... arguments) throws IOException, InterruptedException {
    String classPath =
        Stream.of(CLASS_PATH.split(File.pathSeparator))
            .filter(entry -> !entry.contains(library))
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>(List.of("env", "CLASSPATH=" + classPath));
    command.addAll(java(arguments));
    return finish(start(command));
  }

  /** Runs to the end with more variables in its environment. */
  Result runWith(Map<String, String> variables, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("env"));
    variables.forEach((variable, value) -> command.add(variable + "=" + value));
    command.addAll(java(arguments));
    return finish(start(command));
  }

  /** Runs to the end and can write no file larger than that. */
  Result runWithFilesUpTo(int kibibytes, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of("bash", "-c", "ulimit -f " + kibibytes + " && exec \"$@\"", "bash"));
    command.addAll(java(arguments));
    return finish(start(command));
  }

  /** Runs, and is sent SIGINT each time that standard error says the next of the texts. */
  Result interruptOnceItSays(List<String> texts, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(java(arguments));
    try (BufferedReader err = Files.newBufferedReader(errors())) {
      for (String text : texts) {
        await(text, process, err);
        String signal = interruptible() ? "-INT" : "-TERM";
        new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
      }
    }
    return finish(process);
  }

  /** How a process took a signal. */
  record Signalled(Result result, double seconds) {}

  /** Runs, and is sent a signal when the moment has come; how long it took to end from the last. */
  Signalled signal(String name, List<BooleanSupplier> moments, String... arguments)
      throws IOException, InterruptedException {
    Process process = start(java(arguments));
    long sent = System.nanoTime();
    for (BooleanSupplier moment : moments) {
      while (process.isAlive() && !moment.getAsBoolean()) {
        TimeUnit.MILLISECONDS.sleep(1);
      }
      sent = System.nanoTime();
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }
    Result result = finish(process);
    return new Signalled(result, (System.nanoTime() - sent) / 1e9);
  }

  /** Whether it has said that on standard error, as far as it got. */
  boolean says(String text) {
    try {
      return Files.exists(errors()) && Files.readString(errors()).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(String text, Process process, BufferedReader err)
      throws IOException, InterruptedException {
    StringBuilder said = new StringBuilder();
    while (process.isAlive() && said.indexOf(text) < 0) {
      String line = err.readLine();
      if (line == null) {
        TimeUnit.MILLISECONDS.sleep(1);
      } else {
        said.append(line);
      }
    }
  }

  /** The status after {@link #interruptOnceItSays}: 128 and the signal's number. */
  static int interrupted() throws IOException {
    return interruptible() ? 130 : 143;
  }

  /** Background jobs of a shell ignore SIGINT, and so do their children; then SIGTERM serves. */
  static boolean interruptible() throws IOException {
    Path status = Path.of("/proc/self/status");
    return !Files.exists(status)
        || Files.readString(status)
            .lines()
            .filter(line -> line.startsWith("SigIgn:"))
            .allMatch(line -> (Long.parseUnsignedLong(line.substring(7).trim(), 16) & 2) == 0);
  }

  private static List<String> java(String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Djava.awt.headless=true",
                Main.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private Process start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output().toFile())
            .redirectError(errors().toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("RESNET4J_"));
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    // Not on the command line: ONNX Runtime crashes where that is about 4096 characters long.
    builder.environment().put("CLASSPATH", CLASS_PATH);
    // Threads that wait for each other in tiny layers are slow where the cores are busy.
    builder.environment().put("OMP_NUM_THREADS", "1");
    return builder.redirectInput(nothing()).start();
  }

  private File nothing() {
    try {
      return Files.write(folder.resolve("stdin"), new byte[0]).toFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result finish(Process process) throws IOException, InterruptedException {
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("still runs after " + PATIENCE_SECONDS + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(output()), Files.readString(errors()));
  }

  private Path output() {
    return folder.resolve("stdout");
  }

  private Path errors() {
    return folder.resolve("stderr");
  }
}
