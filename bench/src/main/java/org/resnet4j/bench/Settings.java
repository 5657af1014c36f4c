package org.resnet4j.bench;

import java.util.LinkedHashSet;
import java.util.List;
import org.resnet4j.infer.CompiledNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/**
 * What is to be measured, and how.
 *
 * @param model a model folder or a name of the catalogue
 * @param precisions {@code auto} is bf16 where the processor has it, else fp32
 * @param batches images that run together
 * @param threads in all
 * @param mode with {@code throughput}, as many batches at once as there are threads, each on one
 * @param explain whether to measure step by step as well
 * @param force whether to measure on a busy machine
 * @param seconds of timing for each contestant
 * @param seed of images, and of weights that are made up
 */
record Settings(
    String model,
    List<String> precisions,
    List<Integer> batches,
    int threads,
    Mode mode,
    List<Peer> peers,
    boolean explain,
    boolean force,
    double seconds,
    long seed) {
  private static final int MOST_THREADS = 1024;
  static final int LARGEST_BATCH = 4096;
  private static final double LONGEST = 3600;

  /** What counts. */
  enum Mode {
    LATENCY,
    THROUGHPUT
  }

  /** Throws {@link IllegalArgumentException} that names the option, its value and the rule. */
  Settings {
    precisions = distinct(precisions.stream().map(Settings::precision).toList());
    batches = distinct(batches);
    peers = distinct(peers);
    for (int batch : batches) {
      require("--batch", batch, batch >= 1 && batch <= LARGEST_BATCH, "from 1 to " + LARGEST_BATCH);
    }
    requireThreads(threads);
    requireSeconds(seconds);
  }

  static void requireThreads(int threads) {
    require(
        "--threads", threads, threads >= 1 && threads <= MOST_THREADS, "from 1 to " + MOST_THREADS);
  }

  static void requireSeconds(double seconds) {
    require("--seconds", seconds, seconds > 0 && seconds <= LONGEST, "above 0 and at most 3600");
  }

  private static <T> List<T> distinct(List<T> values) {
    return List.copyOf(new LinkedHashSet<>(values));
  }

  static void require(String option, Object value, boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException("%s = %s: must be %s".formatted(option, value, rule));
    }
  }

  private static String precision(String name) {
    if (name.equals("auto")) {
      return Precision.of(name, Device.CPU).id();
    }
    List<String> known = CompiledNetwork.precisions();
    require(
        "--precision", name, known.contains(name), "auto or one of " + String.join(", ", known));
    return name;
  }

  /** Batches that run at once. */
  int streams() {
    return mode == Mode.THROUGHPUT ? threads : 1;
  }

  /** Threads of each batch. */
  int threadsEach() {
    return threads / streams();
  }
}
