package org.resnet4j.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A point on a curve, as TensorBoard and MLflow take it.
 *
 * @param name of the curve; a slash puts it in a group
 */
public record Scalar(String name, long step, double value) {
  private static final int STEPS = 10;

  /**
   * What an event adds to the curves; of steps, every tenth.
   *
   * @param judging what the images are called that judge the epochs: test, or validation
   */
  public static List<Scalar> of(Event event, String judging) {
    if (event instanceof Event.Step step && step.step() % STEPS == 0) {
      return List.of(
          new Scalar("train/loss", step.step(), step.loss()),
          new Scalar("train/top1", step.step(), step.top1()),
          new Scalar("rate", step.step(), step.rate()),
          new Scalar("images_per_second", step.step(), step.imagesPerSecond()));
    }
    if (event instanceof Event.Norms norms) {
      return List.of(
          new Scalar("norm/gradient", norms.step(), norms.gradient()),
          new Scalar("norm/weights", norms.step(), norms.weights()));
    }
    if (event instanceof Event.Branches branches) {
      return of(branches);
    }
    return event instanceof Event.Epoch epoch ? of(epoch, judging) : List.of();
  }

  /** The mean ratio of each stage. */
  private static List<Scalar> of(Event.Branches branches) {
    Map<Integer, Double> stages =
        branches.ratios().stream()
            .collect(
                Collectors.groupingBy(
                    Event.Branches.Ratio::stage,
                    TreeMap::new,
                    Collectors.averagingDouble(Event.Branches.Ratio::ratio)));
    return stages.entrySet().stream()
        .map(mean -> new Scalar("branch/stage" + mean.getKey(), branches.step(), mean.getValue()))
        .toList();
  }

  private static List<Scalar> of(Event.Epoch epoch, String judging) {
    List<Scalar> scalars = new ArrayList<>();
    scalars.add(new Scalar(judging + "/loss", epoch.step(), epoch.testLoss()));
    scalars.add(new Scalar(judging + "/top1", epoch.step(), epoch.testTop1()));
    scalars.add(new Scalar(judging + "/top5", epoch.step(), epoch.testTop5()));
    if (!Double.isNaN(epoch.averageLoss())) {
      scalars.add(new Scalar(judging + "/average_loss", epoch.step(), epoch.averageLoss()));
      scalars.add(new Scalar(judging + "/average_top1", epoch.step(), epoch.averageTop1()));
    }
    scalars.add(new Scalar("epoch/train_loss", epoch.step(), epoch.trainLoss()));
    scalars.add(new Scalar("epoch/train_top1", epoch.step(), epoch.trainTop1()));
    scalars.add(new Scalar("epoch/images_per_second", epoch.step(), epoch.imagesPerSecond()));
    return scalars;
  }
}
