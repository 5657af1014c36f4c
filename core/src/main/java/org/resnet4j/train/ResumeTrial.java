package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tries whether runs that are killed and go on end like one that nobody touched.
 *
 * <p>The runs are processes, and they are killed as by {@code kill -9}: nothing of them can help
 * it. How to start one is the caller's business.
 */
public final class ResumeTrial {
  private static final int POLL_MILLIS = 5;
  private static final int SAVES_A_LIFE = 4;

  private final Path folder;
  private final Program program;
  private final Consumer<String> said;
  private final BooleanSupplier stop;
  private final List<Long> wentOnFrom = new ArrayList<>();

  /** What starts training. */
  @FunctionalInterface
  public interface Program {
    /**
     * A process to start, which is the training itself and not a script around it.
     *
     * @param run the run's folder, which is not there yet, or has a run in it to go on with
     * @param resume whether it has
     * @param saveEvery the longest time between two checkpoints
     */
    ProcessBuilder of(Path run, boolean resume, Duration saveEvery);
  }

  /**
   * What came out.
   *
   * @param steps of each run
   * @param wentOnFrom the step of the checkpoint that was there, after each kill
   */
  public record Result(long steps, List<Long> wentOnFrom, List<Part> parts) {
    public Result {
      wentOnFrom = List.copyOf(wentOnFrom);
      parts = List.copyOf(parts);
    }

    /** Whether the killed runs left what the other one did, to the last bit. */
    public boolean equal() {
      return parts.stream().allMatch(Part::equal);
    }
  }

  /**
   * Something that both runs left.
   *
   * @param name weights, averaged weights, optimizer or metrics.csv
   * @param whole SHA-256 of what the one without a break left, in hexadecimal digits
   * @param killed of what the other left
   * @param difference where they differ first: the file, and the tensor in it
   */
  public record Part(String name, String whole, String killed, Optional<String> difference) {
    /** Whether both left the same. */
    public boolean equal() {
      return difference.isEmpty();
    }
  }

  /** Told to stop. */
  private static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("told to stop", null, false, false);
    }
  }

  /**
   * Starts nothing yet.
   *
   * @param folder for the runs, and for what they say; it exists
   * @param said told what happens, a line at a time
   * @param stop asked all the time; once true, what runs is ended
   */
  public ResumeTrial(Path folder, Program program, Consumer<String> said, BooleanSupplier stop) {
    this.folder = folder;
    this.program = program;
    this.said = said;
    this.stop = stop;
  }

  /**
   * Trains once without a break, then kills and goes on until that happened so many times, and
   * holds what is left against each other. A killed run that comes to its end gives way to another.
   *
   * @param seed of the moments
   * @return nothing if told to stop
   * @throws RunException if a run that was not killed ends with an error
   */
  public Optional<Result> run(int kills, long seed) {
    try {
      Path whole = folder.resolve("whole");
      double seconds = train(whole);
      said.accept("without a break: %.1f s".formatted(seconds));
      // So that all kills hit one run on average, and each life saves something.
      double longest = 2 * seconds / (kills + 1);
      Duration saveEvery = Duration.ofMillis((long) (500 * longest / SAVES_A_LIFE) + 1);
      Random random = new Random(seed);
      RunFingerprint expected = RunFingerprint.of(whole);
      for (int number = 1; ; number++) {
        Path killed = folder.resolve("killed-" + number);
        while (wentOnFrom.size() < kills
            && kill(killed, saveEvery, (long) (1e3 * longest * random.nextDouble()))) {
          said.accept(
              "killed %d of %d times; step %d is saved"
                  .formatted(wentOnFrom.size(), kills, wentOnFrom.get(wentOnFrom.size() - 1)));
        }
        boolean enough = wentOnFrom.size() == kills;
        if (enough) {
          finish(killed, start(killed, saveEvery));
        }
        Result result =
            new Result(expected.step(), wentOnFrom, expected.beside(RunFingerprint.of(killed)));
        if (enough || !result.equal()) {
          return Optional.of(result);
        }
      }
    } catch (Stopped stopped) {
      return Optional.empty();
    } catch (IOException e) {
      throw RunException.unwritten(
          "%s: cannot be written (%s)".formatted(folder, RunFolder.reason(e)), e);
    }
  }

  /** Trains to the end; how long that took once the run had begun. */
  private double train(Path run) throws IOException {
    Process process = start(run, Saving.USUAL.every());
    awaitBeginning(run, process);
    long began = System.nanoTime();
    finish(run, process);
    return (System.nanoTime() - began) / 1e9;
  }

  private Process start(Path run, Duration saveEvery) throws IOException {
    boolean resume = Files.exists(run.resolve("run.json"));
    return program
        .of(run, resume, saveEvery)
        .redirectErrorStream(true)
        .redirectOutput(log(run).toFile())
        .start();
  }

  private Path log(Path run) {
    return folder.resolve(run.getFileName() + ".log");
  }

  /** Whether it was killed before its end. */
  private boolean kill(Path run, Duration saveEvery, long afterMillis) throws IOException {
    Process process = start(run, saveEvery);
    awaitBeginning(run, process);
    if (await(process, afterMillis)) {
      requireSuccess(run, process);
      return false;
    }
    end(process);
    wentOnFrom.add(
        Checkpoints.newest(new RunFolder(run).checkpoints()).map(Checkpoints::step).orElse(0L));
    return true;
  }

  /** Until the run is the process's own: from then on a kill must cost nothing. */
  private void awaitBeginning(Path run, Process process) {
    boolean ended = false;
    while (!ended && FolderLock.owner(run) != process.pid()) {
      ended = await(process, POLL_MILLIS);
    }
  }

  private void finish(Path run, Process process) {
    boolean ended = false;
    while (!ended) {
      ended = await(process, 100 * POLL_MILLIS);
    }
    requireSuccess(run, process);
  }

  /** Whether it ended within that time; ends it if told to stop. */
  private boolean await(Process process, long millis) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    try {
      while (true) {
        if (stop.getAsBoolean()) {
          end(process);
          throw new Stopped();
        }
        long left = Math.max(0, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
        if (process.waitFor(Math.min(left, 20 * POLL_MILLIS), TimeUnit.MILLISECONDS)) {
          return true;
        }
        if (left == 0) {
          return false;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      end(process);
      throw new Stopped();
    }
  }

  private static void end(Process process) {
    process.destroyForcibly();
    process.onExit().join(); // Its folder is given back only then.
  }

  private void requireSuccess(Path run, Process process) {
    if (process.exitValue() != 0) {
      throw RunException.unusable(
          "the %s run ended with status %d%s"
              .formatted(run.getFileName(), process.exitValue(), lastWords(run)),
          null);
    }
  }

  private String lastWords(Path run) {
    @Nullable String last = null;
    try (Stream<String> lines = Files.lines(log(run))) {
      last = lines.filter(line -> !line.isBlank()).reduce((a, b) -> b).orElse(null);
    } catch (IOException | RuntimeException e) {
      // Without them, then.
    }
    return last == null ? " and said nothing" : ": " + last.replaceFirst("^resnet4j: ", "");
  }
}
