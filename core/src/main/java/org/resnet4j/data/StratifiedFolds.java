package org.resnet4j.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Cuts training images into parts of equal size with the classes in equal shares. */
public final class StratifiedFolds {
  private StratifiedFolds() {}

  /**
   * Trains on all parts but one, and judges on that one; the test images are not touched.
   *
   * <p>Every training image is in exactly one part. The images of each class are dealt out in a
   * random order, class after class, so that parts and classes in them differ by one image at most.
   *
   * @param folds how many parts
   * @param fold which one to judge on, from 1
   * @throws DataException if there are fewer images than parts
   */
  public static Splits hold(Splits data, int folds, int fold, long seed) {
    Dataset all = data.train();
    if (all.size() < folds) {
      throw new DataException(
          "%s: %d training images are too few for %d folds"
              .formatted(data.name(), all.size(), folds));
    }
    int[] parts = parts(all, folds, seed);
    List<String> notes = new ArrayList<>(data.notes());
    Dataset held = some(all, parts, fold - 1, true);
    notes.add(
        "fold %d of %d: judged on %d of the training images, which it does not learn; no test image is read"
            .formatted(fold, folds, held.size()));
    return new Splits(data.name(), some(all, parts, fold - 1, false), held, notes);
  }

  /** The part of each image. */
  private static int[] parts(Dataset all, int folds, long seed) {
    int[] order = Subset.order(new SplittableRandom(seed), all.size());
    int[] parts = new int[all.size()];
    int dealt = 0;
    for (int label = 0; label < all.classes().size(); label++) {
      for (int index : order) {
        if (all.label(index) == label) {
          parts[index] = dealt++ % folds;
        }
      }
    }
    return parts;
  }

  private static Dataset some(Dataset all, int[] parts, int part, boolean inside) {
    int[] indices = new int[all.size()];
    int count = 0;
    for (int i = 0; i < parts.length; i++) {
      if ((parts[i] == part) == inside) {
        indices[count++] = i;
      }
    }
    return new Subset(all, Arrays.copyOf(indices, count));
  }
}
