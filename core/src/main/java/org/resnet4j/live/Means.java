package org.resnet4j.live;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.train.Event;

/**
 * The steps of a run as a curve of limited length: means over neighbours, of twice as many each
 * time there are too many points.
 */
final class Means {
  /** Even, so that pairs can be joined; a chart is about 350 pixels wide. */
  private static final int MOST = 128;

  private final List<Mean> means = new ArrayList<>();
  private int stride = 1;
  private int steps;
  private double loss;
  private double error;

  /**
   * Some steps together.
   *
   * @param step the last of them
   * @param loss mean
   * @param error mean share of images that were wrong
   * @param rate at the last of them
   */
  record Mean(long step, double loss, double error, double rate) {}

  /** Whether there is a new point. */
  boolean add(Event.Step step) {
    loss += step.loss();
    error += 1 - step.top1();
    steps++;
    if (steps < stride) {
      return false;
    }
    means.add(new Mean(step.step(), loss / steps, error / steps, step.rate()));
    steps = 0;
    loss = 0;
    error = 0;
    if (means.size() == MOST) {
      join();
    }
    return true;
  }

  private void join() {
    for (int i = 0; i < MOST / 2; i++) {
      Mean first = means.get(2 * i);
      Mean second = means.get(2 * i + 1);
      means.set(
          i,
          new Mean(
              second.step(),
              (first.loss() + second.loss()) / 2,
              (first.error() + second.error()) / 2,
              second.rate()));
    }
    means.subList(MOST / 2, MOST).clear();
    stride *= 2;
  }

  /** How many steps a point is the mean of. */
  int stride() {
    return stride;
  }

  List<Mean> points() {
    return List.copyOf(means);
  }
}
