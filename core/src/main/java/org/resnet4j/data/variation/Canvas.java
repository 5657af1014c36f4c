package org.resnet4j.data.variation;

import java.util.List;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;

/**
 * What moved images are drawn on: Pillow's {@code Image.transform} with a kernel and a colour.
 *
 * @param interpolation what is made of the pixels around a place between them
 * @param fill the colour beyond the rim, from 0 to 255 for each channel
 */
record Canvas(Interpolation interpolation, List<Integer> fill) {
  Canvas {
    fill = List.copyOf(fill);
  }

  /** The image moved; as large as before. */
  Image moved(Image image, Warp warp) {
    Shape shape = image.shape();
    int channels = shape.channels();
    byte[] rim = new byte[channels];
    for (int channel = 0; channel < channels; channel++) {
      rim[channel] = fill.get(channel).byteValue();
    }
    Sampler sampler = sampler(image);
    byte[] to = new byte[image.pixels().length];
    int at = 0;
    for (int row = 0; row < shape.height(); row++) {
      double y = row + 0.5;
      for (int column = 0; column < shape.width(); column++, at += channels) {
        double x = column + 0.5;
        double sourceX = warp.xx() * x + warp.xy() * y + warp.x0();
        double sourceY = warp.yx() * x + warp.yy() * y + warp.y0();
        if (sourceX >= 0 && sourceX < shape.width() && sourceY >= 0 && sourceY < shape.height()) {
          sampler.sample(sourceX - 0.5, sourceY - 0.5, to, at);
        } else {
          System.arraycopy(rim, 0, to, at, channels);
        }
      }
    }
    return new Image(shape, to);
  }

  private Sampler sampler(Image image) {
    return switch (interpolation) {
      case BILINEAR -> new Sampler.Bilinear(image);
      case BICUBIC -> new Sampler.Bicubic(image);
    };
  }
}
