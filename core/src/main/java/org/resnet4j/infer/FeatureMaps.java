package org.resnet4j.infer;

import org.resnet4j.arch.Shape;

/**
 * What a stage makes of an image.
 *
 * @param shape C, H, W
 * @param values (C, H, W), row by row
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to readers, never compared.
public record FeatureMaps(Shape shape, float[] values) {
  /** Of values with the channels of a pixel side by side, (H, W, C). */
  static FeatureMaps ofChannelsLast(Shape shape, float[] pixels) {
    int positions = Math.toIntExact(shape.positions());
    float[] values = new float[pixels.length];
    for (int position = 0; position < positions; position++) {
      for (int channel = 0; channel < shape.channels(); channel++) {
        values[channel * positions + position] = pixels[position * shape.channels() + channel];
      }
    }
    return new FeatureMaps(shape, values);
  }
}
