package org.resnet4j.infer;

/** Runs a network on images; safe for any number of threads. */
interface Runner extends AutoCloseable {
  /**
   * The logits of images.
   *
   * @param pixels (N, H, W, C), normalised; may be longer
   * @param images N
   * @return (N, classes)
   */
  float[] logits(float[] pixels, int images);

  @Override
  void close();
}
