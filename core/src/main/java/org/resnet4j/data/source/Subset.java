package org.resnet4j.data.source;

import java.util.List;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;

/** Some images of another data set, in the order of their indices there. */
@SuppressWarnings("ArrayRecordComponent") // Shared inside the package only, never changed.
record Subset(Dataset whole, int[] indices) implements Dataset {
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
