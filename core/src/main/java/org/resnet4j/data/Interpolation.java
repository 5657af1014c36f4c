package org.resnet4j.data;

/** How an image is resampled. */
public enum Interpolation {
  BILINEAR,
  BICUBIC
}
