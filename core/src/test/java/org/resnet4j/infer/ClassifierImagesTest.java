package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Point;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;

/** An image is the same image in whatever form it comes, and one of many files as it is alone. */
class ClassifierImagesTest {
  private static final Network NETWORK = Catalogue.network("resnet8").withClasses(3);
  private static final Classifier.Options FP32 =
      Classifier.Options.DEFAULT.withPrecision(InferencePrecision.FP32).withThreads(2);
  private static final int WIDTH = 40;
  private static final int HEIGHT = 36;

  @TempDir private static Path folder;
  private static Classifier classifier;

  @BeforeAll
  static void open() throws IOException {
    ReproducibleModel.write(folder, NETWORK);
    classifier = Classifier.load(folder, FP32);
  }

  @AfterAll
  static void close() {
    classifier.close();
  }

  private static Image colours(int number) {
    return ReproducibleModel.image(new Shape(3, HEIGHT, WIDTH), number);
  }

  private static Image grey(int number) {
    return ReproducibleModel.image(new Shape(1, HEIGHT, WIDTH), number);
  }

  /** The image in a type of the JDK. */
  private static BufferedImage picture(Image image, int type) {
    BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, type);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      picture.setRGB(i % WIDTH, i / WIDTH, 0xff << 24 | colour(image, i));
    }
    return picture;
  }

  private static int colour(Image image, int pixel) {
    byte[] values = image.pixels();
    return (values[3 * pixel] & 0xff) << 16
        | (values[3 * pixel + 1] & 0xff) << 8
        | (values[3 * pixel + 2] & 0xff);
  }

  /** The values where the colour model keeps them, {@code factor} times. */
  private static BufferedImage stored(Image image, ColorModel colours, int factor) {
    WritableRaster raster = colours.createCompatibleWritableRaster(WIDTH, HEIGHT);
    int channels = image.shape().channels();
    for (int i = 0; i < image.pixels().length; i++) {
      int pixel = i / channels;
      raster.setSample(
          pixel % WIDTH, pixel / WIDTH, i % channels, factor * (image.pixels()[i] & 0xff));
    }
    return new BufferedImage(colours, raster, false, null);
  }

  private static ColorModel model(int space, boolean alpha, int type) {
    return new ComponentColorModel(
        ColorSpace.getInstance(space),
        alpha,
        false,
        alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
        type);
  }

  private static void assertAnsweredAlike(BufferedImage picture, Image image) {
    assertThat(classifier.logits(classifier.decode(picture)))
        .containsExactly(classifier.logits(image));
  }

  @Test
  void files_bytes_and_streams_are_answered_alike() throws IOException {
    Path file = folder.resolve("alike.png");
    ImageIO.write(picture(colours(1), BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    byte[] bytes = Files.readAllBytes(file);
    List<Prediction> expected = classifier.classify(colours(1), 3);
    assertThat(classifier.classify(file, 3)).isEqualTo(expected);
    assertThat(classifier.classify(classifier.decode(file), 3)).isEqualTo(expected);
    assertThat(classifier.classify(classifier.decode(bytes), 3)).isEqualTo(expected);
    assertThat(classifier.classify(classifier.decode(new ByteArrayInputStream(bytes)), 3))
        .isEqualTo(expected);
    assertThat(classifier.embed(file)).containsExactly(classifier.embed(colours(1)));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_4BYTE_ABGR_PRE
      })
  void pictures_of_every_type_of_colours_and_their_parts_are_answered_alike(int type) {
    BufferedImage picture = picture(colours(2), type);
    assertAnsweredAlike(picture, colours(2));
    assertAnsweredAlike(picture.getSubimage(3, 1, 32, 34), part(colours(2), 3, 1, 32, 34));
    assertAnsweredAlike(picture.getSubimage(0, 2, WIDTH, 34), part(colours(2), 0, 2, WIDTH, 34));
  }

  private static Image part(Image image, int left, int top, int width, int height) {
    int channels = image.shape().channels();
    byte[] values = new byte[width * height * channels];
    for (int i = 0; i < values.length; i++) {
      int x = i / channels % width + left;
      int y = i / channels / width + top;
      values[i] = image.pixels()[(y * WIDTH + x) * channels + i % channels];
    }
    return new Image(new Shape(channels, height, width), values);
  }

  @ParameterizedTest
  @ValueSource(ints = {BufferedImage.TYPE_INT_ARGB, BufferedImage.TYPE_4BYTE_ABGR})
  void what_is_transparent_keeps_its_colour(int type) {
    BufferedImage picture = new BufferedImage(WIDTH, HEIGHT, type);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      picture.setRGB(i % WIDTH, i / WIDTH, (i % 256) << 24 | colour(colours(3), i));
    }
    assertAnsweredAlike(picture, colours(3));
  }

  @Test
  void pictures_of_types_of_their_own_are_answered_alike() {
    int rgb = ColorSpace.CS_sRGB;
    ColorModel bytes = model(rgb, false, DataBuffer.TYPE_BYTE);
    WritableRaster banded =
        Raster.createBandedRaster(DataBuffer.TYPE_BYTE, WIDTH, HEIGHT, 3, new Point());
    BufferedImage red = stored(colours(4), bytes, 1);
    banded.setRect(red.getRaster());
    assertThat(red.getType()).isEqualTo(BufferedImage.TYPE_CUSTOM);
    assertAnsweredAlike(red, colours(4));
    assertAnsweredAlike(new BufferedImage(bytes, banded, false, null), colours(4));
    assertAnsweredAlike(
        stored(colours(4), model(rgb, false, DataBuffer.TYPE_USHORT), 257), colours(4));
  }

  @Test
  void pictures_of_greys_keep_their_values_whatever_their_depth() {
    int space = ColorSpace.CS_GRAY;
    ColorModel bytes = model(space, false, DataBuffer.TYPE_BYTE);
    ColorModel shorts = model(space, false, DataBuffer.TYPE_USHORT);
    BufferedImage narrow = stored(grey(5), bytes, 1);
    BufferedImage wide = stored(grey(5), shorts, 257);
    assertThat(narrow.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
    assertThat(wide.getType()).isEqualTo(BufferedImage.TYPE_USHORT_GRAY);
    assertAnsweredAlike(narrow, grey(5));
    assertAnsweredAlike(wide, grey(5));
    assertAnsweredAlike(stored(grey(5), model(space, true, DataBuffer.TYPE_BYTE), 1), grey(5));
    assertAnsweredAlike(stored(grey(5), model(space, true, DataBuffer.TYPE_USHORT), 257), grey(5));
    assertAnsweredAlike(narrow.getSubimage(3, 1, 32, 34), part(grey(5), 3, 1, 32, 34));
    assertAnsweredAlike(wide.getSubimage(3, 1, 32, 34), part(grey(5), 3, 1, 32, 34));
  }

  @Test
  void pictures_with_a_palette_are_looked_up() {
    BufferedImage indexed = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_INDEXED);
    BufferedImage binary = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_BINARY);
    byte[] web = new byte[3 * WIDTH * HEIGHT];
    byte[] black = new byte[3 * WIDTH * HEIGHT];
    Random random = new Random(6);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int x = i % WIDTH;
      int y = i / WIDTH;
      // The palette has the 216 colours of steps of 51.
      for (int channel = 0; channel < 3; channel++) {
        web[3 * i + channel] = (byte) (51 * random.nextInt(6));
      }
      indexed.setRGB(x, y, 0xff << 24 | colour(new Image(new Shape(3, HEIGHT, WIDTH), web), i));
      boolean white = random.nextBoolean();
      binary.setRGB(x, y, white ? -1 : 0xff << 24);
      for (int channel = 0; channel < 3; channel++) {
        black[3 * i + channel] = (byte) (white ? 255 : 0);
      }
    }
    assertAnsweredAlike(indexed, new Image(new Shape(3, HEIGHT, WIDTH), web));
    assertAnsweredAlike(binary, new Image(new Shape(3, HEIGHT, WIDTH), black));
  }

  @ParameterizedTest
  @CsvSource({"CS_sRGB, false", "CS_sRGB, true", "CS_GRAY, false", "CS_GRAY, true"})
  void what_the_jdk_reads_of_a_file_is_answered_as_the_file_is(String space, boolean alpha)
      throws IOException {
    boolean isGrey = space.equals("CS_GRAY");
    Image image = isGrey ? grey(7) : colours(7);
    ColorModel model =
        model(isGrey ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB, alpha, DataBuffer.TYPE_BYTE);
    Path file = folder.resolve("read.png");
    ImageIO.write(stored(image, model, 1), "png", file.toFile());
    assertAnsweredAlike(ImageIO.read(file.toFile()), image);
    assertThat(classifier.classify(file, 3)).isEqualTo(classifier.classify(image, 3));
  }

  @ParameterizedTest
  @CsvSource({"LATENCY, 1", "LATENCY, 3", "LATENCY, 64", "THROUGHPUT, 1", "THROUGHPUT, 3"})
  void a_file_that_cannot_be_read_keeps_no_other_from_it(Classifier.Mode mode, int batch)
      throws IOException {
    List<Path> files = files(10);
    Files.writeString(files.get(4), "no image");
    Files.delete(files.get(9));
    try (Classifier many = Classifier.load(folder, FP32.withMode(mode).withBatch(batch))) {
      List<Classification> all = many.classifyFiles(files, 3, () -> false);
      assertThat(all).extracting(Classification::image).isEqualTo(files);
      for (int i = 0; i < files.size(); i++) {
        if (i == 4 || i == 9) {
          assertThat(all.get(i))
              .isInstanceOfSatisfying(
                  Classification.Failure.class,
                  failure -> assertThat(failure.reason()).isInstanceOf(DataException.class));
        } else {
          assertThat(((Classification.Success) all.get(i)).predictions())
              .usingRecursiveComparison()
              .withComparatorForType(
                  (a, b) -> Math.abs(a - b) <= 1e-5 ? 0 : Double.compare(a, b), Double.class)
              .isEqualTo(classifier.classify(colours(i), 3));
        }
      }
      assertThat(((Classification.Failure) all.get(4)).reason())
          .hasMessage(files.get(4) + ": neither a JPEG nor a PNG file, judged by its content");
      assertThat(((Classification.Failure) all.get(9)).reason())
          .hasMessage(files.get(9) + ": no such file");
    }
  }

  private static List<Path> files(int count) throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path file = folder.resolve("file" + i + ".png");
      ImageIO.write(picture(colours(i), BufferedImage.TYPE_INT_RGB), "png", file.toFile());
      files.add(file);
    }
    return files;
  }

  @Test
  void nothing_more_is_begun_once_told_to_stop() throws IOException {
    List<Path> files = files(6);
    assertThat(classifier.classifyFiles(files, 1, () -> true)).isEmpty();
    AtomicInteger asked = new AtomicInteger();
    List<Classification> some =
        classifier.classifyFiles(files, 1, () -> asked.incrementAndGet() > 3);
    assertThat(some).hasSize(3);
    assertThat(some).isSubsetOf(classifier.classifyFiles(files, 1, () -> false));
  }

  @Test
  void what_the_caller_throws_comes_back() throws IOException {
    RuntimeException thrown = new RuntimeException("of the caller");
    List<Path> files = files(2);
    assertThatThrownBy(
            () ->
                classifier.classifyFiles(
                    files,
                    1,
                    () -> {
                      throw thrown;
                    }))
        .isSameAs(thrown);
    assertThat(classifier.classifyFiles(files, 1, () -> false)).hasSize(2);
  }

  @Test
  void files_of_one_folder_may_be_more_than_threads() throws IOException {
    List<Path> few = files(4);
    List<Path> files = IntStream.range(0, 200).mapToObj(i -> few.get(i % 4)).toList();
    List<Classification> all = classifier.classifyFiles(files, 1, () -> false);
    assertThat(all).extracting(Classification::image).isEqualTo(files);
    for (int i = 4; i < 200; i++) {
      assertThat(top(all.get(i))).isEqualTo(top(all.get(i % 4)));
    }
  }

  private static int top(Classification classification) {
    return ((Classification.Success) classification).predictions().get(0).index();
  }
}
