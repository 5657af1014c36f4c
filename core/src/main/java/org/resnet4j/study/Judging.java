package org.resnet4j.study;

import java.nio.file.Path;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.batch.Batches;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.Evaluator;
import org.resnet4j.train.FinishedRun;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.Setup;

/** Finished runs, judged image by image. */
final class Judging {
  private Judging() {}

  /** The images that a run was judged on. */
  static Dataset images(FinishedRun run) {
    return Setup.data(run.recipe(), run.data()).test();
  }

  /** Multiply-adds of two networks for an image each. */
  static double multiplyAdds(Path first, Path second) {
    return (double) SavedModel.open(first).network().multiplyAdds()
        + SavedModel.open(second).network().multiplyAdds();
  }

  /** Whether the network of a run has each image right. */
  static boolean[] right(Path run, Dataset images, int batch) {
    SavedModel model = SavedModel.open(run);
    boolean[] right = new boolean[images.size()];
    try (LiveNetwork live = model.live(Device.of("auto"), Precision.FP32);
        Loader loader =
            new Loader(
                images,
                model.preprocessing(),
                new Augmentation.None(),
                Loader.Options.inOrder(batch));
        Batches batches = loader.epoch(0, 0)) {
      live.train(false);
      for (Batch some : batches) {
        try (PointerScope temporaries = new PointerScope();
            NoGradGuard constant = new NoGradGuard()) {
          float[] logits = Tensors.floats(live.forward(Evaluator.images(live, some)));
          mark(logits, some, model.labels().size(), right);
        }
      }
    }
    return right;
  }

  private static void mark(float[] logits, Batch batch, int classes, boolean[] right) {
    for (int row = 0; row < batch.size(); row++) {
      int best = 0;
      for (int label = 1; label < classes; label++) {
        best = logits[row * classes + label] > logits[row * classes + best] ? label : best;
      }
      right[batch.indices()[row]] = best == batch.labels()[row];
    }
  }
}
