package org.resnet4j.data.source;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.Subset;

/** Sets a fifth of each class aside to test on, the same one every time. */
final class HoldOut {
  private static final int PERCENT = 20;
  private static final long SEED = 0;

  private HoldOut() {}

  /** Throws {@link DataException} if no class has two images. */
  static Splits split(String name, Dataset all, List<String> notes) {
    List<Integer> train = new ArrayList<>();
    List<Integer> test = new ArrayList<>();
    Random random = new Random(SEED);
    for (List<Integer> images : byClass(all)) {
      Collections.shuffle(images, random);
      int held = images.size() < 2 ? 0 : Math.max(1, Math.round(images.size() * PERCENT / 100f));
      test.addAll(images.subList(0, held));
      train.addAll(images.subList(held, images.size()));
    }
    if (test.isEmpty()) {
      throw new DataException(
          "%s: no test split found and no class has two images to hold one out; add images or a test folder"
              .formatted(name));
    }
    List<String> more = new ArrayList<>(notes);
    more.add(
        "no test split found: held out %d %% of each class, %d images, seed %d"
            .formatted(PERCENT, test.size(), SEED));
    return new Splits(name, new Subset(all, sorted(train)), new Subset(all, sorted(test)), more);
  }

  private static List<List<Integer>> byClass(Dataset all) {
    List<List<Integer>> classes = new ArrayList<>();
    for (int label = 0; label < all.classes().size(); label++) {
      classes.add(new ArrayList<>());
    }
    for (int index = 0; index < all.size(); index++) {
      classes.get(all.label(index)).add(index);
    }
    return classes;
  }

  private static int[] sorted(List<Integer> indices) {
    int[] array = indices.stream().mapToInt(Integer::intValue).toArray();
    Arrays.sort(array);
    return array;
  }
}
