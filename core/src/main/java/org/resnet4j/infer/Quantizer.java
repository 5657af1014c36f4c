package org.resnet4j.infer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Network;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.Subset;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Processor;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.model.ModelConfig;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.ModelWeights;
import org.resnet4j.weights.model.Quantization;

/**
 * Makes a model that computes in 8 bits of a trained one, without training: post-training
 * quantisation.
 *
 * <p>Weights get a scale for each output channel, feature maps one each, found from sample images.
 * How they are found, and whether the first and last layers stay wider, is chosen by accuracy on
 * images held back from the training set; the test set is read once, to report.
 */
public final class Quantizer {
  private static final int FEWEST = 16;

  private final Path model;
  private final SavedModel saved;
  private final Options options;
  private final Consumer<Candidate> tried;

  /**
   * How to quantise.
   *
   * @param images to find scales with
   * @param heldBack images to choose with
   * @param method {@code auto}, {@code min-max}, {@code percentile} or {@code entropy}
   * @param keep layers that stay wider; nothing to choose them
   */
  public record Options(
      int images, int heldBack, String method, Optional<Set<String>> keep, long seed) {
    /** 256 images, 1000 held back, everything chosen. */
    public static final Options DEFAULT = new Options(256, 1000, "auto", Optional.empty(), 0);

    /** Throws {@link IllegalArgumentException} for a value out of its range. */
    public Options {
      if (images < FEWEST) {
        throw new IllegalArgumentException(
            "images = %d: at least %d are needed to find scales; give more"
                .formatted(images, FEWEST));
      }
      if (heldBack < 1) {
        throw new IllegalArgumentException(
            "held-back = %d: must be at least 1".formatted(heldBack));
      }
      if (!method.equals("auto")
          && Arrays.stream(Calibration.Method.values()).noneMatch(m -> m.id().equals(method))) {
        throw new IllegalArgumentException(
            "method = %s: must be auto, min-max, percentile or entropy".formatted(method));
      }
    }

    private List<Calibration.Method> methods() {
      return Arrays.stream(Calibration.Method.values())
          .filter(m -> method.equals("auto") || m.id().equals(method))
          .toList();
    }
  }

  /**
   * How a way to quantise does on the images held back.
   *
   * @param kept layers that stay wider
   * @param top1 the share of images that get their class
   * @param agreement the share of images that get the class that fp32 gives them
   * @param divergence of its probabilities from those of fp32 (Kullback-Leibler, in nats), the mean
   *     over images
   */
  public record Candidate(
      String method, Set<String> kept, double top1, double agreement, double divergence) {}

  /**
   * What came out.
   *
   * @param chosen on the images held back
   * @param heldBackTop1 of fp32 on the same
   * @param before of fp32, on the test images
   * @param after of 8 bits, on the same
   * @param agreement the share of test images that get the same class from both
   */
  public record Result(
      Candidate chosen,
      double heldBackTop1,
      int testImages,
      double before,
      double after,
      double agreement) {}

  private Quantizer(Path model, Options options, Consumer<Candidate> tried) {
    this.model = model;
    this.saved = SavedModel.open(model);
    this.options = options;
    this.tried = tried;
  }

  /**
   * Quantises a model and writes it as a model folder.
   *
   * @param data a folder or file, or the name of a built-in set, with the model's classes
   * @param out where the model goes; may not be the model's own folder
   * @param tried told of each candidate
   * @throws WeightsException if it is not a model
   * @throws DataException if the data cannot be used, have other classes, or too few images
   * @throws IllegalArgumentException if a layer to keep is not the network's, or this processor
   *     cannot judge 8-bit networks
   * @throws IOException if the folder cannot be written
   */
  public static Result quantize(
      Path model, String data, Path out, Options options, Consumer<Candidate> tried)
      throws IOException {
    return new Quantizer(model, options, tried).run(data, out);
  }

  private Result run(String data, Path out) throws IOException {
    InferencePrecision.INT8.on(Processor.here(), true);
    options.keep().ifPresent(this::requireLayers);
    if (out.toAbsolutePath().normalize().equals(saved.folder().toAbsolutePath().normalize())) {
      throw new IllegalArgumentException(
          "out = %s: is the model's own folder; choose another".formatted(out));
    }
    Splits splits = DataSources.open(data, Unreadable.FAIL);
    new ClassNames("the model", saved.labels()).requireSame(data, splits.test().classes());
    int[] order = Subset.order(new SplittableRandom(options.seed()), splits.train().size());
    if (order.length < 2 * FEWEST) {
      throw new DataException(
          "%s: %d training images are too few to find scales and to choose with; at least %d are needed"
              .formatted(data, order.length, 2 * FEWEST));
    }
    int images = Math.min(options.images(), order.length / 2);
    int heldBack = Math.min(options.heldBack(), order.length - images);
    Dataset sample = new Subset(splits.train(), Arrays.copyOf(order, images));
    Dataset judges =
        new Subset(splits.train(), Arrays.copyOfRange(order, images, images + heldBack));
    try (Classifier wide = classifier(null)) {
      Calibration calibration = calibrate(sample);
      Answers expected = answers(wide, judges, true);
      Judged best = choose(calibration, judges, expected);
      Answers before = answers(wide, splits.test(), false);
      Answers after = answers(best.quantization, splits.test(), false);
      Result result =
          new Result(
              best.candidate,
              expected.top1(),
              before.predicted.length,
              before.top1(),
              after.top1(),
              after.agreement(before));
      write(out, best.quantization, result);
      return result;
    }
  }

  private void requireLayers(Set<String> names) {
    Set<String> layers = Quantization.layers(saved.network());
    for (String name : names) {
      if (!layers.contains(name)) {
        throw new IllegalArgumentException(
            "keep = %s: %s has no such convolution or linear layer; e.g. %s"
                .formatted(
                    name,
                    saved.network().name(),
                    layers.stream().limit(3).collect(Collectors.joining(", "))));
      }
    }
  }

  /** On a thread of its own that starts no others: steps of one image are short. */
  private Calibration calibrate(Dataset sample) {
    ExecutorService thread =
        Executors.newSingleThreadExecutor(
            work -> {
              Thread made = new Thread(work, "resnet4j-calibration");
              made.setDaemon(true);
              return made;
            });
    try {
      return new Workers.Call<>(thread.submit(() -> calibrateHere(sample))).result();
    } finally {
      thread.shutdown();
    }
  }

  private Calibration calibrateHere(Dataset sample) {
    Engine.adoptThread(1);
    Network network = saved.network();
    try (ModelWeights weights = ModelWeights.open(saved.folder(), network);
        Compiler compiler = new Compiler(network, weights::floats, Precision.FP32, null);
        Loader loader = loader(sample, 1)) {
      return new Calibration(network, compiler, () -> pixels(loader.epoch(0, 0)));
    }
  }

  private static Iterator<float[]> pixels(Batches batches) {
    Iterator<Batch> images = batches.iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return images.hasNext();
      }

      @Override
      public float[] next() {
        return images.next().pixels();
      }
    };
  }

  private Loader loader(Dataset images, int batch) {
    return new Loader(
        images, saved.preprocessing(), new Augmentation.None(), Loader.Options.inOrder(batch));
  }

  /** The method first, with nothing kept; then what to keep. */
  private Judged choose(Calibration calibration, Dataset judges, Answers expected) {
    Set<String> kept = options.keep().orElse(Set.of());
    List<Judged> judged = new ArrayList<>();
    for (Calibration.Method method : options.methods()) {
      judged.add(judge(calibration.quantization(method, kept), judges, expected));
    }
    if (options.keep().isEmpty()) {
      Quantization best = Collections.max(judged).quantization;
      for (Set<String> some : keepable()) {
        judged.add(judge(best.withKept(some), judges, expected));
      }
    }
    return Collections.max(judged);
  }

  private Judged judge(Quantization quantization, Dataset judges, Answers expected) {
    Answers answers = answers(quantization, judges, true);
    Candidate candidate =
        new Candidate(
            quantization.method(),
            quantization.kept(),
            answers.top1(),
            answers.agreement(expected),
            answers.divergence(expected));
    tried.accept(candidate);
    return new Judged(quantization, candidate);
  }

  /**
   * Better by accuracy; then by agreement with fp32; then by divergence from it, which must fall by
   * half for each layer that stays wider.
   */
  private record Judged(Quantization quantization, Candidate candidate)
      implements Comparable<Judged> {
    @Override
    public int compareTo(Judged other) {
      return Comparator.comparingDouble(Candidate::top1)
          .thenComparingDouble(Candidate::agreement)
          .thenComparingDouble(c -> -c.divergence() * (1 << Math.min(c.kept().size(), 30)))
          .compare(candidate, other.candidate);
    }
  }

  /** Errors of the first layer reach all others, those of the last nobody corrects. */
  private List<Set<String>> keepable() {
    String first = saved.network().stemLayers().get(0).name();
    String last = saved.network().headName();
    return List.of(Set.of(first), Set.of(last), Set.of(first, last));
  }

  private Classifier classifier(@Nullable Quantization quantization) {
    Classifier.Options throughput = Classifier.Options.DEFAULT.withMode(Classifier.Mode.THROUGHPUT);
    InferencePrecision wide =
        quantization == null
            ? InferencePrecision.FP32
            : InferencePrecision.AUTO.on(Processor.here(), false);
    InferencePrecision precision = quantization == null ? wide : InferencePrecision.INT8;
    return Classifier.onCpu(saved, throughput, precision, wide, quantization);
  }

  private Answers answers(Quantization quantization, Dataset images, boolean probable) {
    try (Classifier classifier = classifier(quantization)) {
      return answers(classifier, images, probable);
    }
  }

  /**
   * Lets a classifier judge images.
   *
   * @param probable whether all probabilities are wanted
   */
  private Answers answers(Classifier classifier, Dataset images, boolean probable) {
    int classes = saved.network().classes();
    int[] predicted = new int[images.size()];
    float[] probabilities = new float[probable ? Math.multiplyExact(images.size(), classes) : 0];
    int right = 0;
    int next = 0;
    try (Loader loader = loader(images, 64);
        Batches batches = loader.epoch(0, 0)) {
      for (Batch batch : batches) {
        float[] logits = classifier.logits(batch);
        for (int row = 0; row < batch.size(); row++, next++) {
          float[] softmax = Classifier.softmax(logits, row * classes, classes);
          if (probable) {
            System.arraycopy(softmax, 0, probabilities, next * classes, classes);
          }
          predicted[next] = best(softmax);
          right += predicted[next] == batch.labels()[row] ? 1 : 0;
        }
      }
    }
    return new Answers(predicted, probabilities, right);
  }

  private static int best(float[] probabilities) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return best;
  }

  /** The class that each image got, all probabilities or none, and how many got their own. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by hand.
  private record Answers(int[] predicted, float[] probabilities, int right) {
    private static final double LEAST = 1e-12;

    double top1() {
      return (double) right / predicted.length;
    }

    double agreement(Answers other) {
      int same = 0;
      for (int i = 0; i < predicted.length; i++) {
        same += predicted[i] == other.predicted[i] ? 1 : 0;
      }
      return (double) same / predicted.length;
    }

    double divergence(Answers expected) {
      double sum = 0;
      for (int i = 0; i < probabilities.length; i++) {
        double p = expected.probabilities[i];
        sum += p < LEAST ? 0 : p * Math.log(p / Math.max(probabilities[i], LEAST));
      }
      return sum / predicted.length;
    }
  }

  private void write(Path out, Quantization quantization, Result result) throws IOException {
    ModelConfig config = ModelFolder.readConfig(saved.folder());
    List<TensorEntry> weights = ModelFolder.readWeights(saved.folder(), saved.network());
    Optional<float[]> pixelMean = ModelFolder.readPixelMean(saved.folder());
    String card = card(quantization, result);
    if (pixelMean.isPresent()) {
      ModelFolder.write(out, config, weights, card, pixelMean.get());
    } else {
      ModelFolder.write(out, config, weights, card);
    }
    ModelFolder.writeQuantization(out, quantization);
  }

  private String card(Quantization quantization, Result result) throws IOException {
    Path old = saved.folder().resolve("README.md");
    String card = Files.isRegularFile(old) ? Files.readString(old).stripTrailing() + "\n\n" : "";
    return card
        + String.format(
            Locale.ROOT,
            """
            ## In 8 bits

            Quantised after training from `%s`: scales by %s over %d images%s.
            Top-1 on %d test images: %.2f %% in fp32, %.2f %% in int8; both give the same class to %.2f %%.
            """,
            model.toAbsolutePath().normalize().getFileName(),
            quantization.method(),
            quantization.images(),
            quantization.kept().isEmpty()
                ? ""
                : ", wider: " + String.join(", ", quantization.kept()),
            result.testImages(),
            100 * result.before(),
            100 * result.after(),
            100 * result.agreement());
  }
}
