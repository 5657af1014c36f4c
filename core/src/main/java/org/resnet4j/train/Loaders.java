package org.resnet4j.train;

import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Mixing;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.recipe.Mixture;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.Selection;

/** The images of a run in batches, for each purpose; the caller closes what it opens. */
record Loaders(Recipe recipe, Splits data, Preprocessing preprocessing) {
  // One keeps up with the network many times over, once images are decoded.
  private static final int THREADS = 1;

  /** The training images in the order of the seed, varied; batches are all full if one can be. */
  Loader training() {
    boolean enough = data.train().size() >= recipe.batch();
    Loader.Options options =
        new Loader.Options(recipe.batch(), recipe.seed(), true, enough, THREADS);
    return new Loader(
        data.train(),
        preprocessing,
        Varied.augmentation(recipe.variation()),
        Varied.variety(recipe.variation(), preprocessing),
        Varied.sizes(recipe, preprocessing.input(), options.batches(data.train().size())),
        sampled(options));
  }

  private Loader.Options sampled(Loader.Options options) {
    Mixture mixture = recipe.targets().mixture();
    Loader.Options mixed =
        options.mixed(
            new Mixing(
                mixture.mixup(),
                mixture.cutmix(),
                mixture.mixProbability(),
                mixture.cutmixShare()));
    return recipe.selection().sampling() == Selection.Sampling.BALANCED ? mixed.inBalance() : mixed;
  }

  /** The training images in random order, as evaluation sees them: for statistics. */
  Loader statistics() {
    boolean enough = data.train().size() >= recipe.batch();
    return new Loader(
        data.train(),
        preprocessing,
        new Augmentation.None(),
        new Loader.Options(recipe.batch(), recipe.seed(), true, enough, THREADS));
  }

  /** Training images as evaluation sees them, in batches of that size; the same ones each time. */
  Loader watched(int size) {
    return new Loader(
        data.train(),
        preprocessing,
        new Augmentation.None(),
        new Loader.Options(size, recipe.seed(), true, false, THREADS));
  }

  /** Every test image once, in order, in one view. */
  Loader test() {
    return new Loader(
        data.test(),
        preprocessing,
        new Augmentation.None(),
        Loader.Options.inOrder(recipe.batch()));
  }
}
