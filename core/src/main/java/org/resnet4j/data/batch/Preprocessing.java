package org.resnet4j.data.batch;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.CentreCrop;
import org.resnet4j.data.image.Geometry;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.variation.Variety;

/**
 * What turns an image into a network's input; part of a model, the same wherever the model runs.
 *
 * <p>As torchvision: resize the shorter side, crop the centre, divide by 255, subtract the mean,
 * divide by the standard deviation, all in float32. Equal if its values are; safe for use by
 * several threads.
 */
public final class Preprocessing {
  private final Shape input;
  private final List<Double> mean;
  private final List<Double> std;
  private final PixelMean pixelMean;
  private final CentreCrop crop;
  private final PixelWriter writer;

  /**
   * What a model wants.
   *
   * @param input the network's input, 1 or 3 channels; images with the other number are converted
   * @param resize the shorter side before the crop, in pixels; the input's side for no margin
   * @param mean one for each channel, of pixels from 0 to 1
   * @param std one for each channel, above 0
   * @param pixelMean subtracted in place of {@code mean} if present
   * @throws IllegalArgumentException if a value does not fit the input
   */
  public Preprocessing(
      Shape input,
      int resize,
      Interpolation interpolation,
      List<Double> mean,
      List<Double> std,
      PixelMean pixelMean) {
    require(
        input.channels() == 1 || input.channels() == 3,
        "input %s: images have 1 or 3 channels".formatted(input));
    require(
        mean.size() == input.channels() && std.size() == input.channels(),
        "mean %s and std %s: need %d values, one a channel".formatted(mean, std, input.channels()));
    require(
        mean.stream().allMatch(Double::isFinite)
            && std.stream().allMatch(value -> value > 0 && Double.isFinite(value)),
        "mean %s and std %s: must be finite, std above 0".formatted(mean, std));
    require(
        !pixelMean.isPresent() || pixelMean.values().length == input.size(),
        "%s: input %s needs %d".formatted(pixelMean, input, input.size()));
    this.input = input;
    this.mean = List.copyOf(mean);
    this.std = List.copyOf(std);
    this.pixelMean = pixelMean;
    this.crop = new CentreCrop(resize, input.height(), input.width(), interpolation);
    this.writer = new PixelWriter(input, this.mean, this.std, pixelMean);
  }

  /** Without a mean per pixel. */
  public Preprocessing(
      Shape input, int resize, Interpolation interpolation, List<Double> mean, List<Double> std) {
    this(input, resize, interpolation, mean, std, PixelMean.NONE);
  }

  /**
   * The same for another input, with a margin in proportion.
   *
   * @throws IllegalArgumentException for other channels, or if a mean per pixel would not fit
   */
  public Preprocessing withInput(Shape other) {
    if (other.equals(input)) {
      return this;
    }
    double scale =
        (double) Math.min(other.height(), other.width()) / Math.min(input.height(), input.width());
    return withInput(other, Math.max(1, (int) Math.round(resize() * scale)));
  }

  /** The same for another input, with another shorter side before the crop. */
  public Preprocessing withInput(Shape other, int resize) {
    require(
        !pixelMean.isPresent() || other.equals(input),
        "a mean per pixel of %s: has no other size; normalise by channel".formatted(input));
    return new Preprocessing(other, resize, interpolation(), mean, std, pixelMean);
  }

  /** The same with another kernel for resizing. */
  public Preprocessing withInterpolation(Interpolation other) {
    return new Preprocessing(input, resize(), other, mean, std, pixelMean);
  }

  /**
   * The same for all of an image whose shorter side becomes {@code side}; nothing is cropped away.
   *
   * @param whole the image's shape
   */
  public Preprocessing whole(Shape whole, int side) {
    long shorter = Math.min(whole.height(), whole.width());
    int height = (int) (side * (long) whole.height() / shorter);
    int width = (int) (side * (long) whole.width() / shorter);
    return withInput(new Shape(input.channels(), height, width), side);
  }

  public Shape input() {
    return input;
  }

  public int resize() {
    return crop.resize();
  }

  public Interpolation interpolation() {
    return crop.interpolation();
  }

  /**
   * The first part of the work, for {@link
   * org.resnet4j.data.image.ImageDecoder#decode(java.nio.file.Path, CentreCrop)}.
   */
  public CentreCrop crop() {
    return crop;
  }

  public List<Double> mean() {
    return mean;
  }

  public List<Double> std() {
    return std;
  }

  public PixelMean pixelMean() {
    return pixelMean;
  }

  /**
   * Channel means and standard deviations of a training set; bilinear, no margin around the crop.
   *
   * @param images how many to measure at most, taken evenly over the set
   */
  public static Preprocessing measure(Dataset train, Shape input, int images) {
    return PixelStatistics.of(train, input, images).perChannel();
  }

  /**
   * The same with a mean per pixel, as the paper has it for CIFAR-10.
   *
   * <p>The paper does not divide by a standard deviation; batch norm makes that a matter of taste.
   */
  public static Preprocessing measurePerPixel(Dataset train, Shape input, int images) {
    return PixelStatistics.of(train, input, images).perPixel();
  }

  /**
   * Writes an image as the network's input: H x W x C values, channels side by side.
   *
   * @throws IllegalArgumentException if the image has neither 1 nor 3 channels
   */
  public void apply(Image image, float[] target, int offset) {
    writer.write(fit(image), target, offset);
  }

  /**
   * Writes crops of an image side by side.
   *
   * @param target as many inputs as there are views
   */
  public void apply(Image image, Views views, float[] target) {
    new Augmenter(this, new Augmentation.Crops(views), Variety.NONE)
        .write(image, new SplittableRandom(0), target, 0);
  }

  /**
   * The same values into a buffer, as of a compiled plan's input; its position stays.
   *
   * @param index where in the buffer the first goes
   * @throws IllegalArgumentException if the image has neither 1 nor 3 channels
   * @throws IndexOutOfBoundsException if the buffer's limit comes before the last
   */
  public void apply(Image image, FloatBuffer target, int index) {
    normalise(fit(image), target, index);
  }

  /**
   * The last part of {@link #apply(Image, FloatBuffer, int)}.
   *
   * @param cropped what {@link #fit} has made of an image
   * @throws IllegalArgumentException if it has not the input's shape
   * @throws IndexOutOfBoundsException if the buffer's limit comes before the last
   */
  public void normalise(Image cropped, FloatBuffer target, int index) {
    writer.write(cropped, target, index);
  }

  /** Converts, resizes and crops; the same image if there is nothing to do. */
  public Image fit(Image image) {
    return crop.apply(Geometry.convert(image, input.channels()));
  }

  /** Normalises images of the input's shape. */
  PixelWriter writer() {
    return writer;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Preprocessing same
        && input.equals(same.input)
        && crop.equals(same.crop)
        && mean.equals(same.mean)
        && std.equals(same.std)
        && pixelMean.equals(same.pixelMean);
  }

  @Override
  public int hashCode() {
    return Objects.hash(input, crop, mean, std, pixelMean);
  }

  @Override
  public String toString() {
    return "Preprocessing[input=%s, %s, mean=%s, std=%s, %s]"
        .formatted(input, crop, mean, std, pixelMean);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
