package org.resnet4j.train;

import java.nio.file.Path;
import java.util.List;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Dataset;
import org.resnet4j.recipe.Recipe;

/**
 * What a run tells the world; console, CSV, TensorBoard and report are readers of it.
 *
 * <p>Events come in order, on the thread that called {@link Training}. A reader must be quick and
 * must not throw.
 */
public sealed interface Event {

  /**
   * The run is about to begin.
   *
   * @param run its folder
   * @param step where it begins: 0, or the step of the checkpoint it resumes
   * @param notes facts about the data that the user should know
   */
  record Started(
      Path run,
      Network network,
      Recipe recipe,
      String data,
      int trainImages,
      int testImages,
      long step,
      long steps,
      String engine,
      List<String> notes)
      implements Event {
    /** What the images are called that judge the epochs: test, or validation. */
    public String judging() {
      return recipe.selection().validates() ? "validation" : "test";
    }
  }

  /**
   * One optimizer step is done.
   *
   * @param epoch from 1
   * @param step from 1
   * @param loss mean over the batch
   * @param top1 share of the batch that was right, before the step; a mixed image is if it got the
   *     label that has more of it
   * @param imagesPerSecond over about the last twenty steps
   * @param secondsLeft an estimate, evaluations included
   */
  record Step(
      int epoch,
      int epochs,
      long step,
      long steps,
      double loss,
      double top1,
      double rate,
      double imagesPerSecond,
      double secondsLeft)
      implements Event {}

  /**
   * An epoch is done and the test images were judged or, where the recipe has validation images,
   * those: what is called test here is of them then.
   *
   * @param trainLoss mean over the epoch's batches, while they were learned
   * @param trainTop1 the share of their images that were right; of images that are mixed, those
   *     that got the label that has more of them
   * @param seconds since the epoch began, without the evaluation
   * @param waited share of those seconds in which the network waited for images
   * @param averageLoss on the test images with the moving average of the weights; NaN without one
   * @param averageTop1 likewise
   */
  record Epoch(
      int epoch,
      long step,
      double rate,
      double trainLoss,
      double trainTop1,
      double testLoss,
      double testTop1,
      double testTop5,
      double imagesPerSecond,
      double seconds,
      double waited,
      double averageLoss,
      double averageTop1)
      implements Event {
    /** Without a moving average of the weights. */
    public Epoch(
        int epoch,
        long step,
        double rate,
        double trainLoss,
        double trainTop1,
        double testLoss,
        double testTop1,
        double testTop5,
        double imagesPerSecond,
        double seconds,
        double waited) {
      this(
          epoch,
          step,
          rate,
          trainLoss,
          trainTop1,
          testLoss,
          testTop1,
          testTop5,
          imagesPerSecond,
          seconds,
          waited,
          Double.NaN,
          Double.NaN);
    }
  }

  /**
   * How long the gradient and the weights are, all parameters together.
   *
   * @param step after which; the gradient is the one that it went by
   * @param gradient Euclidean norm, before clipping
   * @param weights Euclidean norm, after the step
   */
  record Norms(long step, double gradient, double weights) implements Event {}

  /**
   * What the branches add to their shortcuts, on some training images that stay the same.
   *
   * @param ratios of every block that has a shortcut, first to last
   */
  record Branches(long step, List<Ratio> ratios) implements Event {
    public Branches {
      ratios = List.copyOf(ratios);
    }

    /**
     * The share of a branch.
     *
     * @param block its name, e.g. {@code layer1.0}
     * @param stage from 1
     * @param ratio mean over the images of ‖F(x)‖ / ‖x‖, where x is what the shortcut gives
     */
    public record Ratio(String block, int stage, double ratio) {}
  }

  /**
   * The test images were judged; their {@link Epoch} follows.
   *
   * @param images the test images, for those who want to see the mistakes; any thread may read
   */
  record Judged(int epoch, long step, Evaluation evaluation, Dataset images) implements Event {}

  /** A checkpoint is safe on disk. */
  record Saved(Path checkpoint, long step) implements Event {}

  /** Something the user should know that is no failure. */
  record Notice(String text) implements Event {}
}
