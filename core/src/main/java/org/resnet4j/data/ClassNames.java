package org.resnet4j.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The names of a model's classes, and whether data have the same.
 *
 * @param model what to call the model, e.g. {@code the model}
 * @param ours the names, in the order of the logits
 */
public record ClassNames(String model, List<String> ours) {
  public ClassNames {
    ours = List.copyOf(ours);
  }

  /**
   * Data without names has numbers for them, and those fit any model.
   *
   * @throws DataException if the data have other classes; names the first
   */
  public void requireSame(String data, List<String> theirs) {
    if (theirs.size() != ours.size()) {
      throw new DataException(
          "%s has %d classes but %s knows %d; give data with the model's classes: %s"
              .formatted(data, theirs.size(), model, ours.size(), abbreviated()));
    }
    if (numbered(theirs) || numbered(ours)) {
      return;
    }
    for (int label = 0; label < ours.size(); label++) {
      if (!theirs.get(label).equals(ours.get(label))) {
        throw new DataException(
            "%s: class %d is \"%s\" but %s's is \"%s\"; give data with the model's classes in its order: %s"
                .formatted(data, label, theirs.get(label), model, ours.get(label), abbreviated()));
      }
    }
  }

  private static boolean numbered(List<String> names) {
    return IntStream.range(0, names.size()).allMatch(i -> names.get(i).equals(String.valueOf(i)));
  }

  private String abbreviated() {
    String all = String.join(", ", ours);
    return all.length() <= 120 ? all : all.substring(0, 117) + "...";
  }
}
