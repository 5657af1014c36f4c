package org.resnet4j.tensor;

import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The native engine, started once a process with settings that do no harm.
 *
 * <p>Left alone, OpenBLAS keeps worker threads that spin between calls and take the processor from
 * libtorch's; every operation after a linear layer then waits for the scheduler, and small batches
 * run several times slower. Starting through this class gives OpenBLAS one thread.
 *
 * <p>The environment variable {@code RESNET4J_THREADS} sets the number of threads.
 */
public final class Engine {
  private static final int THREADS;

  static {
    // Must be set before the first native pointer: by default JavaCPP stalls in the garbage
    // collector
    // once the process grows past a multiple of the Java heap, which tensors do at once.
    setDefault("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    setDefault("org.bytedeco.javacpp.maxBytes", "0");
    Loader.load(torch.class);
    openblas_nolapack.blas_set_num_threads(1);
    THREADS = chosenThreads(System.getenv("RESNET4J_THREADS"), torch.get_num_threads());
    torch.set_num_threads(THREADS);
  }

  private Engine() {}

  /** Starts the engine if it is not running; cheap afterwards. */
  public static void start() {
    // Loading the class has done it.
  }

  /** Lets operations that the calling thread starts use that many threads; each thread asks. */
  public static void adoptThread() {
    torch.set_num_threads(THREADS);
  }

  /** The threads that one operation may use. */
  public static int threads() {
    return THREADS;
  }

  /** The threads of OpenBLAS; 1 unless somebody changed it. */
  static int blasThreads() {
    return openblas_nolapack.blas_get_num_threads();
  }

  /** One line that says what computes: version, instruction set, threads. */
  public static String describe() {
    try (BytePointer capability = torch.get_cpu_capability()) {
      return "libtorch %s, %s, %d thread%s"
          .formatted(version(), capability.getString(), threads(), threads() == 1 ? "" : "s");
    }
  }

  private static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      return "of unknown version"; // A repackaged jar without the Maven folder.
    }
  }

  static int chosenThreads(@Nullable String wish, int natural) {
    int available = Runtime.getRuntime().availableProcessors();
    if (wish == null || wish.isBlank()) {
      return Math.min(natural, available);
    }
    try {
      int threads = Integer.parseInt(wish.trim());
      if (threads >= 1 && threads <= 1024) {
        return threads;
      }
    } catch (NumberFormatException e) {
      // Told below, with the value.
    }
    throw new IllegalArgumentException(
        "RESNET4J_THREADS = \"%s\": must be a whole number from 1 to 1024".formatted(wish));
  }

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
