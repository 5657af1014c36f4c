package org.resnet4j.data.batch;

import java.util.List;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Geometry;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.image.Resize;

/**
 * What turns an image into a network's input; part of a model, the same wherever the model runs.
 *
 * <p>As torchvision: resize the shorter side, crop the centre, divide by 255, subtract the mean,
 * divide by the standard deviation, all in float32.
 *
 * @param input the network's input, 1 or 3 channels; images with the other number are converted
 * @param resize the shorter side before the crop, in pixels; the input's side for no margin
 * @param mean one for each channel, of pixels from 0 to 1
 * @param std one for each channel, above 0
 * @param pixelMean subtracted in place of {@code mean} if present
 */
public record Preprocessing(
    Shape input,
    int resize,
    Interpolation interpolation,
    List<Double> mean,
    List<Double> std,
    PixelMean pixelMean) {
  /** Throws {@link IllegalArgumentException} if a value does not fit the input. */
  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    require(
        input.channels() == 1 || input.channels() == 3,
        "input %s: images have 1 or 3 channels".formatted(input));
    require(resize >= 1, "resize = %d: must be at least 1".formatted(resize));
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
  }

  /** Without a mean per pixel. */
  public Preprocessing(
      Shape input, int resize, Interpolation interpolation, List<Double> mean, List<Double> std) {
    this(input, resize, interpolation, mean, std, PixelMean.NONE);
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
    new PixelWriter(this).write(fit(image), target, offset);
  }

  /** Converts, resizes and crops; the same image if there is nothing to do. */
  Image fit(Image image) {
    Image converted = Geometry.convert(image, input.channels());
    int height = converted.shape().height();
    int width = converted.shape().width();
    int shorter = Math.min(height, width);
    if (shorter != resize) {
      // The long side is rounded down, as torchvision does.
      int scaledHeight = (int) ((long) resize * height / shorter);
      int scaledWidth = (int) ((long) resize * width / shorter);
      converted = Resize.resize(converted, scaledWidth, scaledHeight, interpolation);
    }
    return Geometry.centreCrop(converted, input.height(), input.width());
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalArgumentException(message);
    }
  }
}
