package org.resnet4j.study;

/**
 * What a lens looks at.
 *
 * @param model a model folder, or a run folder that has one
 * @param data a folder or file, or the name of a built-in data set; its test images are taken
 * @param images at most so many of them, drawn at random
 * @param batch images at a time; 0 for as many as fit
 * @param paths drawn for each length, each with images of its own
 * @param seed of the images, paths, cuts and swaps that are drawn
 * @param precision {@code fp32}, {@code bf16} or {@code auto}
 */
public record LensPlan(
    String model, String data, int images, int batch, int paths, long seed, String precision) {
  /** Throws {@link IllegalArgumentException} for a number that cannot work. */
  public LensPlan {
    if (images < 1) {
      throw new IllegalArgumentException("images = %d: must be at least 1".formatted(images));
    }
    if (paths < 1) {
      throw new IllegalArgumentException("paths = %d: must be at least 1".formatted(paths));
    }
    if (batch < 0) {
      throw new IllegalArgumentException(
          "batch = %d: must be at least 1, or 0 for as many as fit".formatted(batch));
    }
  }
}
