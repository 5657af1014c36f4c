package org.resnet4j.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Starts {@code train_step.py} with an interpreter of the user's. */
final class Python {
  private static final String SCRIPT = "train_step.py";
  private static final String USUAL = "python3";

  private Python() {}

  /**
   * A process with PyTorch.
   *
   * @param interpreter absent for the {@code python3} of the path
   * @throws BenchException if it does not get ready; says what is missing
   */
  static Child start(
      Optional<String> interpreter,
      TrainingJob job,
      Map<String, String> environment,
      Collection<String> without,
      Path folder) {
    String program = interpreter.orElse(USUAL);
    try {
      List<String> command = List.of(program, "-u", script(folder).toString());
      return new Child(new Child.Program(job.who(), command, environment, without), job, folder);
    } catch (UncheckedIOException e) {
      throw new BenchException(BenchException.FAILED, missing(program, "cannot be started"));
    } catch (BenchException e) {
      String said = String.valueOf(e.getMessage());
      boolean absent = said.contains("No module named");
      throw absent
          ? new BenchException(
              BenchException.FAILED,
              missing(program, "has no " + said.replaceFirst(".*No module named ", "")))
          : e;
    }
  }

  private static String missing(String program, String what) {
    return "%s %s; name an interpreter that has torch and torchvision with --python"
        .formatted(program, what);
  }

  /** A copy of the script, which lies in the jar. */
  private static Path script(Path folder) {
    Path file = folder.resolve(SCRIPT);
    try (InputStream script = Python.class.getResourceAsStream("/" + SCRIPT)) {
      if (!Files.exists(file)) {
        Files.copy(Objects.requireNonNull(script, SCRIPT), file);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
