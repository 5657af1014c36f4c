package org.resnet4j.train;

import java.util.List;
import org.resnet4j.statistics.Proportion;

/**
 * How well a network does on labelled images.
 *
 * @param images how many were judged, each once
 * @param mistakes how many got another class than their own
 * @param loss mean cross-entropy
 * @param top5Mistakes how many had their class not among the five most probable
 * @param classes names, in the order of the labels
 * @param confusion images by true class (row) and predicted class (column)
 * @param worst the mistakes of highest probability, worst first
 */
@SuppressWarnings("ArrayRecordComponent") // The matrix is handed to readers that only look.
public record Evaluation(
    int images,
    int mistakes,
    double loss,
    int top5Mistakes,
    List<String> classes,
    long[][] confusion,
    List<Mistake> worst) {

  /** An image, the class it was given and how sure the network was. */
  public record Mistake(int index, int truth, int predicted, double probability) {}

  /** The share of images that got their class. */
  public double top1() {
    return 1 - (double) mistakes / images;
  }

  /** The same with its 95 % interval for other images of the kind. */
  public Proportion right() {
    return Proportion.of(images - mistakes, images);
  }

  /** The share of images whose class was among the five most probable. */
  public double top5() {
    return 1 - (double) top5Mistakes / images;
  }

  /** Of the images predicted to be of this class, the share that is; NaN if there are none. */
  public double precision(int label) {
    long predicted = 0;
    for (long[] row : confusion) {
      predicted += row[label];
    }
    return predicted == 0 ? Double.NaN : (double) confusion[label][label] / predicted;
  }

  /** Of the images of this class, the share that was found; NaN if there are none. */
  public double recall(int label) {
    long there = 0;
    for (long count : confusion[label]) {
      there += count;
    }
    return there == 0 ? Double.NaN : (double) confusion[label][label] / there;
  }
}
