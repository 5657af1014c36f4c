package org.resnet4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.resnet4j.tensor.Engine;
import org.resnet4j.train.PipelineTrial;
import org.resnet4j.train.Setup;
import tools.jackson.databind.json.JsonMapper;

/**
 * A contestant that trains, in a process of its own, which waits for the next line whenever it is
 * not asked; {@code train_step.py} answers the same lines.
 *
 * <p>The first line is a {@link TrainingJob}; then {@code losses STEPS}, {@code run SECONDS} and
 * {@code parts STEPS}, or {@code pipeline SECONDS} and {@code read SECONDS} if the job has data. It
 * ends with its input.
 */
final class TrainingProcess {
  private static final JsonMapper JSON = JsonMapper.shared();

  /** Steps that are longer need none before them that wakes threads. */
  private static final double LONG_STEP_MILLIS = 500;

  private static final int BLOCKS = 15;

  private final @Nullable TrainingContestant contestant;
  private final @Nullable PipelineTrial pipeline;
  private double lastMillis;

  private TrainingProcess(TrainingJob job) {
    contestant = job.data().isEmpty() ? job.open() : null;
    pipeline = job.data().isEmpty() ? null : new PipelineTrial(Setup.of(job.recipe(), job.data()));
  }

  /** Answers lines until there are no more. */
  public static void main(String... arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // What libraries print is no answer.
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      TrainingProcess process = null;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Reply reply;
        try {
          if (process == null) {
            process = new TrainingProcess(JSON.readValue(line, TrainingJob.class));
            reply = Reply.ofText(process.version());
          } else {
            reply = process.answer(line.split(" "));
          }
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
          e.printStackTrace();
          reply = Reply.ofError(e);
        }
        out.println(JSON.writeValueAsString(reply));
      }
    }
    // Peers have threads of their own; nothing is left to be saved.
    Runtime.getRuntime().halt(0);
  }

  private String version() {
    return contestant == null ? Engine.describe() : contestant.version();
  }

  private Reply answer(String... words) {
    double number = Double.parseDouble(words[1]);
    if (pipeline != null && words[0].equals("pipeline")) {
      return Reply.ofValues(blocks(pipeline, number));
    }
    if (pipeline != null && words[0].equals("read")) {
      return Reply.ofValues(List.of((double) pipeline.read(number), (double) pipeline.images()));
    }
    if (contestant == null) {
      throw new IllegalArgumentException("no answer to " + words[0]);
    }
    return switch (words[0]) {
      case "losses" -> Reply.ofValues(losses(contestant, (int) number));
      case "run" -> Reply.ofValues(times(contestant, number));
      case "parts" -> Reply.ofParts(contestant.parts((int) number));
      default -> throw new IllegalArgumentException("no answer to " + words[0]);
    };
  }

  private List<Double> losses(TrainingContestant trained, int steps) {
    List<Double> losses = new ArrayList<>();
    for (int i = 0; i < steps; i++) {
      losses.add(timed(trained));
    }
    return losses;
  }

  private double timed(TrainingContestant trained) {
    long start = System.nanoTime();
    double loss = trained.step();
    lastMillis = (System.nanoTime() - start) / 1e6;
    return loss;
  }

  /** Milliseconds of each step, after one that wakes threads and fills caches. */
  private List<Double> times(TrainingContestant trained, double seconds) {
    if (lastMillis < LONG_STEP_MILLIS) {
      trained.step();
    }
    List<Double> times = new ArrayList<>();
    long end = System.nanoTime() + (long) (1e9 * seconds);
    do {
      timed(trained);
      times.add(lastMillis);
    } while (System.nanoTime() < end);
    return times;
  }

  /**
   * Milliseconds a step of some blocks of steps: with images as they come, and without, in turn.
   */
  private static List<Double> blocks(PipelineTrial pipeline, double seconds) {
    pipeline.fixed(2); // Compiles, and fills caches.
    double one = pipeline.fixed(2) / 2;
    int steps = (int) Math.max(2, Math.round(seconds / (2 * BLOCKS) / one));
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < BLOCKS; i++) {
      // What was collected meanwhile is used up, and counts for nobody.
      pipeline.loaded(2);
      millis.add(1000 * pipeline.loaded(steps) / steps);
      millis.add(1000 * pipeline.fixed(steps) / steps);
    }
    return millis;
  }
}
