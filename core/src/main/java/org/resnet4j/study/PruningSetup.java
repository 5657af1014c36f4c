package org.resnet4j.study;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Network;
import org.resnet4j.data.ClassNames;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.Subset;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.WeightsException;

/**
 * Model and data that fit each other, and which images do what.
 *
 * @param selection training images that say which block goes
 * @param calibration other training images, for the statistics of batch norms
 * @param batch images that run together
 */
record PruningSetup(
    Pruning.Plan plan,
    SavedModel model,
    Splits data,
    Dataset selection,
    Dataset calibration,
    int batch) {
  private static final int FEWEST = 8;
  private static final int LARGE_BATCH = 128;
  private static final int SMALL_BATCH = 32;

  /** Above it, 128 images at once would need gigabytes. */
  private static final long SMALL_NETWORK = 1_000_000_000;

  static PruningSetup of(Pruning.Plan plan) {
    SavedModel model = SavedModel.open(Path.of(plan.model()));
    requireRemovable(model);
    Splits data = DataSources.open(plan.data(), Unreadable.FAIL);
    new ClassNames("the model", model.labels()).requireSame(plan.data(), data.test().classes());
    int[] order = Subset.order(new SplittableRandom(plan.seed()), data.train().size());
    if (order.length < 2 * FEWEST) {
      throw new DataException(
          "%s: %d training images are too few to choose blocks with; at least %d are needed"
              .formatted(plan.data(), order.length, 2 * FEWEST));
    }
    int images = Math.min(plan.images(), order.length / 2);
    return new PruningSetup(
        plan,
        model,
        data,
        new Subset(data.train(), Arrays.copyOf(order, images)),
        new Subset(data.train(), Arrays.copyOfRange(order, images, 2 * images)),
        plan.batch() > 0 ? plan.batch() : batch(model.network()));
  }

  private static void requireRemovable(SavedModel model) {
    Network network = model.network();
    if (network.plain()) {
      throw new WeightsException(
          model.folder(),
          "%s has no shortcuts, and without one nothing is left where a block was; give a residual network"
              .formatted(network.name()));
    }
    if (DepthSurgery.removable(network).isEmpty()) {
      throw new WeightsException(
          model.folder(),
          "no block of %s can go; that takes an identity shortcut and another block in its stage"
              .formatted(network.name()));
    }
  }

  private static int batch(Network network) {
    return network.multiplyAdds() <= SMALL_NETWORK ? LARGE_BATCH : SMALL_BATCH;
  }

  /** Whether so many mistakes more are within the budget. */
  boolean affordable(int mistakes) {
    return 100.0 * mistakes <= plan.maxDrop() * data.test().size() + 1e-9;
  }

  Network network() {
    return model.network();
  }

  List<String> classes() {
    return model.labels();
  }

  /** Every image once, as it is; a last batch that is not full counts less if all are averaged. */
  Loader loader(Dataset images, boolean fullBatches) {
    return new Loader(
        images,
        model.preprocessing(),
        new Augmentation.None(),
        new Loader.Options(batch, 0, false, fullBatches && images.size() >= batch, 1));
  }
}
