package org.resnet4j.data;

import java.util.List;

/**
 * Some images of another data set.
 *
 * @param indices of the images there, in the order that they have here; nobody may change them
 */
@SuppressWarnings("ArrayRecordComponent") // A copy of the indices of a large set gains nothing.
public record Subset(Dataset whole, int[] indices) implements Dataset {
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
