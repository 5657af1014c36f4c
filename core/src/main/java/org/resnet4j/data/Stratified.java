package org.resnet4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Parts of a data set that have their share of every class; a function of the seed and the labels.
 */
public final class Stratified {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Stratified() {}

  /**
   * A data set in two parts without a common image.
   *
   * @param kept what is left to learn from
   * @param held what is set aside
   */
  public record Cut(Subset kept, Subset held) {}

  /**
   * Sets a share of each class aside: the nearest number of images, but at least one of a class
   * that has two, and never the last one. Both parts are in the order of the data set.
   *
   * @param share above 0 and below 1
   * @throws DataException if no class has two images
   */
  public static Cut cut(Dataset whole, double share, long seed) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          "share = %s: must be above 0 and below 1".formatted(share));
    }
    boolean[] held = new boolean[whole.size()];
    int most = 0;
    for (int[] images : shuffled(whole, seed)) {
      most = Math.max(most, images.length);
      int nearest = (int) Math.round(images.length * share);
      int count = Math.min(images.length - 1, Math.max(1, nearest));
      for (int i = 0; i < count; i++) {
        held[images[i]] = true;
      }
    }
    if (most < 2) {
      throw new DataException(
          "no class has two images, so none can be set aside; add images beside %s"
              .formatted(whole.describe(0)));
    }
    return new Cut(part(whole, held, false), part(whole, held, true));
  }

  /** The images of each class that has some, in a random order that is the class's own. */
  private static List<int[]> shuffled(Dataset whole, long seed) {
    List<int[]> shuffled = new ArrayList<>();
    for (int[] images : byClass(whole)) {
      SplittableRandom random = new SplittableRandom(seed * GOLDEN + whole.label(images[0]));
      shuffled.add(
          IntStream.of(Subset.order(random, images.length)).map(at -> images[at]).toArray());
    }
    return shuffled;
  }

  /** The images of each class that has some, by number; classes in their order. */
  public static List<int[]> byClass(Dataset whole) {
    int[] counts = counts(whole);
    int[][] images = new int[counts.length][];
    Arrays.setAll(images, label -> new int[counts[label]]);
    int[] filled = new int[counts.length];
    for (int i = 0; i < whole.size(); i++) {
      int label = whole.label(i);
      images[label][filled[label]++] = i;
    }
    return Arrays.stream(images).filter(some -> some.length > 0).toList();
  }

  /** How many images each class has. */
  public static int[] counts(Dataset whole) {
    int[] counts = new int[whole.classes().size()];
    for (int i = 0; i < whole.size(); i++) {
      counts[whole.label(i)]++;
    }
    return counts;
  }

  private static Subset part(Dataset whole, boolean[] held, boolean wanted) {
    return new Subset(
        whole, IntStream.range(0, held.length).filter(i -> held[i] == wanted).toArray());
  }
}
