package org.resnet4j.train;

import org.resnet4j.arch.Shape;
import org.resnet4j.data.batch.Augmentation;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.data.batch.Sizes;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.variation.ColourJitter;
import org.resnet4j.data.variation.Erasing;
import org.resnet4j.data.variation.Lighting;
import org.resnet4j.data.variation.Policy;
import org.resnet4j.data.variation.Variety;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.Variation;

/** How a recipe varies its images, in the words of the data. */
final class Varied {
  private static final int PADDING = 4;

  private Varied() {}

  static Augmentation augmentation(Variation variation) {
    return switch (variation.augmentation()) {
      case NONE -> new Augmentation.None();
      case PAD_CROP -> new Augmentation.PadCropFlip(PADDING, false);
      case PAD_CROP_FLIP -> new Augmentation.PadCropFlip(PADDING, true);
      case RANDOM_RESIZED_CROP -> Augmentation.RandomResizedCrop.imagenet(variation.minScale());
      case RANDOM_SIDE_CROP -> Augmentation.RandomSideCrop.paper();
    };
  }

  /**
   * What becomes of the crops.
   *
   * @param preprocessing of the network, whose mean is beyond the rim of what timm moves
   */
  static Variety variety(Variation variation, Preprocessing preprocessing) {
    return new Variety(
        new ColourJitter(
            variation.brightness(), variation.contrast(), variation.saturation(), variation.hue()),
        policy(variation, preprocessing),
        new Lighting(variation.lighting()),
        erasing(variation),
        variation.repeats());
  }

  private static Policy policy(Variation variation, Preprocessing preprocessing) {
    return switch (variation.autoAugment()) {
      case NONE -> new Policy.None();
      case RAND_AUGMENT ->
          new Policy.RandAugment(variation.randOperations(), variation.randMagnitude());
      case RAND_AUGMENT_TIMM ->
          new Policy.RandAugmentTimm(
              variation.randOperations(),
              variation.randMagnitude(),
              variation.randDeviation(),
              preprocessing.interpolation(),
              preprocessing.mean());
      case TRIVIAL_AUGMENT -> new Policy.TrivialAugment();
    };
  }

  private static Erasing erasing(Variation variation) {
    if (variation.cutout() > 0) {
      return new Erasing.Cutout(variation.cutout());
    }
    return variation.erasing() > 0
        ? new Erasing.Rectangle(
            variation.erasing(), variation.erasingFill() == Variation.Fill.NOISE)
        : new Erasing.None();
  }

  /**
   * The sizes of the training images.
   *
   * @param batches in an epoch
   * @throws IllegalArgumentException if the network's images are no squares
   */
  static Sizes sizes(Recipe recipe, Shape input, int batches) {
    Variation variation = recipe.variation();
    if (variation.trainSizes().isEmpty() || batches == 0) {
      return Sizes.NONE;
    }
    if (input.height() != input.width()) {
      throw new IllegalArgumentException(
          "train-sizes = %s: images of %s are no squares; set size"
              .formatted(variation.trainSizes(), input));
    }
    int accumulate = recipe.optimization().accumulate();
    int steps = (batches + accumulate - 1) / accumulate;
    int epochs = recipe.epochs() > 0 ? recipe.epochs() : (recipe.iterations() + steps - 1) / steps;
    return new Sizes(variation.trainSizes().stream().map(Double::intValue).toList(), epochs);
  }

  /** With the recipe's kernel and crop. */
  static Preprocessing preprocessing(Recipe recipe, Preprocessing measured) {
    Shape input = measured.input();
    int side = Math.min(input.height(), input.width());
    int resize = (int) Math.round(side / recipe.judging().cropShare());
    Interpolation kernel = Interpolation.valueOf(recipe.variation().interpolation().name());
    return measured.withInput(input, resize).withInterpolation(kernel);
  }
}
