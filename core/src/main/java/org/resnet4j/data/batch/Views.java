package org.resnet4j.data.batch;

/** The crops of each image that a network is asked about. */
public enum Views {
  /** The centre. */
  ONE(1),
  /** The centre, and mirrored. */
  FLIP(2),
  /**
   * The corners and the centre of the resized image, and each mirrored, in the order of
   * torchvision's {@code TenCrop}; Krizhevsky et al. 2012, section 4.1.
   */
  TEN_CROP(10);

  private final int count;

  Views(int count) {
    this.count = count;
  }

  /** The number of crops. */
  public int count() {
    return count;
  }
}
