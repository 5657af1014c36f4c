package org.resnet4j.weights;

import java.util.List;
import org.resnet4j.arch.Network;

/**
 * What {@code config.json} of a model folder says: the network, its classes and what images go
 * through on the way in.
 *
 * @param network the architecture, with input shape and number of classes
 * @param labels the names of the classes, in the order of the logits
 * @param resize the shorter side of an image before the centre crop, in pixels
 * @param interpolation {@code bilinear} or {@code bicubic}
 * @param mean of each channel, of values from 0 to 1
 * @param std of each channel
 * @param pixelMean whether {@code pixel_mean.safetensors} replaces {@code mean}
 */
public record ModelConfig(
    Network network,
    List<String> labels,
    int resize,
    String interpolation,
    List<Double> mean,
    List<Double> std,
    boolean pixelMean) {
  /** Throws {@link WeightsException} if the values contradict each other. */
  public ModelConfig {
    labels = List.copyOf(labels);
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    int channels = network.input().channels();
    if (labels.size() != network.classes()) {
      throw new WeightsException(
          "%d label names for %d classes; there must be one each"
              .formatted(labels.size(), network.classes()));
    }
    if (mean.size() != channels || std.size() != channels) {
      throw new WeightsException(
          "mean %s and std %s: there must be one each for %d channels"
              .formatted(mean, std, channels));
    }
    if (resize < 1 || !List.of("bilinear", "bicubic").contains(interpolation)) {
      throw new WeightsException(
          "resize %d, interpolation %s: must be at least 1, and bilinear or bicubic"
              .formatted(resize, interpolation));
    }
  }
}
