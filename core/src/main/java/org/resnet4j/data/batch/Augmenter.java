package org.resnet4j.data.batch;

import java.util.random.RandomGenerator;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Geometry;
import org.resnet4j.data.image.Region;
import org.resnet4j.data.image.Resize;

/** Varies, fits and normalises images; safe to share between threads. */
final class Augmenter {
  private final Preprocessing preprocessing;
  private final Augmentation augmentation;
  private final PixelWriter writer;

  /** Throws {@link IllegalArgumentException} if the padding could crop the whole image away. */
  Augmenter(Preprocessing preprocessing, Augmentation augmentation) {
    this.preprocessing = preprocessing;
    this.augmentation = augmentation;
    this.writer = preprocessing.writer();
    Shape input = preprocessing.input();
    if (augmentation instanceof Augmentation.PadCropFlip pad
        && pad.padding() >= Math.min(input.height(), input.width())) {
      throw new IllegalArgumentException(
          "padding = %d: must be below the input's sides, %s".formatted(pad.padding(), input));
    }
  }

  void write(Image image, RandomGenerator random, float[] target, int offset) {
    if (augmentation instanceof Augmentation.PadCropFlip pad) {
      int top = random.nextInt(2 * pad.padding() + 1) - pad.padding();
      int left = random.nextInt(2 * pad.padding() + 1) - pad.padding();
      boolean mirrored = pad.flip() && random.nextBoolean();
      writer.write(preprocessing.fit(image), top, left, mirrored, target, offset);
    } else if (augmentation instanceof Augmentation.RandomResizedCrop crop) {
      Image resized = resizedCrop(image, RandomWindow.draw(crop, image.shape(), random));
      writer.write(resized, 0, 0, crop.flip() && random.nextBoolean(), target, offset);
    } else {
      writer.write(preprocessing.fit(image), target, offset);
    }
  }

  private Image resizedCrop(Image image, RandomWindow window) {
    Shape input = preprocessing.input();
    Image converted = Geometry.convert(image, input.channels());
    Region region = new Region(window.left(), window.top(), window.width(), window.height());
    return Resize.resize(
        converted, region, input.width(), input.height(), preprocessing.interpolation());
  }
}
