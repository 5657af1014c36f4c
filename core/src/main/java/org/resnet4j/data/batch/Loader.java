package org.resnet4j.data.batch;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.variation.Variety;

/**
 * Reads, varies and normalises images on threads of its own, some batches ahead.
 *
 * <p>The order is a function of seed and epoch, an image's variation one of seed, epoch and its
 * index (and of which of its repetitions it is), a batch's mixing one of seed, epoch and its
 * number: the batches are the same to the last bit whatever the number of threads. Close it to end
 * the threads.
 */
public final class Loader implements AutoCloseable {
  private final Dataset dataset;
  private final List<Augmenter> augmenters;
  private final Sizes sizes;
  private final int repeats;
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

    /** The number of batches that so many images make. */
    public int batches(int images) {
      int full = images / batchSize;
      return images % batchSize > 0 && !dropLast ? full + 1 : full;
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
    this(dataset, preprocessing, augmentation, Variety.NONE, Sizes.NONE, options);
  }

  /**
   * Starts no work yet.
   *
   * @param variety what becomes of images after the augmentation
   * @param sizes of the images over the epochs
   * @throws IllegalArgumentException as above, or if the preprocessing has no other size
   * @throws DataException if the first image cannot be read
   */
  public Loader(
      Dataset dataset,
      Preprocessing preprocessing,
      Augmentation augmentation,
      Variety variety,
      Sizes sizes,
      Options options) {
    this.dataset = dataset;
    this.options = options;
    balance = options.balanced() ? Optional.of(new Balance(dataset)) : Optional.empty();
    this.sizes = sizes;
    this.repeats = variety.repeats();
    augmenters =
        inputs(preprocessing.input(), sizes).stream()
            .map(input -> new Augmenter(preprocessing.withInput(input), augmentation, variety))
            .toList();
    for (Augmenter augmenter : augmenters) {
      if ((long) options.batchSize() * augmenter.length() > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "batchSize = %d: images of %s do not fit one array; take fewer"
                .formatted(options.batchSize(), augmenter.input()));
      }
    }
    if (batches() == 0) {
      throw new IllegalArgumentException(
          "batchSize = %d: above the %d images, and dropLast leaves no batch"
              .formatted(options.batchSize(), dataset.size()));
    }
    Augmenter first = augmenters.get(0);
    first.write(dataset.image(0), Seeds.ofImage(0, 0, 0), new float[first.length()], 0);
    workers =
        Executors.newFixedThreadPool(
            options.threads(),
            work -> {
              Thread thread = new Thread(work, "resnet4j-loader");
              thread.setDaemon(true);
              return thread;
            });
  }

  private static List<Shape> inputs(Shape input, Sizes sizes) {
    return sizes.sides().isEmpty()
        ? List.of(input)
        : sizes.sides().stream().map(side -> new Shape(input.channels(), side, side)).toList();
  }

  /** The number of batches in an epoch. */
  public int batches() {
    return options.batches(dataset.size());
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
    Augmenter augmenter = augmenters.get(sizes.sides().isEmpty() ? 0 : sizes.stage(epoch));
    return new Batches(
        workers,
        options.threads() + 1,
        skip,
        batches(),
        (k, buffers) -> make(augmenter, epoch, order, turns, k, buffers));
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

  private Batch make(
      Augmenter augmenter,
      int epoch,
      int[] order,
      int[] turns,
      int number,
      Batches.Buffers buffers) {
    int start = number * options.batchSize();
    int size = Math.min(options.batchSize(), order.length - start);
    int[] labels = new int[size];
    int[] indices = new int[size];
    int imageLength = augmenter.length();
    float[] pixels = buffers.take(size * imageLength);
    Image image = null;
    for (int i = 0; i < size; i++) {
      Batches.stopIfClosed();
      int index = order[(start + i) / repeats];
      if (image == null || index != indices[i - 1]) {
        image = dataset.image(index); // Once for all of its repetitions.
      }
      indices[i] = index;
      labels[i] = dataset.label(index);
      augmenter.write(
          image,
          Seeds.ofImage(options.seed(), epoch, index, turn(turns, start + i)),
          pixels,
          i * imageLength);
    }
    SplittableRandom draws = Seeds.ofBatch(options.seed(), epoch, number);
    Batch.Mix mix = options.mixing().apply(pixels, labels, augmenter.input(), draws);
    return new Batch(size, pixels, labels, indices, mix);
  }

  /** Which variation of its image the k-th of an epoch is. */
  private int turn(int[] turns, int k) {
    return turns[k / repeats] * repeats + k % repeats;
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
