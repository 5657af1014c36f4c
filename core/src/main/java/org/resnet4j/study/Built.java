package org.resnet4j.study;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Evaluator;
import org.resnet4j.train.Growth;
import org.resnet4j.train.Logits;
import org.resnet4j.train.SavedModel;

/**
 * A deep network that was built from a trained shallow one, beside it; in fp32.
 *
 * @param shallowTrainError share of the training images that the shallow network mistakes
 * @param trainError share that the deep one mistakes
 * @param shallowTestError share of the test images
 * @param testError likewise
 * @param changed training images that the two give different classes
 * @param largestDifference between their logits, over all training images
 * @param scale the largest logit
 */
record Built(
    double shallowTrainError,
    double trainError,
    double shallowTestError,
    double testError,
    int changed,
    double largestDifference,
    double scale) {
  private static final int TOGETHER = 128;

  /** Builds the deep network from the shallow one and compares them on every image. */
  static Built of(SavedModel shallow, String to, Splits data, Cells.Ticker ticker) {
    DepthSurgery surgery = DepthSurgery.grown(shallow.network(), Catalogue.network(to));
    Device device = Device.of("auto");
    try (LiveNetwork before = shallow.live(device, Precision.FP32);
        LiveNetwork after = before.after(surgery, 0)) {
      try (Loader images = loader(data.train(), shallow)) {
        Growth.settle(after, surgery, images);
      }
      Comparison train = new Comparison();
      train.run(before, after, data.train(), shallow, ticker);
      Comparison test = new Comparison();
      test.run(before, after, data.test(), shallow, ticker);
      return new Built(
          share(train.mistakesBefore, train.images),
          share(train.mistakesAfter, train.images),
          share(test.mistakesBefore, test.images),
          share(test.mistakesAfter, test.images),
          train.changed,
          train.largest,
          train.scale);
    }
  }

  private static double share(int mistakes, int images) {
    return (double) mistakes / images;
  }

  private static Loader loader(Dataset images, SavedModel model) {
    return new Loader(
        images,
        model.preprocessing(),
        new Augmentation.None(),
        Loader.Options.inOrder(Math.min(TOGETHER, images.size())));
  }

  private static final class Comparison {
    private int images;
    private int mistakesBefore;
    private int mistakesAfter;
    private int changed;
    private double largest;
    private double scale;

    void run(
        LiveNetwork before,
        LiveNetwork after,
        Dataset data,
        SavedModel model,
        Cells.Ticker ticker) {
      try (Loader loader = loader(data, model);
          Batches batches = loader.epoch(0, 0)) {
        for (Batch batch : batches) {
          add(logits(before, batch), logits(after, batch), batch);
          ticker.at((double) images / data.size(), "compared on %d images".formatted(images));
        }
      }
    }

    private void add(float[] before, float[] after, Batch batch) {
      int classes = before.length / batch.size();
      Logits old = new Logits(before, classes);
      Logits now = new Logits(after, classes);
      for (int row = 0; row < batch.size(); row++) {
        changed += old.best(row) == now.best(row) ? 0 : 1;
      }
      images += batch.size();
      mistakesBefore += batch.size() - old.right(batch.labels(), batch.size());
      mistakesAfter += batch.size() - now.right(batch.labels(), batch.size());
      for (int i = 0; i < before.length; i++) {
        largest = Math.max(largest, Math.abs((double) before[i] - after[i]));
        scale = Math.max(scale, Math.abs(before[i]));
      }
    }

    private static float[] logits(LiveNetwork network, Batch batch) {
      try (PointerScope temporaries = new PointerScope();
          NoGradGuard constant = new NoGradGuard()) {
        return Tensors.floats(network.forward(Evaluator.images(network, batch)));
      }
    }
  }
}
