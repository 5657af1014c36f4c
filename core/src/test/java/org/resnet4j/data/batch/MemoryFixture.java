package org.resnet4j.data.batch;

import java.util.List;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;

/** A few images, all of class 0 or 1 in turn. */
record MemoryFixture(Image... images) implements Dataset {
  @Override
  public int size() {
    return images.length;
  }

  @Override
  public int label(int index) {
    return index % 2;
  }

  @Override
  public Image image(int index) {
    return images[index];
  }

  @Override
  public List<String> classes() {
    return List.of("even", "odd");
  }

  @Override
  public String describe(int index) {
    return "image " + index;
  }
}
