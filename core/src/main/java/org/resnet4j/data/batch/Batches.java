package org.resnet4j.data.batch;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one epoch, once, in order; for one thread.
 *
 * <p>Close it when it is not read to its end, so that its loader works on no batch nobody wants.
 */
public final class Batches implements Iterable<Batch>, AutoCloseable {
  private final ExecutorService workers;
  private final Maker maker;
  private final int end;
  private final Queue<Future<Batch>> ahead = new ArrayDeque<>();
  private final Buffers buffers = new Buffers();
  private int submitted;
  private @Nullable Batch lent;
  private long waitedNanos;

  /** Makes one batch, on any thread. */
  interface Maker {
    Batch make(int number, Buffers buffers);
  }

  /** Arrays to be filled again, so that large batches do not churn the heap. */
  static final class Buffers {
    private final Queue<float[]> free = new ConcurrentLinkedQueue<>();

    float[] take(int length) {
      float[] buffer = free.poll();
      return buffer != null && buffer.length == length ? buffer : new float[length];
    }

    void giveBack(float[] buffer) {
      free.add(buffer);
    }
  }

  Batches(ExecutorService workers, int depth, int first, int end, Maker maker) {
    this.workers = workers;
    this.maker = maker;
    this.end = end;
    this.submitted = first;
    for (int i = 0; i < depth; i++) {
      submit();
    }
  }

  private void submit() {
    if (submitted < end) {
      int number = submitted++;
      ahead.add(workers.submit(() -> maker.make(number, buffers)));
    }
  }

  /** Iterators share one position: this is one pass over the epoch. */
  @Override
  public Iterator<Batch> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return !ahead.isEmpty();
      }

      @Override
      public Batch next() {
        return nextBatch();
      }
    };
  }

  private Batch nextBatch() {
    if (workers.isShutdown()) {
      throw new IllegalStateException("the loader is closed; read its batches before");
    }
    Future<Batch> head = ahead.poll();
    if (head == null) {
      throw new NoSuchElementException("the epoch has no more batches");
    }
    if (lent != null) {
      buffers.giveBack(lent.pixels());
    }
    submit();
    long start = System.nanoTime();
    try {
      lent = head.get();
      return lent;
    } catch (ExecutionException e) {
      close();
      throw original(e);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for a batch");
    } finally {
      waitedNanos += System.nanoTime() - start;
    }
  }

  /** How long the reader has waited for batches so far, in nanoseconds. */
  public long waitedNanos() {
    return waitedNanos;
  }

  /** Drops what was prepared ahead; there are no more batches then. */
  @Override
  public void close() {
    ahead.forEach(batch -> batch.cancel(true));
    ahead.clear();
    submitted = end;
  }

  /** Ends the work on a batch whose epoch or loader was closed. */
  static void stopIfClosed() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("the loader was closed");
    }
  }

  private static RuntimeException original(ExecutionException failure) {
    Throwable cause = failure.getCause();
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(cause);
  }
}
