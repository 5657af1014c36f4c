package org.resnet4j.infer;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.image.ImageDecoder;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
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

  private final LiveNetwork network;
  private final Preprocessing preprocessing;
  private final List<String> labels;
  private final ImageDecoder decoder;

  private Classifier(LiveNetwork network, Preprocessing preprocessing, List<String> labels) {
    this.network = network;
    this.preprocessing = preprocessing;
    this.labels = labels;
    this.decoder = new ImageDecoder(network.network().input().channels());
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
    return new Classifier(saved.live(device, chosen), saved.preprocessing(), saved.labels());
  }

  public Network network() {
    return network.network();
  }

  /** fp32 or bf16. */
  public String precision() {
    return network.precision().id();
  }

  /**
   * The {@code k} most probable classes of an image file, best first.
   *
   * @throws org.resnet4j.data.DataException if it is no readable JPEG or PNG
   */
  public List<Prediction> classify(Path image, int k) {
    return classify(decoder.decode(image), k);
  }

  /** The {@code k} most probable classes of an image, best first. */
  public List<Prediction> classify(Image image, int k) {
    float[] probabilities = probabilities(image);
    return IntStream.range(0, probabilities.length)
        .mapToObj(index -> new Prediction(index, labels.get(index), probabilities[index]))
        .sorted(Comparator.comparingDouble(Prediction::probability).reversed())
        .limit(k)
        .toList();
  }

  private float[] probabilities(Image image) {
    Shape shape = network.network().input();
    float[] pixels = new float[Math.toIntExact(shape.size())];
    preprocessing.apply(image, pixels, 0);
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor input =
          Tensors.on(
                  network.device(),
                  Tensors.of(pixels, 1, shape.height(), shape.width(), shape.channels()))
              .permute(0, 3, 1, 2);
      return Tensors.floats(torch.softmax(network.forward(input), 1));
    }
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
      return Evaluator.evaluate(network, images, labels);
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
    network.close();
  }
}
