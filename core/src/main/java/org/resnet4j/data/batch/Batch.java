package org.resnet4j.data.batch;

/**
 * Preprocessed images with their labels.
 *
 * <p>The pixels' array is used again for a later batch: its values hold until the next call of the
 * iterator.
 *
 * @param size N, the number of images
 * @param pixels N x H x W x C normalised values; N x views x H x W x C for {@link
 *     Augmentation.Crops}
 * @param labels N classes
 * @param indices where the N images lie in the data set
 * @param mix what else is in the images
 */
@SuppressWarnings("ArrayRecordComponent") // Copying the pixels would cost more than it protects.
public record Batch(int size, float[] pixels, int[] labels, int[] indices, Mix mix) {
  /** Images that are not mixed. */
  public Batch(int size, float[] pixels, int[] labels, int[] indices) {
    this(size, pixels, labels, indices, Mix.none(labels));
  }

  /**
   * What the images of a batch were mixed with.
   *
   * @param share of its own label in each image; the rest belongs to the other's
   * @param others N classes
   */
  @SuppressWarnings("ArrayRecordComponent") // As above.
  public record Mix(double share, int[] others) {
    static Mix none(int[] labels) {
      return new Mix(1, labels);
    }
  }

  /** The label that has more of each image, its own if both have half. */
  public int[] heavierLabels() {
    return mix.share() >= 0.5 ? labels : mix.others();
  }
}
