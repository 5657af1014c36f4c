package org.resnet4j.data.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

/** Encodes images as PNG, for reports and for looking at. */
public final class PngEncoder {
  private PngEncoder() {}

  /**
   * The content of a PNG file; decoding it gives the image back exactly.
   *
   * @throws IllegalArgumentException if the image has neither 1 nor 3 channels
   */
  public static byte[] encode(Image image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    // Not ImageIO.write: its stream goes through a temporary file.
    try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(buffered(image));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  private static BufferedImage buffered(Image image) {
    Shape shape = image.shape();
    int channels = shape.channels();
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          "an image of %s: a PNG needs 1 or 3 channels".formatted(shape));
    }
    WritableRaster raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(image.pixels(), image.pixels().length),
            shape.width(),
            shape.height(),
            shape.width() * channels,
            channels,
            channels == 1 ? new int[] {0} : new int[] {0, 1, 2},
            null);
    ColorSpace colours =
        ColorSpace.getInstance(channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB);
    ComponentColorModel model =
        new ComponentColorModel(
            colours, false, false, ComponentColorModel.OPAQUE, DataBuffer.TYPE_BYTE);
    return new BufferedImage(model, raster, false, null);
  }
}
