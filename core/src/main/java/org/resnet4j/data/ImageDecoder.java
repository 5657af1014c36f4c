package org.resnet4j.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.resnet4j.arch.Shape;

final class ImageDecoder {
  private final int channels;

  ImageDecoder(int channels) {
    this.channels = channels;
  }

  Image decode(byte[] bytes, String description) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
      if (image == null) {
        throw new DataException(description + ": not an image");
      }
      byte[] pixels = new byte[channels * image.getWidth() * image.getHeight()];
      for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
        int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
        for (int c = 0; c < channels; c++) {
          pixels[i * channels + c] = (byte) (rgb >> (16 - 8 * c));
        }
      }
      return new Image(new Shape(channels, image.getHeight(), image.getWidth()), pixels);
    } catch (IOException e) {
      throw new DataException(description + ": " + e.getMessage(), e);
    }
  }
}
