package org.resnet4j.study;

import org.resnet4j.data.Dataset;

/** What a network achieves that has learned nothing: one answer for all images. */
final class Guessing {
  /** A network above this share of that error has not learned. */
  static final double SHARE = 0.9;

  private Guessing() {}

  /** The share of images that the most frequent class as an answer mistakes. */
  static double error(Dataset images) {
    int[] counts = new int[images.classes().size()];
    int most = 0;
    for (int i = 0; i < images.size(); i++) {
      most = Math.max(most, ++counts[images.label(i)]);
    }
    return 1 - (double) most / images.size();
  }
}
