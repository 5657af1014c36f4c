package org.resnet4j.infer;

import java.nio.FloatBuffer;

/** Runs a network on images; safe for any number of threads. */
interface Runner extends AutoCloseable {
  /** Where the images come from. */
  @FunctionalInterface
  interface Images {
    /** Puts the image of that number, (H, W, C), normalised; asked from any thread. */
    void put(int number, FloatBuffer target);
  }

  /** The logits of N images, (N, classes). */
  float[] logits(int count, Images images);

  /** What the linear layer takes, (N, features). */
  float[] features(int count, Images images);

  /** The feature maps of a stage, counted from 1; (N, H, W, C). */
  float[] stage(int stage, int count, Images images);

  @Override
  void close();
}
