package org.resnet4j.data.batch;

import java.util.random.RandomGenerator;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Geometry;
import org.resnet4j.data.image.Region;
import org.resnet4j.data.image.Resize;
import org.resnet4j.data.variation.Variety;

/** Varies, fits and normalises images; safe to share between threads. */
final class Augmenter {
  private final Preprocessing preprocessing;
  private final Augmentation augmentation;
  private final Variety variety;
  private final PixelWriter writer;
  private final double[] std;

  /** Throws {@link IllegalArgumentException} if the padding could crop the whole image away. */
  Augmenter(Preprocessing preprocessing, Augmentation augmentation, Variety variety) {
    this.preprocessing = preprocessing;
    this.augmentation = augmentation;
    this.variety = variety;
    this.writer = preprocessing.writer();
    this.std = preprocessing.std().stream().mapToDouble(Double::doubleValue).toArray();
    Shape input = preprocessing.input();
    if (augmentation instanceof Augmentation.PadCropFlip pad
        && pad.padding() >= Math.min(input.height(), input.width())) {
      throw new IllegalArgumentException(
          "padding = %d: must be below the input's sides, %s".formatted(pad.padding(), input));
    }
  }

  Shape input() {
    return preprocessing.input();
  }

  /** How many values an image of the data set becomes. */
  int length() {
    return Math.toIntExact(views() * input().size());
  }

  private int views() {
    return augmentation instanceof Augmentation.Crops crops ? crops.views().count() : 1;
  }

  void write(Image image, RandomGenerator random, float[] target, int offset) {
    if (augmentation instanceof Augmentation.PadCropFlip pad) {
      int top = random.nextInt(2 * pad.padding() + 1) - pad.padding();
      int left = random.nextInt(2 * pad.padding() + 1) - pad.padding();
      boolean mirrored = pad.flip() && random.nextBoolean();
      // Before the crop: what is padded stays 0, the mean.
      Image varied = variety.vary(preprocessing.fit(image), random);
      writer.write(varied, top, left, mirrored, target, offset);
    } else if (augmentation instanceof Augmentation.RandomResizedCrop crop) {
      Image resized = resizedCrop(image, RandomWindow.draw(crop, image.shape(), random));
      boolean mirrored = crop.flip() && random.nextBoolean();
      writer.write(variety.vary(resized, random), 0, 0, mirrored, target, offset);
    } else if (augmentation instanceof Augmentation.RandomSideCrop crop) {
      Image cut = sideCrop(image, crop, random);
      boolean mirrored = crop.flip() && random.nextBoolean();
      writer.write(variety.vary(cut, random), 0, 0, mirrored, target, offset);
    } else if (augmentation instanceof Augmentation.Crops crops) {
      writeCrops(image, crops.views(), target, offset);
    } else {
      writer.write(variety.vary(preprocessing.fit(image), random), target, offset);
    }
    variety.vary(target, offset, input(), std, random);
  }

  private Image resizedCrop(Image image, RandomWindow window) {
    Shape input = input();
    Image converted = Geometry.convert(image, input.channels());
    Region region = new Region(window.left(), window.top(), window.width(), window.height());
    return Resize.resize(
        converted, region, input.width(), input.height(), preprocessing.interpolation());
  }

  private Image sideCrop(Image image, Augmentation.RandomSideCrop crop, RandomGenerator random) {
    Shape input = input();
    int longer = Math.max(input.height(), input.width());
    int least = (int) Math.rint(longer * crop.leastSide());
    int most = (int) Math.rint(longer * crop.mostSide());
    Image resized = resized(image, least + random.nextInt(most - least + 1));
    int top = random.nextInt(resized.shape().height() - input.height() + 1);
    int left = random.nextInt(resized.shape().width() - input.width() + 1);
    return Geometry.crop(resized, top, left, input.height(), input.width());
  }

  /** The whole image with a shorter side of that length. */
  private Image resized(Image image, int side) {
    return preprocessing.whole(image.shape(), side).fit(image);
  }

  private void writeCrops(Image image, Views views, float[] target, int offset) {
    int length = (int) input().size();
    if (views != Views.TEN_CROP) {
      Image fitted = preprocessing.fit(image);
      writer.write(fitted, target, offset);
      if (views == Views.FLIP) {
        writer.write(fitted, 0, 0, true, target, offset + length);
      }
      return;
    }
    Image whole = resized(image, preprocessing.resize());
    int bottom = whole.shape().height() - input().height();
    int right = whole.shape().width() - input().width();
    Image[] crops = {
      crop(whole, 0, 0),
      crop(whole, 0, right),
      crop(whole, bottom, 0),
      crop(whole, bottom, right),
      Geometry.centreCrop(whole, input().height(), input().width())
    };
    // Mirrored, the left corners are the right ones.
    int[] mirrored = {1, 0, 3, 2, 4};
    for (int i = 0; i < crops.length; i++) {
      writer.write(crops[i], target, offset + i * length);
      int at = offset + (crops.length + i) * length;
      writer.write(crops[mirrored[i]], 0, 0, true, target, at);
    }
  }

  private Image crop(Image whole, int top, int left) {
    return Geometry.crop(whole, top, left, input().height(), input().width());
  }
}
