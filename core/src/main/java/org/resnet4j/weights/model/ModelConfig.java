package org.resnet4j.weights.model;

import java.util.List;
import org.resnet4j.arch.Network;
import org.resnet4j.weights.WeightsException;

/**
 * What a model is besides its weights: the network, its classes and how an image becomes its input.
 *
 * @param network its input shape is that of the crop
 * @param labels the name of each class
 * @param resize the shorter side of an image before the crop from its centre, in pixels; at least
 *     the shorter side of the crop
 * @param interpolation {@code bilinear} or {@code bicubic}
 * @param mean what is taken from each channel of an image between 0 and 1
 * @param std what each channel is then divided by
 */
public record ModelConfig(
    Network network,
    List<String> labels,
    int resize,
    String interpolation,
    List<Double> mean,
    List<Double> std) {
  private static final List<String> INTERPOLATIONS = List.of("bilinear", "bicubic");

  /** Throws {@link IllegalArgumentException} for parts that do not fit each other. */
  public ModelConfig {
    labels = List.copyOf(labels);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (labels.size() != network.classes()) {
      throw new IllegalArgumentException(
          "%d label names for %d classes; each class needs one"
              .formatted(labels.size(), network.classes()));
    }
    int crop = Math.min(network.input().height(), network.input().width());
    if (resize < crop) {
      throw new IllegalArgumentException(
          "resize = %d: must be at least %d to crop %s from it"
              .formatted(resize, crop, network.input()));
    }
    if (!INTERPOLATIONS.contains(interpolation)) {
      throw new IllegalArgumentException(
          "interpolation = %s: must be bilinear or bicubic"
              .formatted(WeightsException.quote(interpolation)));
    }
    int channels = network.input().channels();
    if (mean.size() != channels || std.size() != channels) {
      throw new IllegalArgumentException(
          "mean has %d values and std %d; both need one for each of the %d channels"
              .formatted(mean.size(), std.size(), channels));
    }
    if (!mean.stream().allMatch(Double::isFinite)
        || !std.stream().allMatch(s -> Double.isFinite(s) && s > 0)) {
      throw new IllegalArgumentException(
          "mean = %s, std = %s: must be finite, and std above 0".formatted(mean, std));
    }
  }
}
