package org.resnet4j.study;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Subset;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.Evaluator;
import org.resnet4j.train.SavedModel;

/**
 * A trained network and the images to look at it with.
 *
 * <p>Its parameters take no gradients: those of the activations are what is asked for, and they
 * cost half without.
 *
 * @param testImages how many there are in all
 * @param images those that are looked at
 * @param batch how many are looked at at a time
 */
record LensSubject(SavedModel saved, LiveNetwork live, int testImages, Dataset images, int batch)
    implements AutoCloseable {
  /** Above it the processor gains nothing. */
  private static final int LARGEST_BATCH = 100;

  /** For the activations of a batch, which the way back needs all at once. */
  private static final long MEMORY = 1L << 30;

  /** What looks at a batch. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Looks.
     *
     * @param images (N, C, H, W), normalised, on the network's device; closed afterwards
     */
    void visit(Batch batch, Tensor images);
  }

  /**
   * Opens model and data; the caller closes it.
   *
   * @throws org.resnet4j.weights.WeightsException if the model cannot be used
   * @throws DataException if the data cannot be used, or has other classes
   */
  static LensSubject open(LensPlan plan) {
    Device device = Device.of("auto");
    Precision precision = Precision.of(plan.precision(), device);
    SavedModel saved = SavedModel.open(Path.of(plan.model()));
    Dataset test = DataSources.open(plan.data(), Unreadable.FAIL).test();
    new ClassNames("the model", saved.labels()).requireSame(plan.data(), test.classes());
    Dataset images = Subset.sample(test, plan.images(), plan.seed());
    int batch = plan.batch() > 0 ? plan.batch() : fittingBatch(saved.network());
    LiveNetwork live = saved.live(device, precision);
    live.state().values().forEach(tensor -> tensor.set_requires_grad(false));
    live.train(false);
    return new LensSubject(saved, live, test.size(), images, Math.min(batch, images.size()));
  }

  private static int fittingBatch(Network network) {
    long values =
        Stream.of(
                network.stemLayers().stream(),
                network.units().stream().flatMap(unit -> unit.layers().stream()),
                network.tailLayers().stream())
            .flatMap(layers -> layers)
            .map(Layer::out)
            .mapToLong(shape -> shape.size())
            .sum();
    return (int) Math.max(1, Math.min(LARGEST_BATCH, MEMORY / (values * Float.BYTES)));
  }

  Network network() {
    return saved.network();
  }

  /** How many batches the images make. */
  int batches() {
    return batches(images, batch);
  }

  private static int batches(Dataset images, int batch) {
    return (images.size() + batch - 1) / batch;
  }

  /** Looks at the batches from one to before another, in order. */
  void visit(int from, int to, Visitor visitor) {
    visit(images, batch, from, to, visitor);
  }

  /** Looks at all batches of some images, in order. */
  void visit(Dataset some, int size, Visitor visitor) {
    visit(some, size, 0, batches(some, size), visitor);
  }

  private void visit(Dataset some, int size, int from, int to, Visitor visitor) {
    Loader.Options order = Loader.Options.inOrder(size);
    try (Loader loader = new Loader(some, saved.preprocessing(), new Augmentation.None(), order);
        Batches batches = loader.epoch(0, from)) {
      int left = to - from;
      for (Batch read : batches) {
        try (PointerScope temporaries = new PointerScope()) {
          visitor.visit(read, Evaluator.images(live, read));
        }
        left--;
        if (left == 0) {
          break;
        }
      }
    }
  }

  @Override
  public void close() {
    live.close();
  }
}
