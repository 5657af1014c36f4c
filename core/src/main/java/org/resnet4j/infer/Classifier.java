package org.resnet4j.infer;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.arch.Network;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.ImageDecoder;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Evaluator;
import org.resnet4j.train.SavedModel;

/**
 * Classifies images with a trained network; safe for any number of threads.
 *
 * <p>Images go through the preprocessing that the network was trained with, which is part of the
 * model.
 */
public final class Classifier implements AutoCloseable {
  private static final int BATCH = 128;

  private final Network network;
  private final Runner runner;
  private final Precision precision;
  private final Preprocessing preprocessing;
  private final List<String> labels;
  private final ImageDecoder decoder;

  private Classifier(SavedModel model, Runner runner, Precision precision) {
    this.network = model.network();
    this.runner = runner;
    this.precision = precision;
    this.preprocessing = model.preprocessing();
    this.labels = model.labels();
    this.decoder = new ImageDecoder(network.input().channels());
  }

  /**
   * Opens a model folder, or a run folder that has one.
   *
   * @throws org.resnet4j.weights.WeightsException if it is not a model
   */
  public static Classifier load(Path model) {
    return load(model, "auto");
  }

  /**
   * Opens a model folder, or a run folder that has one.
   *
   * @param precision {@code fp32}, {@code bf16}, or {@code auto} for bf16 where the processor
   *     computes in it
   * @throws org.resnet4j.weights.WeightsException if it is not a model
   * @throws IllegalArgumentException for another precision
   */
  public static Classifier load(Path model, String precision) {
    Device device = Device.of("auto");
    Precision chosen = Precision.of(precision, device);
    SavedModel saved = SavedModel.open(model);
    Runner runner =
        device == Device.CPU
            ? new CompiledRunner(saved, chosen)
            : new LiveRunner(saved.live(device, chosen));
    return new Classifier(saved, runner, chosen);
  }

  public Network network() {
    return network;
  }

  /** fp32 or bf16. */
  public String precision() {
    return precision.id();
  }

  /**
   * The {@code k} most probable classes of an image file, best first.
   *
   * @throws org.resnet4j.data.DataException if it is no readable JPEG or PNG
   */
  public List<Prediction> classify(Path image, int k) {
    FloatBuffer pixels = input();
    preprocessing.normalise(decoder.decode(image, preprocessing.crop()), pixels, 0);
    return best(pixels, k);
  }

  /** The {@code k} most probable classes of an image, best first. */
  public List<Prediction> classify(Image image, int k) {
    FloatBuffer pixels = input();
    preprocessing.apply(image, pixels, 0);
    return best(pixels, k);
  }

  private FloatBuffer input() {
    return FloatBuffer.allocate(Math.toIntExact(network.input().size()));
  }

  private List<Prediction> best(FloatBuffer pixels, int k) {
    float[] probabilities = softmax(runner.logits(pixels.array(), 1));
    return IntStream.range(0, probabilities.length)
        .mapToObj(index -> new Prediction(index, labels.get(index), probabilities[index]))
        .sorted(Comparator.comparingDouble(Prediction::probability).reversed())
        .limit(k)
        .toList();
  }

  private static float[] softmax(float[] logits) {
    double most = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    double[] powers = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      powers[i] = Math.exp(logits[i] - most);
      sum += powers[i];
    }
    float[] probabilities = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = (float) (powers[i] / sum);
    }
    return probabilities;
  }

  /**
   * Judges the test images of a data set.
   *
   * @param data a folder or file, or the name of a built-in set
   * @throws org.resnet4j.data.DataException if the data cannot be used, or has other classes
   */
  public Evaluation evaluate(String data) {
    Splits splits = DataSources.open(data, Unreadable.FAIL);
    List<String> theirs = splits.test().classes();
    if (theirs.size() != labels.size()) {
      throw new DataException(
          "%s has %d classes but the model knows %d; give data with the model's classes: %s"
              .formatted(data, theirs.size(), labels.size(), abbreviated()));
    }
    requireSameNames(data, theirs);
    try (Loader images =
        new Loader(
            splits.test(), preprocessing, new Augmentation.None(), Loader.Options.inOrder(BATCH))) {
      return Evaluator.evaluate(
          batch -> runner.logits(batch.pixels(), batch.size()), images, labels);
    }
  }

  /** Data without names has numbers for them, and those fit any model. */
  private void requireSameNames(String data, List<String> theirs) {
    if (numbered(theirs) || numbered(labels)) {
      return;
    }
    for (int label = 0; label < labels.size(); label++) {
      if (!theirs.get(label).equals(labels.get(label))) {
        throw new DataException(
            "%s: class %d is \"%s\" but the model's is \"%s\"; give data with the model's classes in its order: %s"
                .formatted(data, label, theirs.get(label), labels.get(label), abbreviated()));
      }
    }
  }

  private static boolean numbered(List<String> names) {
    return IntStream.range(0, names.size()).allMatch(i -> names.get(i).equals(String.valueOf(i)));
  }

  private String abbreviated() {
    String all = String.join(", ", labels);
    return all.length() <= 120 ? all : all.substring(0, 117) + "...";
  }

  @Override
  public void close() {
    runner.close();
  }
}
