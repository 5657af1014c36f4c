package org.resnet4j.infer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.resnet4j.tensor.Engine;

/**
 * A fixed pool of threads, each with plans of its own, which share their weights.
 *
 * <p>Plans run on these threads only: OpenMP keeps a team of threads for each thread that ever
 * started one, and teams that wait for each other's processors are slow.
 */
final class Workers implements AutoCloseable {
  private final Compiler compiler;
  private final int threadsEach;
  private final ExecutorService threads;
  private final ThreadLocal<Map<Kind, Plan>> plans = ThreadLocal.withInitial(HashMap::new);
  private final List<Plan> made = new ArrayList<>();

  /**
   * Which plan.
   *
   * @param stage where it ends, counted from 1; 0 for the whole network
   */
  record Kind(int stage, int batch) {}

  /** Work under way. */
  record Call<T>(Future<T> future) {
    /**
     * Waits for it; what it threw is thrown here.
     *
     * @throws CancellationException if the waiting thread is interrupted, which stays so
     */
    T result() {
      try {
        return waitFor(future);
      } catch (RuntimeException e) {
        if (!e.getClass().equals(RuntimeException.class)) {
          throw e;
        }
        // Just a RuntimeException is the binding's; its message is for those who build the engine.
        throw new IllegalStateException(
            "the native engine failed; it may be short of memory: use a smaller batch or fewer threads",
            e);
      }
    }

    /** Does not begin it if it has not begun. */
    void cancel() {
      future.cancel(false);
    }
  }

  /**
   * What a task gives; what it threw is thrown here.
   *
   * @throws CancellationException if the waiting thread is interrupted, which stays so
   */
  static <T> T waitFor(Future<T> task) {
    if (Thread.currentThread().isInterrupted()) {
      // Even where the result is there: whether an interrupt is seen is no matter of luck.
      task.cancel(false);
      throw new CancellationException("interrupted while waiting for the network");
    }
    try {
      return task.get();
    } catch (InterruptedException e) {
      task.cancel(false);
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for the network");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw new IllegalStateException(e.getCause()); // Tasks here throw nothing that is checked.
    }
  }

  /**
   * Starts no thread yet.
   *
   * @param threadsEach how many threads work on one plan
   */
  Workers(Compiler compiler, int workers, int threadsEach) {
    this.compiler = compiler;
    this.threadsEach = threadsEach;
    this.threads =
        Executors.newFixedThreadPool(
            workers,
            work -> {
              Thread made = new Thread(work, "resnet4j-inference");
              made.setDaemon(true);
              return made;
            });
  }

  <T> T call(Kind kind, Function<Plan, T> work) {
    return submit(kind, work).result();
  }

  /** Throws {@link IllegalStateException} once closed. */
  <T> Call<T> submit(Kind kind, Function<Plan, T> work) {
    try {
      return new Call<>(threads.submit(() -> work.apply(plan(kind))));
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("the classifier is closed; open another", e);
    }
  }

  private Plan plan(Kind kind) {
    return plans.get().computeIfAbsent(kind, this::compile);
  }

  private Plan compile(Kind kind) {
    Engine.adoptThread(threadsEach);
    Plan plan =
        kind.stage == 0 ? compiler.plan(kind.batch) : compiler.stage(kind.stage, kind.batch);
    synchronized (made) {
      made.add(plan);
    }
    return plan;
  }

  /** Waits for the work under way. */
  @Override
  public void close() {
    threads.shutdown();
    boolean interrupted = false;
    while (!threads.isTerminated()) {
      try {
        threads.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true; // Memory that is being computed in cannot be given back.
      }
    }
    made.forEach(Plan::close);
    made.clear();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
