package org.resnet4j.recipe;

/**
 * Which part of the training images is held out to be judged on, in place of the test images.
 *
 * @param folds parts of equal size with the classes in equal shares; 0 for none
 * @param fold the part that is held out, from 1; 0 where there are no folds
 */
public record Folds(int folds, int fold) {
  /** Throws {@link IllegalArgumentException} that lists every value out of its range. */
  public Folds {
    new Problems()
        .check(
            folds == 0 || (folds >= 2 && folds <= 1000),
            "folds = %d: must be 0 or 2 to 1000",
            folds)
        .check(
            folds == 0 ? fold == 0 : fold >= 1 && fold <= Math.max(1, folds),
            "fold = %d: must be from 1 to folds = %d, and 0 without folds",
            fold,
            folds)
        .refuse();
  }
}
