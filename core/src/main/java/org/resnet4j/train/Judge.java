package org.resnet4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.batch.Views;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Judging;
import org.resnet4j.tensor.Tensors;

/**
 * Judges networks on the labelled images of a data set, each image exactly once, by the average of
 * its views. Close it to end the threads that read.
 */
public final class Judge implements AutoCloseable {
  private final Dataset images;
  private final Preprocessing preprocessing;
  private final Judging judging;
  private final Views views;
  private final Loader loader;

  /**
   * Starts no work yet.
   *
   * @param judging the views; its crop does not count, as the preprocessing has it
   * @param batch crops that the network sees at a time
   * @throws IllegalArgumentException if the preprocessing leaves nothing to choose ten crops from,
   *     or has a mean for each pixel of one size and the views have several
   */
  public Judge(Dataset images, Preprocessing preprocessing, Judging judging, int batch) {
    this.images = images;
    this.preprocessing = preprocessing;
    this.judging = judging;
    this.views =
        switch (judging.views()) {
          case ONE, MULTI_SCALE -> Views.ONE;
          case FLIP -> Views.FLIP;
          case TEN_CROP -> Views.TEN_CROP;
        };
    Shape input = preprocessing.input();
    if (views == Views.TEN_CROP
        && preprocessing.resize() <= Math.max(input.height(), input.width())) {
      throw new IllegalArgumentException(
          "views = ten-crop: images of %d are resized to %d, which leaves nothing to choose from;"
                  .formatted(input.width(), preprocessing.resize())
              + " train with crop-share below 1, or take flip");
    }
    if (isMultiScale() && preprocessing.pixelMean().isPresent()) {
      throw new IllegalArgumentException(
          "views = multi-scale: the model subtracts a mean for each pixel of %s; take flip"
              .formatted(input));
    }
    this.loader =
        new Loader(
            images,
            preprocessing,
            new Augmentation.Crops(views),
            Loader.Options.inOrder(Math.max(1, batch / views.count())));
  }

  private boolean isMultiScale() {
    return judging.views() == Judging.Views.MULTI_SCALE;
  }

  /** Judges a network in evaluation mode. */
  public Evaluation evaluate(LiveNetwork network) {
    return evaluate(network, () -> false).orElseThrow();
  }

  /** The same, or nothing if told to stop before the end. */
  Optional<Evaluation> evaluate(LiveNetwork network, BooleanSupplier stop) {
    network.train(false);
    return isMultiScale()
        ? multiScale(network, stop)
        : Evaluator.evaluate(
            averaged(batch -> Evaluator.logits(network, batch)), loader, images.classes(), stop);
  }

  /**
   * Judges whatever gives logits, (N, classes), for a batch of the preprocessing's size.
   *
   * @throws IllegalArgumentException if the views have other sizes
   */
  public Evaluation evaluate(Function<Batch, float[]> network) {
    if (isMultiScale()) {
      throw new IllegalArgumentException(
          "views = multi-scale: this network takes images of %s only"
              .formatted(preprocessing.input()));
    }
    return Evaluator.evaluate(averaged(network), loader, images.classes());
  }

  /** Whether a network has each image right, in the order of the data set. */
  public boolean[] right(LiveNetwork network) {
    network.train(false);
    boolean[] right = new boolean[images.size()];
    if (isMultiScale()) {
      for (int index = 0; index < right.length; index++) {
        right[index] = scales(network, index).best(0) == images.label(index);
      }
      return right;
    }
    Function<Batch, float[]> logits = averaged(batch -> Evaluator.logits(network, batch));
    try (Batches batches = loader.epoch(0, 0)) {
      for (Batch batch : batches) {
        Logits rows = new Logits(logits.apply(batch), images.classes().size());
        for (int row = 0; row < batch.size(); row++) {
          right[batch.indices()[row]] = rows.best(row) == batch.labels()[row];
        }
      }
    }
    return right;
  }

  private Function<Batch, float[]> averaged(Function<Batch, float[]> network) {
    int count = views.count();
    return count == 1
        ? network
        : batch -> {
          Batch crops =
              new Batch(batch.size() * count, batch.pixels(), batch.labels(), batch.indices());
          return mean(network.apply(crops), batch.size());
        };
  }

  /** One row of logits for each image; the rows before are its views, side by side. */
  private float[] mean(float[] logits, int rows) {
    int classes = images.classes().size();
    int count = logits.length / rows / classes;
    boolean probabilities = judging.viewAverage() == Judging.Average.PROBABILITIES;
    Logits each = new Logits(logits, classes);
    float[] mean = new float[rows * classes];
    for (int row = 0; row < rows; row++) {
      for (int label = 0; label < classes; label++) {
        double sum = 0;
        for (int view = row * count; view < (row + 1) * count; view++) {
          sum +=
              probabilities
                  ? Math.exp(each.logProbability(view, label))
                  : logits[view * classes + label];
        }
        // The softmax of these logarithms is the mean probability.
        mean[row * classes + label] =
            (float)
                (probabilities ? Math.log(Math.max(sum / count, Float.MIN_NORMAL)) : sum / count);
      }
    }
    return mean;
  }

  private Optional<Evaluation> multiScale(LiveNetwork network, BooleanSupplier stop) {
    Evaluator.Tally tally = new Evaluator.Tally(images.classes());
    for (int index = 0; index < images.size(); index++) {
      if (stop.getAsBoolean()) {
        return Optional.empty();
      }
      int[] label = {images.label(index)};
      Batch judged = new Batch(1, new float[0], label, new int[] {index});
      tally.add(scales(network, index), judged);
    }
    return Optional.of(tally.evaluation());
  }

  /** One row: the average of an image over its sizes. */
  private Logits scales(LiveNetwork network, int index) {
    Image image = images.image(index);
    List<float[]> logits = new ArrayList<>();
    for (double side : judging.viewSizes()) {
      logits.add(wholeLogits(network, image, (int) side));
    }
    return new Logits(mean(joined(logits), 1), images.classes().size());
  }

  /** Logits of all of the image at a size, and of that mirrored. */
  private float[] wholeLogits(LiveNetwork network, Image image, int side) {
    Preprocessing whole = preprocessing.whole(image.shape(), side);
    Shape shape = whole.input();
    float[] pixels = new float[2 * Math.toIntExact(shape.size())];
    whole.apply(image, Views.FLIP, pixels);
    try (PointerScope temporaries = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      var rows = Tensors.of(pixels, 2, shape.height(), shape.width(), shape.channels());
      return Tensors.floats(
          network.forward(Tensors.on(network.device(), rows).permute(0, 3, 1, 2)));
    }
  }

  private static float[] joined(List<float[]> parts) {
    int length = parts.get(0).length;
    float[] joined = new float[parts.size() * length];
    for (int i = 0; i < parts.size(); i++) {
      System.arraycopy(parts.get(i), 0, joined, i * length, length);
    }
    return joined;
  }

  @Override
  public void close() {
    loader.close();
  }
}
