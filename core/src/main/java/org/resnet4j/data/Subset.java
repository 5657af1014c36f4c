package org.resnet4j.data;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Some images of another data set.
 *
 * @param indices of the images there, in the order that they have here; nobody may change them
 */
@SuppressWarnings("ArrayRecordComponent") // A copy of the indices of a large set gains nothing.
public record Subset(Dataset whole, int[] indices) implements Dataset {
  /** The numbers from 0 to {@code size - 1} in a random order (Fisher and Yates). */
  public static int[] order(SplittableRandom random, int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    return order;
  }

  /**
   * Some images drawn at random, in the order of the data set; all of them, if there are no more.
   *
   * <p>Not every k-th: data sets have their classes in turn, or one after another.
   */
  public static Dataset sample(Dataset whole, int count, long seed) {
    if (count >= whole.size()) {
      return whole;
    }
    int[] drawn = Arrays.copyOf(order(new SplittableRandom(seed), whole.size()), count);
    Arrays.sort(drawn);
    return new Subset(whole, drawn);
  }

  @Override
  public int size() {
    return indices.length;
  }

  @Override
  public int label(int index) {
    return whole.label(indices[index]);
  }

  @Override
  public Image image(int index) {
    return whole.image(indices[index]);
  }

  @Override
  public List<String> classes() {
    return whole.classes();
  }

  @Override
  public String describe(int index) {
    return whole.describe(indices[index]);
  }
}
