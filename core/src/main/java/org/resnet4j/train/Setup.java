package org.resnet4j.train;

import java.util.Optional;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Loader;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.source.DataSources;
import org.resnet4j.data.source.Unreadable;

/** Data, network and preprocessing that fit each other, as a recipe and a data set decide. */
public record Setup(Recipe recipe, Splits data, Network network, Preprocessing preprocessing) {
  /** Images of one size up to this side are taken as they are; larger ones are photographs. */
  private static final int LARGEST_NATIVE = 96;

  private static final int PEEKED = 16;
  private static final int MEASURED = 5_000;

  // One keeps up with the network many times over, once images are decoded.
  private static final int THREADS = 1;

  /**
   * Opens the data and fits the recipe's network to them.
   *
   * @param source a folder or file, or the name of a built-in data set
   * @throws IllegalArgumentException for a plan that cannot work
   * @throws DataException for data that cannot be used
   */
  public static Setup of(Recipe recipe, String source) {
    Splits data = open(source, recipe);
    if (data.train().size() < 2) {
      throw new DataException(
          "%s: %d training image is too few; batch norm needs at least 2"
              .formatted(source, data.train().size()));
    }
    Network network = network(recipe, data.train());
    return new Setup(recipe, data, network, preprocessing(recipe, network, data.train()));
  }

  private static Splits open(String source, Recipe recipe) {
    boolean skip = recipe.unreadable().equals("skip");
    return DataSources.open(source, skip ? Unreadable.SKIP : Unreadable.FAIL);
  }

  private static Network network(Recipe recipe, Dataset train) {
    Network named = Catalogue.network(recipe.model());
    int channels = train.image(0).shape().channels();
    Shape shape =
        recipe.size() > 0
            ? new Shape(channels, recipe.size(), recipe.size())
            : commonShape(train)
                .orElse(new Shape(channels, named.input().height(), named.input().width()));
    Network network = named.withInput(shape).withClasses(train.classes().size());
    return recipe.stochasticDepth() > 0
        ? network.withStochasticDepth(recipe.stochasticDepth())
        : network;
  }

  private static Optional<Shape> commonShape(Dataset train) {
    Shape first = train.image(0).shape();
    int peeked = Math.min(PEEKED, train.size());
    for (int i = 0; i < peeked; i++) {
      int spread = (int) ((long) i * train.size() / peeked);
      if (!train.image(spread).shape().equals(first)) {
        return Optional.empty();
      }
    }
    boolean small = Math.max(first.height(), first.width()) <= LARGEST_NATIVE;
    return small ? Optional.of(first) : Optional.empty();
  }

  private static Preprocessing preprocessing(Recipe recipe, Network network, Dataset train) {
    return switch (recipe.normalisation()) {
      case CHANNEL -> Preprocessing.measure(train, network.input(), MEASURED);
      case PIXEL_MEAN -> Preprocessing.measurePerPixel(train, network.input(), MEASURED);
    };
  }

  /** The same data, prepared in the same way, for another training. */
  public Setup with(Recipe otherRecipe, Network otherNetwork) {
    return new Setup(otherRecipe, data, otherNetwork, preprocessing);
  }

  /** The training images in the order of the seed, varied; batches are all full if one can be. */
  Loader trainImages() {
    Augmentation augmentation =
        switch (recipe.augmentation()) {
          case NONE -> new Augmentation.None();
          case PAD_CROP -> new Augmentation.PadCropFlip(4, false);
          case PAD_CROP_FLIP -> new Augmentation.PadCropFlip(4, true);
          case RANDOM_RESIZED_CROP -> Augmentation.RandomResizedCrop.imagenet();
        };
    boolean enough = data.train().size() >= recipe.batch();
    return new Loader(
        data.train(),
        preprocessing,
        augmentation,
        new Loader.Options(recipe.batch(), recipe.seed(), true, enough, THREADS));
  }

  /** Every test image once, in order. */
  Loader testImages() {
    return new Loader(
        data.test(),
        preprocessing,
        new Augmentation.None(),
        Loader.Options.inOrder(recipe.batch()));
  }
}
