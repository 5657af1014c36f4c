package org.resnet4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.resnet4j.infer.ProcessorPeak;
import tools.jackson.databind.json.JsonMapper;

/**
 * A contestant in a process of its own, which waits for the next line whenever it is not asked.
 *
 * <p>The first line is a {@link Job}; then {@code logits}, {@code run SECONDS}, {@code peak
 * SECONDS} and {@code steps RUNS} as often as one likes. It ends with its standard input.
 */
final class ContestantProcess {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Job job;
  private final List<ExecutorService> threads = new ArrayList<>();
  private final List<Contestant> streams = new ArrayList<>();
  private final Map<Integer, ProcessorPeak> peaks = new ConcurrentHashMap<>();

  private ContestantProcess(Job job) throws Exception {
    this.job = job;
    for (int i = 0; i < job.streams(); i++) {
      threads.add(
          Executors.newSingleThreadExecutor(
              work -> {
                Thread thread = new Thread(work, "contestant");
                thread.setDaemon(true);
                return thread;
              }));
    }
    for (ExecutorService thread : threads) {
      streams.add(get(thread.submit(job::open)));
    }
  }

  /** Answers lines until there are no more. */
  public static void main(String... arguments) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // What libraries print is no answer.
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      ContestantProcess process = null;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Reply reply;
        try {
          if (process == null) {
            process = new ContestantProcess(JSON.readValue(line, Job.class));
            reply = Reply.ofText(process.streams.get(0).version());
          } else {
            reply = process.answer(line.split(" "));
          }
        } catch (Exception | LinkageError | OutOfMemoryError e) {
          e.printStackTrace();
          reply = Reply.ofError(e);
        }
        out.println(JSON.writeValueAsString(reply));
      }
    }
    // Peers have threads of their own; nothing is left to be saved.
    Runtime.getRuntime().halt(0);
  }

  private Reply answer(String... words) throws Exception {
    return switch (words[0]) {
      case "logits" -> {
        float[] logits = get(threads.get(0).submit(() -> streams.get(0).logits()));
        List<Double> values = new ArrayList<>();
        for (float logit : logits) {
          values.add((double) logit);
        }
        yield Reply.ofValues(values);
      }
      case "run" -> {
        double seconds = Double.parseDouble(words[1]);
        yield together(i -> times(streams.get(i)::run, seconds));
      }
      case "peak" -> {
        double seconds = Double.parseDouble(words[1]);
        yield together(i -> times(peak(i)::run, seconds));
      }
      case "steps" -> {
        int runs = Integer.parseInt(words[1]);
        yield Reply.ofSteps(get(threads.get(0).submit(() -> steps(streams.get(0), runs))));
      }
      default -> throw new IllegalArgumentException("no answer to " + words[0]);
    };
  }

  /** Made on first use; on the thread that will run it. */
  private ProcessorPeak peak(int stream) {
    return peaks.computeIfAbsent(stream, i -> new ProcessorPeak(job.precision()));
  }

  private interface Work {
    List<Double> of(int stream) throws Exception;
  }

  /** All streams at once; the times of all. */
  private Reply together(Work work) throws Exception {
    List<Future<List<Double>>> running = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      int stream = i;
      Callable<List<Double>> one = () -> work.of(stream);
      running.add(threads.get(i).submit(one));
    }
    List<Double> times = new ArrayList<>();
    for (Future<List<Double>> stream : running) {
      times.addAll(get(stream));
    }
    return Reply.ofValues(times);
  }

  /** Milliseconds of each run, after one that wakes threads and fills caches. */
  private static List<Double> times(Runnable run, double seconds) {
    run.run();
    List<Double> times = new ArrayList<>();
    long end = System.nanoTime() + (long) (1e9 * seconds);
    do {
      long start = System.nanoTime();
      run.run();
      times.add((System.nanoTime() - start) / 1e6);
    } while (System.nanoTime() < end);
    return times;
  }

  /** The median of each step. */
  private static List<StepTime> steps(Contestant contestant, int runs) {
    contestant.run();
    List<List<StepTime>> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      all.add(contestant.steps());
    }
    List<StepTime> medians = new ArrayList<>();
    for (int i = 0; i < all.get(0).size(); i++) {
      int step = i;
      StepTime first = all.get(0).get(i);
      double median = Millis.of(all.stream().map(run -> run.get(step).millis()).toList()).median();
      medians.add(new StepTime(first.name(), first.operator(), first.reorder(), median));
    }
    return medians;
  }

  private static <T> T get(Future<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
