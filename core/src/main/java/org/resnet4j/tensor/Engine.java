package org.resnet4j.tensor;

import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * The native engine, started once a process with settings that do no harm.
 *
 * <p>Left alone, OpenBLAS keeps worker threads that spin between calls and take the processor from
 * libtorch's; every operation after a linear layer then waits for the scheduler, and small batches
 * run several times slower. Starting through this class gives OpenBLAS one thread.
 *
 * <p>Compiled plans do without libtorch, whose start takes a second and 200 MB: only what needs it
 * here loads it.
 *
 * <p>The environment variable {@code RESNET4J_THREADS} sets the number of threads.
 */
public final class Engine {
  private static final Threads THREADS;

  /** What OpenMP gives to each thread. */
  private static final ThreadLocal<Integer> TOLD;

  static {
    // Must be set before the first native pointer: by default JavaCPP stalls in the garbage
    // collector
    // once the process grows past a multiple of the Java heap, which tensors do at once.
    setDefault("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    setDefault("org.bytedeco.javacpp.maxBytes", "0");
    THREADS = Threads.here();
    TOLD = ThreadLocal.withInitial(THREADS::natural);
  }

  private Engine() {}

  /** libtorch, which is there once this class is. */
  private static final class Libtorch {
    static {
      Loader.load(torch.class);
      openblas_nolapack.blas_set_num_threads(1);
      torch.set_num_threads(THREADS.wanted());
    }

    static void start() {
      // Loading the class has done it.
    }
  }

  /** Starts libtorch if it is not running, and lets the calling thread use {@link #threads}. */
  public static void start() {
    Libtorch.start();
    // Again each time: libtorch gives a new thread the number that was asked for last by any.
    tell(THREADS.wanted());
  }

  /**
   * Lets operations that the calling thread starts use so many threads; each thread asks before its
   * first. Native memory may be used afterwards.
   */
  public static void adoptThread(int threads) {
    if (TOLD.get() != threads) {
      // It tells OpenMP, which oneDNN's plans share with it.
      Libtorch.start();
      tell(threads);
    }
  }

  private static void tell(int threads) {
    torch.set_num_threads(threads);
    TOLD.set(threads);
  }

  /** The threads that one operation may use. */
  public static int threads() {
    return THREADS.wanted();
  }

  /** Whether libtorch, the build of it that is on the class path, finds a GPU. */
  static boolean hasGpu() {
    return hasGpuBuild() && startedWithGpu();
  }

  private static boolean hasGpuBuild() {
    String library =
        "/org/bytedeco/pytorch/%s-gpu/%s"
            .formatted(Loader.getPlatform(), System.mapLibraryName("jnitorch"));
    return Engine.class.getResource(library) != null;
  }

  private static boolean startedWithGpu() {
    start();
    return torch.cuda_is_available();
  }

  /** The threads of OpenBLAS; 1 unless somebody changed it. */
  static int blasThreads() {
    start();
    return openblas_nolapack.blas_get_num_threads();
  }

  /** One line that says what computes: version, instruction set, threads. */
  public static String describe() {
    start();
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

  private static void setDefault(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
