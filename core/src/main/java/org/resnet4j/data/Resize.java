package org.resnet4j.data;

import org.resnet4j.arch.Shape;

final class Resize {
  private Resize() {}

  static Image resize(Image image, int width, int height, Interpolation interpolation) {
    Shape shape = image.shape();
    int channels = shape.channels();
    byte[] pixels = new byte[channels * height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int from =
            (y * shape.height() / height * shape.width() + x * shape.width() / width) * channels;
        System.arraycopy(image.pixels(), from, pixels, (y * width + x) * channels, channels);
      }
    }
    return new Image(new Shape(channels, height, width), pixels);
  }
}
