package org.resnet4j.study;

import org.resnet4j.data.Dataset;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.train.FinishedRun;
import org.resnet4j.train.Judge;
import org.resnet4j.train.SavedModel;
import org.resnet4j.train.Setup;

/** Finished runs, judged image by image. */
final class Judging {
  private static final int CROPS_TOGETHER = 100;

  private Judging() {}

  /** The images that a run was judged on at its end. */
  static Dataset images(FinishedRun run) {
    return Setup.data(run.recipe(), run.data()).test();
  }

  /** Multiply-adds of the network of a run for all views of an image. */
  static double multiplyAdds(FinishedRun run) {
    var judging = run.recipe().judging();
    int side = SavedModel.open(run.path()).network().input().height();
    double views =
        switch (judging.views()) {
          case ONE -> 1;
          case FLIP -> 2;
          case TEN_CROP -> 10;
          case MULTI_SCALE ->
              judging.viewSizes().stream().mapToDouble(size -> 2 * Math.pow(size / side, 2)).sum();
        };
    return views * SavedModel.open(run.path()).network().multiplyAdds();
  }

  /** Whether the network of a run has each image right, in the views that the run was judged in. */
  static boolean[] right(FinishedRun run, Dataset images) {
    SavedModel model = SavedModel.open(run.path());
    try (LiveNetwork live = model.live(Device.of("auto"), Precision.FP32);
        Judge judge =
            new Judge(images, model.preprocessing(), run.recipe().judging(), CROPS_TOGETHER)) {
      return judge.right(live);
    }
  }
}
