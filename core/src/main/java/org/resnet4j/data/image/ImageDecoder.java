package org.resnet4j.data.image;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;
import javax.imageio.IIOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;

/**
 * Decodes JPEG and PNG files to the values that torchvision's {@code pil_loader} gives.
 *
 * <p>As there, transparency is dropped, colour profiles are not applied and the orientation noted
 * in EXIF is ignored (see {@link #upright}). Unlike there, a file that is damaged but could be
 * shown in part is refused. Nothing about the name of a file matters, only its content. Safe for
 * use by several threads.
 */
public final class ImageDecoder {
  private final int channels;
  private final Limits limits;
  private final boolean upright;

  /**
   * What a file may ask for; all bounds are inclusive.
   *
   * @param bytes the size of the encoded file
   * @param pixels width x height, at most {@link #MOST_PIXELS}
   * @param side the longer of width and height
   * @param scans the passes of a progressive JPEG, each of which costs a walk over the whole image
   */
  public record Limits(int bytes, long pixels, int side, int scans) {
    /** What fits an array of three channels. */
    public static final long MOST_PIXELS = (Integer.MAX_VALUE - 8) / 3;

    /** 25 MB, 89 megapixels (as Pillow warns at), 16384 a side, 100 scans. */
    public static final Limits DEFAULT = new Limits(25_000_000, 89_000_000, 16_384, 100);

    /** Throws {@link IllegalArgumentException} unless every bound is at least 1 and can be kept. */
    public Limits {
      if (bytes < 1 || pixels < 1 || side < 1 || scans < 1) {
        throw new IllegalArgumentException(
            "limits of %d bytes, %d pixels, %d a side, %d scans: each must be at least 1"
                .formatted(bytes, pixels, side, scans));
      }
      if (pixels > MOST_PIXELS) {
        throw new IllegalArgumentException(
            "a limit of %d pixels: must be at most %d".formatted(pixels, MOST_PIXELS));
      }
    }
  }

  /**
   * A decoder.
   *
   * @param channels 3 for red, green, blue (grey files are expanded) or 1 for grey (coloured files
   *     become ITU-R 601 luma, as Pillow's mode L)
   * @throws IllegalArgumentException if {@code channels} is neither
   */
  public ImageDecoder(int channels, Limits limits) {
    this(channels, limits, false);
  }

  private ImageDecoder(int channels, Limits limits, boolean upright) {
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("channels = %d: must be 1 or 3".formatted(channels));
    }
    this.channels = channels;
    this.limits = limits;
    this.upright = upright;
  }

  /** A decoder with {@link Limits#DEFAULT}. */
  public ImageDecoder(int channels) {
    this(channels, Limits.DEFAULT);
  }

  /**
   * The same decoder, but turning images as their EXIF data says: Pillow's {@code exif_transpose}.
   *
   * <p>Off unless asked for: torchvision's and timm's training pipelines do not turn images, so the
   * networks have learned photographs as they are stored. XMP, which Pillow asks second, is not
   * asked.
   */
  public ImageDecoder upright() {
    return new ImageDecoder(channels, limits, true);
  }

  /**
   * Decodes a file.
   *
   * @throws DataException if it is missing, too large, not a JPEG or PNG, or damaged
   */
  public Image decode(Path file) {
    return decode(bytes(file), file.toString());
  }

  /**
   * Decodes a file, resized and cropped.
   *
   * @throws DataException as {@link #decode(Path)}
   */
  public Image decode(Path file, CentreCrop crop) {
    return decode(bytes(file), file.toString(), crop);
  }

  private byte[] bytes(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      // One byte more than allowed tells too long from long enough, whatever the file system says.
      return in.readNBytes((int) Math.min(limits.bytes + 1L, Integer.MAX_VALUE));
    } catch (NoSuchFileException missing) {
      throw new DataException(file + ": no such file", missing);
    } catch (IOException unreadable) {
      throw new DataException(file + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /**
   * Reads a file's content from a stream to its end and decodes it; the caller closes the stream.
   *
   * @param description what to call it in messages
   * @throws DataException if it is too large, not a JPEG or PNG, or damaged
   */
  public Image decode(InputStream in, String description) {
    try {
      int most = (int) Math.min(limits.bytes + 1L, Integer.MAX_VALUE);
      return decode(in.readNBytes(most), description);
    } catch (IOException unreadable) {
      throw new DataException(
          description + ": cannot be read: " + unreadable.getMessage(), unreadable);
    }
  }

  /** The pixels of an image in memory; what is transparent keeps its colour. */
  public Image decode(BufferedImage image) {
    return Pixels.ofMemory(image, channels);
  }

  /**
   * Decodes a file's content.
   *
   * @param description what to call it in messages
   * @throws DataException if it is too large, not a JPEG or PNG, or damaged
   */
  public Image decode(byte[] bytes, String description) {
    return part(bytes, description, Region::all).image();
  }

  /**
   * Decodes a file's content, resized and cropped.
   *
   * <p>To the bytes of {@code crop.apply(decode(bytes, description))}, but of most JPEG files only
   * what the crop needs becomes pixels.
   *
   * @param description what to call it in messages
   * @throws DataException if it is too large, not a JPEG or PNG, or damaged, be it where the crop
   *     does not look
   */
  public Image decode(byte[] bytes, String description, CentreCrop crop) {
    Part part = part(bytes, description, crop::needed);
    return crop.apply(part.image(), part.region(), part.whole());
  }

  /** A part of an image of a shape. */
  private record Part(Image image, Region region, Shape whole) {
    static Part all(Image image) {
      return new Part(image, Region.all(image.shape()), image.shape());
    }
  }

  /** Decodes at least what is wanted of an image, which depends on its shape. */
  private Part part(byte[] bytes, String description, Function<Shape, Region> wanted) {
    if (bytes.length == 0) {
      throw new DataException(description + ": the file is empty");
    }
    if (bytes.length > limits.bytes) {
      throw new DataException(
          "%s: larger than the limit of %d bytes".formatted(description, limits.bytes));
    }
    ImageFormat format =
        ImageFormat.of(bytes)
            .orElseThrow(
                () ->
                    new DataException(
                        description + ": neither a JPEG nor a PNG file, judged by its content"));
    try {
      byte[] stored = format.pixelsOnly(bytes, limits);
      return upright
          ? Part.all(
              Orientation.of(format.exif(bytes)).upright(read(format, stored, Region::all).image))
          : read(format, stored, wanted);
    } catch (IOException | RuntimeException damaged) {
      // The readers of the JDK also answer damage with NullPointerException and its like.
      throw new DataException(
          "%s: cannot be decoded as %s: %s".formatted(description, format, reason(damaged)),
          damaged);
    }
  }

  private Part read(ImageFormat format, byte[] bytes, Function<Shape, Region> wanted)
      throws IOException {
    ImageReader reader = format.newReader(bytes);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      reader.setInput(in, true, true);
      check(reader.getWidth(0), reader.getHeight(0));
      checkMemory(reader);
      Warnings warnings = new Warnings();
      reader.addIIOReadWarningListener(warnings);
      Part part = read(reader, format, bytes, wanted);
      warnings.refuse();
      return part;
    } finally {
      reader.dispose();
    }
  }

  private Part read(
      ImageReader reader, ImageFormat format, byte[] bytes, Function<Shape, Region> wanted)
      throws IOException {
    if (Inks.areIn(reader)) {
      return Part.all(
          Pixels.ofInks(reader.readRaster(0, null), JpegSegments.isYcck(bytes), channels));
    }
    if (format != ImageFormat.JPEG) {
      return Part.all(Pixels.of(reader.read(0), channels));
    }
    Shape whole = new Shape(channels, reader.getHeight(0), reader.getWidth(0));
    Region region = wanted.apply(whole).downTo(whole.height());
    ImageReadParam what = reader.getDefaultReadParam();
    what.setSourceRegion(
        new Rectangle(region.left(), region.top(), region.width(), region.height()));
    Image image = Pixels.of(reader.read(0, what), channels);
    if (!image.shape().equals(new Shape(channels, region.height(), region.width()))) {
      throw new IIOException("%s of %s came as %s".formatted(region, whole, image.shape()));
    }
    return new Part(image, region, whole);
  }

  private void check(int width, int height) throws IIOException {
    if (width < 1 || height < 1) {
      throw new IIOException("the header says %dx%d".formatted(width, height));
    }
    if (Math.max(width, height) > limits.side || (long) width * height > limits.pixels) {
      throw new IIOException(
          "%dx%d is over the limit of %d pixels, %d a side"
              .formatted(width, height, limits.pixels, limits.side));
    }
  }

  /** A small file may ask for a large image: what does not fit must not be begun. */
  private static void checkMemory(ImageReader reader) throws IOException {
    ImageTypeSpecifier stored = reader.getImageTypes(0).next();
    long bytes = stored.getNumBands() * (stored.getBitsPerBand(0) > 8 ? 2L : 1L);
    // The reader's values and our own, both at a time; a quarter of the heap is others'.
    long needed = (bytes + 3) * reader.getWidth(0) * reader.getHeight(0);
    long heap = Runtime.getRuntime().maxMemory();
    if (needed > heap / 4 * 3) {
      throw new IIOException(
          "%dx%d takes %d MB while it is decoded, and the heap has %d MB; raise -Xmx"
              .formatted(reader.getWidth(0), reader.getHeight(0), needed >> 20, heap >> 20));
    }
  }

  private static String reason(Exception damaged) {
    @Nullable String message = damaged.getMessage();
    return message == null || !(damaged instanceof IOException) ? "the file is damaged" : message;
  }
}
