package org.resnet4j.data.batch;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;

/**
 * Reads, varies and normalises images on threads of its own, some batches ahead.
 *
 * <p>The order is a function of seed and epoch, an image's variation one of seed, epoch and its
 * index, a batch's mixing one of seed, epoch and its number: the batches are the same to the last
 * bit whatever the number of threads. Close it to end the threads.
 */
public final class Loader implements AutoCloseable {
  private final Dataset dataset;
  private final Augmenter augmenter;
  private final Shape input;
  private final int imageLength;
  private final Options options;
  private final Optional<Balance> balance;
  private final ExecutorService workers;

  /**
   * How to form batches.
   *
   * @param batchSize images in a batch, at least 1
   * @param shuffle whether each epoch has its own random order; otherwise the data set's
   * @param dropLast whether a last batch that is not full is left out
   * @param threads how many batches are made at a time, at least 1
   * @param balanced whether each epoch has every class equally often, in a random order; an image
   *     may come several times then, each time varied in another way
   * @param mixing what each batch goes through at the end
   */
  public record Options(
      int batchSize,
      long seed,
      boolean shuffle,
      boolean dropLast,
      int threads,
      boolean balanced,
      Mixing mixing) {
    /** Throws {@link IllegalArgumentException} if a number is below 1. */
    public Options {
      if (batchSize < 1 || threads < 1) {
        throw new IllegalArgumentException(
            "batchSize = %d, threads = %d: must be at least 1".formatted(batchSize, threads));
      }
    }

    /** Every image once, and none mixed. */
    public Options(int batchSize, long seed, boolean shuffle, boolean dropLast, int threads) {
      this(batchSize, seed, shuffle, dropLast, threads, false, Mixing.NONE);
    }

    /** The same with every class equally often. */
    public Options inBalance() {
      return new Options(batchSize, seed, shuffle, dropLast, threads, true, mixing);
    }

    /** The same with batches that are mixed. */
    public Options mixed(Mixing other) {
      return new Options(batchSize, seed, shuffle, dropLast, threads, balanced, other);
    }

    /** In the data set's order, all of it, on one thread: as evaluation wants it. */
    public static Options inOrder(int batchSize) {
      return new Options(batchSize, 0, false, false, 1);
    }
  }

  /**
   * Starts no work yet.
   *
   * @throws IllegalArgumentException if the batches are too large for an array, there would be
   *     none, or the augmentation or the images do not fit the input
   * @throws DataException if the first image cannot be read
   */
  public Loader(
      Dataset dataset, Preprocessing preprocessing, Augmentation augmentation, Options options) {
    this.dataset = dataset;
    this.options = options;
    augmenter = new Augmenter(preprocessing, augmentation);
    input = preprocessing.input();
    imageLength = (int) input.size();
    balance = options.balanced() ? Optional.of(new Balance(dataset)) : Optional.empty();
    if ((long) options.batchSize() * imageLength > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "batchSize = %d: images of %s do not fit one array; take fewer"
              .formatted(options.batchSize(), input));
    }
    if (batches() == 0) {
      throw new IllegalArgumentException(
          "batchSize = %d: above the %d images, and dropLast leaves no batch"
              .formatted(options.batchSize(), dataset.size()));
    }
    augmenter.write(dataset.image(0), Seeds.ofImage(0, 0, 0), new float[imageLength], 0);
    workers =
        Executors.newFixedThreadPool(
            options.threads(),
            work -> {
              Thread thread = new Thread(work, "resnet4j-loader");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The number of batches in an epoch. */
  public int batches() {
    int full = dataset.size() / options.batchSize();
    boolean rest = dataset.size() % options.batchSize() > 0;
    return rest && !options.dropLast() ? full + 1 : full;
  }

  /**
   * Starts an epoch.
   *
   * @param skip how many batches at its start are left out, to resume in its middle
   */
  public Batches epoch(int epoch, int skip) {
    if (epoch < 0 || skip < 0 || skip > batches()) {
      throw new IllegalArgumentException(
          "epoch = %d, skip = %d: must be at least 0, skip at most %d"
              .formatted(epoch, skip, batches()));
    }
    int[] order = order(epoch);
    int[] turns = turns(order);
    return new Batches(
        workers,
        options.threads() + 1,
        skip,
        batches(),
        (k, buffers) -> make(epoch, order, turns, k, buffers));
  }

  private int[] order(int epoch) {
    if (balance.isPresent()) {
      return balance.get().order(options.seed(), epoch);
    }
    return options.shuffle()
        ? Seeds.order(options.seed(), epoch, dataset.size())
        : IntStream.range(0, dataset.size()).toArray();
  }

  /** How often each image of the order has come before. */
  private int[] turns(int[] order) {
    int[] turns = new int[order.length];
    if (balance.isPresent()) {
      int[] seen = new int[dataset.size()];
      Arrays.setAll(turns, i -> seen[order[i]]++);
    }
    return turns;
  }

  private Batch make(int epoch, int[] order, int[] turns, int number, Batches.Buffers buffers) {
    int start = number * options.batchSize();
    int size = Math.min(options.batchSize(), order.length - start);
    int[] labels = new int[size];
    int[] indices = new int[size];
    float[] pixels = buffers.take(size * imageLength);
    for (int i = 0; i < size; i++) {
      Batches.stopIfClosed();
      int index = order[start + i];
      indices[i] = index;
      labels[i] = dataset.label(index);
      augmenter.write(
          dataset.image(index),
          Seeds.ofImage(options.seed(), epoch, index, turns[start + i]),
          pixels,
          i * imageLength);
    }
    SplittableRandom draws = Seeds.ofBatch(options.seed(), epoch, number);
    Batch.Mix mix = options.mixing().apply(pixels, labels, input, draws);
    return new Batch(size, pixels, labels, indices, mix);
  }

  /** Ends the threads, also those of epochs not read to their end; again does nothing. */
  @Override
  public void close() {
    for (Runnable waiting : workers.shutdownNow()) {
      if (waiting instanceof Future<?> batch) {
        batch.cancel(true); // A reader of it must not wait for ever.
      }
    }
  }
}
