package org.resnet4j.infer;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.resnet4j.arch.Network;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.model.ModelWeights;

/**
 * Runs compiled plans, one for single images and one for batches, each made when it is first
 * needed.
 *
 * <p>One thread of its own starts every plan: OpenMP keeps a team of threads for each thread that
 * ever started one, and teams that wait for each other's processors are slow.
 */
final class CompiledRunner implements Runner {
  private static final int BATCH = 32;

  private final SavedModel model;
  private final Precision precision;
  private final ExecutorService thread;
  private final Map<Integer, Plan> plans = new HashMap<>(); // Of that thread alone.

  /** Reads the weights once, so that a folder without them is refused now and not later. */
  CompiledRunner(SavedModel model, Precision precision) {
    this.model = model;
    this.precision = precision;
    this.thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, "resnet4j-inference");
              made.setDaemon(true);
              return made;
            });
    try {
      call(() -> plan(1));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public float[] logits(float[] pixels, int images) {
    Network network = model.network();
    int size = Math.toIntExact(network.input().size());
    int classes = network.classes();
    float[] logits = new float[images * classes];
    for (int from = 0; from < images; ) {
      int first = from;
      int count = images - first == 1 ? 1 : Math.min(BATCH, images - first);
      float[] some =
          call(
              () -> {
                Plan plan = plan(count == 1 ? 1 : BATCH);
                plan.pixels().put(pixels, first * size, count * size);
                return plan.run();
              });
      System.arraycopy(some, 0, logits, first * classes, count * classes);
      from += count;
    }
    return logits;
  }

  private Plan plan(int batch) {
    Plan plan = plans.get(batch);
    if (plan == null) {
      Engine.adoptThread();
      try (ModelWeights weights = ModelWeights.open(model.folder(), model.network())) {
        plan = new Plan(model.network(), weights::floats, batch, precision);
      }
      plans.put(batch, plan);
    }
    return plan;
  }

  /** On the thread of the plans; what it throws is thrown here. */
  private <T> T call(Callable<T> work) {
    Future<T> result = thread.submit(work);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true; // It takes milliseconds, and its buffers are the caller's.
        } catch (ExecutionException e) {
          throw e.getCause() instanceof RuntimeException reason
              ? reason
              : new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    if (!thread.isShutdown()) {
      call(
          () -> {
            plans.values().forEach(Plan::close);
            plans.clear();
            return true;
          });
      thread.shutdown();
    }
  }
}
