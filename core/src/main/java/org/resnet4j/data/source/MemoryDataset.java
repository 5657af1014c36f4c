package org.resnet4j.data.source;

import java.util.Arrays;
import java.util.List;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;

/** Images of one shape, decoded, end to end in one array. */
final class MemoryDataset implements Dataset {
  /** A file and the index of its first image. */
  record Source(String file, int first) {}

  private final Shape shape;
  private final byte[] pixels;
  private final int[] labels;
  private final List<String> classes;
  private final List<Source> sources;

  /** Throws {@link DataException} if there is no image or a label is not a class. */
  MemoryDataset(
      Shape shape, byte[] pixels, int[] labels, List<String> classes, List<Source> sources) {
    this.shape = shape;
    this.pixels = pixels;
    this.labels = labels;
    this.classes = List.copyOf(classes);
    this.sources = List.copyOf(sources);
    if (labels.length == 0) {
      throw new DataException(sources.get(0).file() + ": holds no image");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= classes.size()) {
        throw new DataException(
            "%s: label %d, but labels must be below %d, the number of classes"
                .formatted(describe(i), labels[i], classes.size()));
      }
    }
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public Image image(int index) {
    int length = (int) shape.size();
    return new Image(shape, Arrays.copyOfRange(pixels, index * length, (index + 1) * length));
  }

  @Override
  public List<String> classes() {
    return classes;
  }

  @Override
  public String describe(int index) {
    Source source = sources.get(0);
    for (Source candidate : sources) {
      if (candidate.first() <= index) {
        source = candidate;
      }
    }
    return "%s: image %d".formatted(source.file(), index - source.first());
  }
}
