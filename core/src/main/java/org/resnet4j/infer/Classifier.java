package org.resnet4j.infer;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.ImageDecoder;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Judging;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Processor;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Judge;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.ModelWeights;
import org.resnet4j.weights.model.Quantization;

/**
 * Classifies images with a trained network; safe for any number of threads.
 *
 * <p>Images go through the preprocessing that the network was trained with, which is part of the
 * model. Files and streams are decoded on the calling thread; {@link #decode} gives an image that
 * several methods can then take. Once this is closed, every method but those that say what it is
 * throws {@link IllegalStateException}; while its thread waits and is interrupted, {@link
 * CancellationException}.
 */
public final class Classifier implements AutoCloseable {
  private static final int GPU_BATCH = 128;

  private final SavedModel model;
  private final Network network;
  private final Runner runner;
  private final InferencePrecision precision;
  private final Preprocessing preprocessing;
  private final List<String> labels;
  private final ImageDecoder decoder;
  private final int threads;
  private final int streams;
  private final int batch;
  private volatile boolean closed;

  /** What the threads do. */
  public enum Mode {
    /** All threads work on one image: it is answered soonest. */
    LATENCY,
    /** Each thread works on images of its own: most images are answered in a second. */
    THROUGHPUT
  }

  /**
   * How a model runs.
   *
   * @param threads in all; 0 for as many as there are processors, or {@code RESNET4J_THREADS}
   * @param batch images that run together where a call has many; 0 for what suits the network
   */
  public record Options(InferencePrecision precision, Mode mode, int threads, int batch) {
    /** The fastest precision, soonest answers, all processors. */
    public static final Options DEFAULT = new Options(InferencePrecision.AUTO, Mode.LATENCY, 0, 0);

    private static final int MOST_THREADS = 1024;
    private static final int MOST_IMAGES = 1024;
    private static final int MOST_CHOSEN = 64;

    /** Multiply-adds of a run of one thread: 8 images for ResNet-50, with which it is fastest. */
    private static final long WORTHWHILE = 40_000_000_000L;

    /** Throws {@link IllegalArgumentException} for numbers out of their range. */
    public Options {
      if (threads < 0 || threads > MOST_THREADS) {
        throw new IllegalArgumentException(
            "threads = %d: must be from 1 to %d, or 0 to choose".formatted(threads, MOST_THREADS));
      }
      if (batch < 0 || batch > MOST_IMAGES) {
        throw new IllegalArgumentException(
            "batch = %d: must be from 1 to %d, or 0 to choose".formatted(batch, MOST_IMAGES));
      }
    }

    public Options withPrecision(InferencePrecision other) {
      return new Options(other, mode, threads, batch);
    }

    public Options withMode(Mode other) {
      return new Options(precision, other, threads, batch);
    }

    public Options withThreads(int other) {
      return new Options(precision, mode, other, batch);
    }

    public Options withBatch(int other) {
      return new Options(precision, mode, threads, other);
    }

    private int chosenThreads() {
      return threads > 0 ? threads : Engine.threads();
    }

    /**
     * So many images that a run is worth its start: a network for small images spends as long
     * between its steps as in them.
     */
    private int chosenBatch(Network network) {
      if (batch > 0) {
        return batch;
      }
      long most = mode == Mode.LATENCY ? 2 * WORTHWHILE : WORTHWHILE;
      long images = Math.min(most / Math.max(1, network.multiplyAdds()), MOST_CHOSEN);
      return (int) Long.highestOneBit(Math.max(images, 1)); // Halves can be run in slices.
    }
  }

  private Classifier(
      SavedModel model,
      Runner runner,
      InferencePrecision precision,
      Options options,
      int threads,
      int batch) {
    this.model = model;
    this.network = model.network();
    this.runner = runner;
    this.precision = precision;
    this.preprocessing = model.preprocessing();
    this.labels = model.labels();
    this.decoder = new ImageDecoder(network.input().channels());
    this.threads = threads;
    this.streams = options.mode() == Mode.THROUGHPUT ? threads : 1;
    this.batch = batch;
  }

  /**
   * Opens a model folder, or a run folder that has one.
   *
   * @throws org.resnet4j.weights.WeightsException if it is not a model
   */
  public static Classifier load(Path model) {
    return load(model, Options.DEFAULT);
  }

  /**
   * Opens a model folder, or a run folder that has one.
   *
   * @throws org.resnet4j.weights.WeightsException if it is not a model
   * @throws IllegalArgumentException if the processor or the model lacks what the precision needs
   */
  public static Classifier load(Path model, Options options) {
    SavedModel saved = SavedModel.open(model);
    if (Device.of("auto") == Device.CUDA) {
      return onGpu(saved, options);
    }
    boolean wanted =
        options.precision() == InferencePrecision.AUTO
            || options.precision() == InferencePrecision.INT8;
    Optional<Quantization> quantization =
        wanted ? ModelFolder.readQuantization(saved.folder()) : Optional.empty();
    Processor processor = Processor.here();
    InferencePrecision precision = options.precision().on(processor, quantization.isPresent());
    boolean narrow = precision == InferencePrecision.INT8;
    return onCpu(
        saved,
        options,
        precision,
        narrow ? InferencePrecision.AUTO.on(processor, false) : precision,
        narrow ? quantization.orElseThrow() : null);
  }

  private static Classifier onGpu(SavedModel saved, Options options) {
    if (options.precision() == InferencePrecision.INT8) {
      throw new IllegalArgumentException(
          "precision = int8: a GPU runs fp32 and bf16 here; use one of them");
    }
    Precision precision =
        options.precision() == InferencePrecision.FP32 ? Precision.FP32 : Precision.BF16;
    InferencePrecision named = InferencePrecision.named(precision.id());
    Runner runner = new LiveRunner(saved.live(Device.CUDA, precision));
    return new Classifier(saved, runner, named, options, options.chosenThreads(), GPU_BATCH);
  }

  /** A classifier of compiled plans, with another quantization than the folder's. */
  static Classifier onCpu(
      SavedModel saved,
      Options options,
      InferencePrecision precision,
      InferencePrecision wide,
      @Nullable Quantization quantization) {
    int threads = options.chosenThreads();
    int batch = options.chosenBatch(saved.network());
    Shape input = saved.network().input();
    if (batch * input.size() * Float.BYTES > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "batch = %d: so many images of %s take more than 2 GB; choose fewer"
              .formatted(batch, input));
    }
    Runner runner =
        new CompiledRunner(
            saved.network(),
            ModelWeights.open(saved.folder(), saved.network()),
            wide == InferencePrecision.BF16 ? Precision.BF16 : Precision.FP32,
            quantization,
            options.mode(),
            threads,
            batch);
    return new Classifier(saved, runner, precision, options, threads, batch);
  }

  public Network network() {
    return network;
  }

  /** The names of the classes, in the order of the logits. */
  public List<String> labels() {
    return labels;
  }

  /** What it computes in; not {@code AUTO}. */
  public InferencePrecision precision() {
    return precision;
  }

  // Images.

  /**
   * Decodes a JPEG or PNG file.
   *
   * @throws DataException if it is none that can be read
   */
  public Image decode(Path file) {
    requireOpen();
    return decoder.decode(file);
  }

  /**
   * Decodes the content of a JPEG or PNG file.
   *
   * @throws DataException if it is none that can be read
   */
  public Image decode(byte[] file) {
    requireOpen();
    return decoder.decode(file, "image");
  }

  /**
   * Reads a JPEG or PNG file from a stream to its end and decodes it; the caller closes the stream.
   *
   * @throws DataException if it is none that can be read
   */
  public Image decode(InputStream file) {
    requireOpen();
    return decoder.decode(file, "image");
  }

  /** The pixels of an image in memory, whatever its type; what is transparent keeps its colour. */
  public Image decode(BufferedImage image) {
    requireOpen();
    return decoder.decode(image);
  }

  // One image.

  /**
   * The {@code k} most probable classes of an image file, best first.
   *
   * @throws DataException if it is no readable JPEG or PNG
   */
  public List<Prediction> classify(Path image, int k) {
    requirePositive(k);
    return predictions(fittedLogits(fitted(image)), 0, k);
  }

  /** The {@code k} most probable classes of an image, best first; of any size. */
  public List<Prediction> classify(Image image, int k) {
    requirePositive(k);
    return predictions(logits(image), 0, k);
  }

  /** What the network says before softmax, one for each class. */
  public float[] logits(Image image) {
    return fittedLogits(preprocessing.fit(image));
  }

  private float[] fittedLogits(Image fitted) {
    requireOpen();
    return runner.logits(1, input(List.of(fitted)));
  }

  /** What {@link Preprocessing#fit} makes of a file, decoding no more than that needs. */
  private Image fitted(Path file) {
    requireOpen();
    return decoder.decode(file, preprocessing.crop());
  }

  /**
   * What the network knows of an image file before it decides: the pooled features.
   *
   * @throws DataException if it is no readable JPEG or PNG
   */
  public float[] embed(Path image) {
    return runner.features(1, input(List.of(fitted(image))));
  }

  /** What the network knows of an image before it decides: the pooled features. */
  public float[] embed(Image image) {
    requireOpen();
    return runner.features(1, input(List.of(preprocessing.fit(image))));
  }

  /**
   * What a stage of the network makes of an image.
   *
   * @param stage counted from 1
   * @throws IllegalArgumentException if the network has no such stage
   */
  public FeatureMaps featureMaps(Image image, int stage) {
    requireOpen();
    int stages = network.stages().size();
    if (stage < 1 || stage > stages) {
      throw new IllegalArgumentException(
          "stage = %d: %s has stages 1 to %d".formatted(stage, network.name(), stages));
    }
    Shape shape = network.featureMaps().get(stage - 1).shape();
    float[] values = runner.stage(stage, 1, input(List.of(preprocessing.fit(image))));
    return FeatureMaps.ofChannelsLast(shape, values);
  }

  // Many images.

  /** The {@code k} most probable classes of each image, best first. */
  public List<List<Prediction>> classify(List<Image> images, int k) {
    requireOpen();
    requirePositive(k);
    List<Image> fitted = images.stream().map(preprocessing::fit).toList();
    float[] logits = runner.logits(fitted.size(), input(fitted));
    return IntStream.range(0, fitted.size()).mapToObj(i -> predictions(logits, i, k)).toList();
  }

  /** The pooled features of each image. */
  public List<float[]> embed(List<Image> images) {
    requireOpen();
    List<Image> fitted = images.stream().map(preprocessing::fit).toList();
    int size = network.features();
    float[] features = runner.features(fitted.size(), input(fitted));
    return IntStream.range(0, fitted.size())
        .mapToObj(i -> Arrays.copyOfRange(features, i * size, (i + 1) * size))
        .toList();
  }

  /**
   * Classifies image files, decoding some while the network works on others; one that cannot be
   * read does not keep the others from it.
   *
   * @param stop asked before each, on several threads; once true, no other is begun
   * @return one for each file that was begun, in their order
   */
  public List<Classification> classifyFiles(List<Path> files, int k, BooleanSupplier stop) {
    requireOpen();
    requirePositive(k);
    ExecutorService callers = Executors.newFixedThreadPool(Math.max(2, threads), this::daemon);
    try {
      List<Future<List<Classification>>> chunks = new ArrayList<>();
      for (int from = 0; from < files.size(); from += batch) {
        List<Path> chunk = files.subList(from, Math.min(from + batch, files.size()));
        chunks.add(callers.submit(() -> classifyChunk(chunk, k, stop)));
      }
      List<Classification> all = new ArrayList<>();
      for (Future<List<Classification>> chunk : chunks) {
        all.addAll(Workers.waitFor(chunk));
      }
      return all;
    } finally {
      callers.shutdownNow();
    }
  }

  private Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "resnet4j-decoding");
    thread.setDaemon(true);
    return thread;
  }

  private List<Classification> classifyChunk(List<Path> files, int k, BooleanSupplier stop) {
    List<Image> images = new ArrayList<>();
    List<@Nullable DataException> failures = new ArrayList<>();
    for (Path file : files) {
      if (stop.getAsBoolean()) {
        break;
      }
      try {
        images.add(fitted(file));
        failures.add(null);
      } catch (DataException e) {
        failures.add(e);
      }
    }
    float[] logits = runner.logits(images.size(), input(images));
    List<Classification> results = new ArrayList<>();
    int next = 0;
    for (int i = 0; i < failures.size(); i++) {
      DataException failure = failures.get(i);
      results.add(
          failure != null
              ? new Classification.Failure(files.get(i), failure)
              : new Classification.Success(files.get(i), predictions(logits, next++, k)));
    }
    return results;
  }

  private Runner.Images input(List<Image> fitted) {
    return (number, target) ->
        preprocessing.normalise(fitted.get(number), target, target.position());
  }

  private static void requirePositive(int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k = %d: must be at least 1".formatted(k));
    }
  }

  private List<Prediction> predictions(float[] logits, int row, int k) {
    float[] probabilities = softmax(logits, row * network.classes(), network.classes());
    return IntStream.range(0, probabilities.length)
        .mapToObj(index -> new Prediction(index, labels.get(index), probabilities[index]))
        .sorted(Comparator.comparingDouble(Prediction::probability).reversed())
        .limit(k)
        .toList();
  }

  static float[] softmax(float[] logits, int from, int classes) {
    double most = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < classes; i++) {
      most = Math.max(most, logits[from + i]);
    }
    double[] powers = new double[classes];
    double sum = 0;
    for (int i = 0; i < classes; i++) {
      powers[i] = Math.exp(logits[from + i] - most);
      sum += powers[i];
    }
    float[] probabilities = new float[classes];
    for (int i = 0; i < classes; i++) {
      probabilities[i] = (float) (powers[i] / sum);
    }
    return probabilities;
  }

  // Data sets.

  /**
   * Judges the test images of a data set.
   *
   * @param data a folder or file, or the name of a built-in set
   * @throws DataException if the data cannot be used, or has other classes
   */
  public Evaluation evaluate(String data) {
    return evaluate(data, Judging.centre());
  }

  /**
   * Judges the test images of a data set by the average of several views of each.
   *
   * @param data a folder or file, or the name of a built-in set
   * @param judging the views; the crop is the model's
   * @throws DataException if the data cannot be used, or has other classes
   * @throws IllegalArgumentException if the model has no such views
   */
  public Evaluation evaluate(String data, Judging judging) {
    requireOpen();
    Splits splits = DataSources.open(data, Unreadable.FAIL);
    new ClassNames("the model", labels).requireSame(data, splits.test().classes());
    try (Judge judge = new Judge(splits.test(), preprocessing, judging, evaluationBatch())) {
      return judging.views() == Judging.Views.MULTI_SCALE
          ? evaluateOfAnySize(judge)
          : judge.evaluate(this::logits);
    }
  }

  /** Compiled plans take images of one size; the live network takes any. */
  private Evaluation evaluateOfAnySize(Judge judge) {
    if (precision == InferencePrecision.INT8) {
      throw new IllegalArgumentException(
          "views = multi-scale: int8 takes images of one size; take --precision fp32 or bf16");
    }
    Device device = Device.of("auto");
    try (LiveNetwork live = model.live(device, Precision.of(precision.id(), device))) {
      return judge.evaluate(live);
    }
  }

  /** Enough for all streams, and no more than an array of a quarter of a gigabyte. */
  private int evaluationBatch() {
    long fitting = Math.max(1, (1L << 26) / network.input().size());
    return (int) Math.min(Math.max((long) batch * streams, 32), fitting);
  }

  /** (N, classes) of a batch that the model's preprocessing has made. */
  float[] logits(Batch batch) {
    int size = Math.toIntExact(network.input().size());
    return runner.logits(
        batch.size(), (number, target) -> target.put(batch.pixels(), number * size, size));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the classifier is closed; open another");
    }
  }

  /** Waits for the calls under way; later ones are refused. May be repeated. */
  @Override
  public void close() {
    closed = true;
    runner.close();
  }
}
