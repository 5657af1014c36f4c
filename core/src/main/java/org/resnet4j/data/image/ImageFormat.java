package org.resnet4j.data.image;

import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** A kind of image file, known by its first bytes. */
@SuppressWarnings("ImmutableEnumChecker") // Nothing changes its fields once it exists.
enum ImageFormat {
  /**
   * Read by TwelveMonkeys on top of the JDK: the JDK alone gets CMYK wrong without an error. Plain
   * files go to the JDK at once, which for small ones takes less than half the time.
   */
  JPEG(twelveMonkeys(), 0xFF, 0xD8, 0xFF) {
    private final ImageReaderSpi jdk = jdk("jpeg");

    @Override
    ImageReader newReader(byte[] stored) throws IOException {
      return JpegSegments.isPlain(stored) ? jdk.createReaderInstance() : super.newReader(stored);
    }

    @Override
    byte[] pixelsOnly(byte[] bytes, ImageDecoder.Limits limits) throws IIOException {
      return new JpegSegments(bytes, limits.scans(), JpegSegments.MOST_WALKED).pixelsOnly();
    }

    @Override
    byte[] exif(byte[] bytes) throws IIOException {
      return JpegSegments.exif(bytes);
    }
  },

  PNG(first("png"), 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n') {
    @Override
    byte[] pixelsOnly(byte[] bytes, ImageDecoder.Limits limits) throws IIOException {
      return new PngChunks(bytes).pixelsOnly();
    }

    @Override
    byte[] exif(byte[] bytes) throws IIOException {
      return new PngChunks(bytes).exif();
    }
  };

  private final ImageReaderSpi provider;
  private final byte[] start;

  ImageFormat(ImageReaderSpi provider, int... start) {
    this.provider = provider;
    this.start = new byte[start.length];
    for (int i = 0; i < start.length; i++) {
      this.start[i] = (byte) start[i];
    }
  }

  /** The format of a file, empty if it is another one. */
  static Optional<ImageFormat> of(byte[] bytes) {
    return Arrays.stream(values()).filter(format -> format.starts(bytes)).findFirst();
  }

  /**
   * A copy without what does not decide the values of the pixels: colour profiles, EXIF,
   * thumbnails, texts. What is not there cannot be applied, cannot be a bomb and costs no time.
   *
   * @throws IIOException if the file is not whole
   */
  abstract byte[] pixelsOnly(byte[] bytes, ImageDecoder.Limits limits) throws IIOException;

  /** The file's EXIF data, a TIFF structure; empty if it has none. */
  abstract byte[] exif(byte[] bytes) throws IIOException;

  /**
   * A reader of its own for a file.
   *
   * @param stored what {@link #pixelsOnly} left of it
   */
  ImageReader newReader(byte[] stored) throws IOException {
    return provider.createReaderInstance();
  }

  private boolean starts(byte[] bytes) {
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }

  /** Registered by hand if need be: the service files of a merged jar may have lost it. */
  private static ImageReaderSpi twelveMonkeys() {
    IIORegistry registry = IIORegistry.getDefaultInstance();
    ImageReaderSpi provider = registry.getServiceProviderByClass(JPEGImageReaderSpi.class);
    if (provider == null) {
      provider = new JPEGImageReaderSpi();
      registry.registerServiceProvider(provider, ImageReaderSpi.class);
    }
    return provider;
  }

  private static ImageReaderSpi first(String name) {
    return ImageIO.getImageReadersByFormatName(name).next().getOriginatingProvider();
  }

  /** The JDK's own, whatever else is on the class path; if it is not there, the first. */
  private static ImageReaderSpi jdk(String name) {
    Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(name);
    while (readers.hasNext()) {
      ImageReaderSpi provider = readers.next().getOriginatingProvider();
      if (provider.getClass().getModule() == ImageIO.class.getModule()) {
        return provider;
      }
    }
    return first(name);
  }
}
