package org.resnet4j.data;

import java.util.List;

/** Labelled images with random access; safe to read from several threads. */
public interface Dataset {
  /** The number of images, at least 1. */
  int size();

  /** The class of an image, an index into {@link #classes}. */
  int label(int index);

  /**
   * The decoded image.
   *
   * @throws DataException if it cannot be read, naming the file
   */
  Image image(int index);

  /** The names of the classes, in the order of their labels. */
  List<String> classes();

  /** What to call an image in messages and reports, e.g. its path. */
  String describe(int index);
}
