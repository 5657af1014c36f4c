package org.resnet4j.data.batch;

import java.util.List;
import java.util.SplittableRandom;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Stratified;
import org.resnet4j.data.Subset;

/**
 * Epochs in which every class that has images comes equally often.
 *
 * <p>An epoch has as many images as the data set. A class of few images is gone through several
 * times, each time in full but the last; of one of many images each epoch has others.
 */
final class Balance {
  private final List<int[]> classes;
  private final int size;

  Balance(Dataset dataset) {
    this.classes = Stratified.byClass(dataset);
    this.size = dataset.size();
  }

  /** The images of one epoch in their order; classes that come once more are drawn. */
  int[] order(long seed, int epoch) {
    SplittableRandom random = Seeds.ofOrder(seed, epoch);
    int[] turns = Subset.order(random, classes.size());
    int[] images = new int[size];
    int filled = 0;
    for (int k = 0; k < turns.length; k++) {
      int more = k < size % turns.length ? 1 : 0;
      filled = draw(classes.get(turns[k]), size / turns.length + more, random, images, filled);
    }
    int[] order = Subset.order(random, size);
    for (int i = 0; i < size; i++) {
      order[i] = images[order[i]];
    }
    return order;
  }

  private static int draw(
      int[] images, int count, SplittableRandom random, int[] target, int start) {
    int filled = start;
    while (filled < start + count) {
      int[] pass = Subset.order(random, images.length);
      for (int i = 0; i < pass.length && filled < start + count; i++) {
        target[filled++] = images[pass[i]];
      }
    }
    return filled;
  }
}
