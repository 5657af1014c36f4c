package org.resnet4j.data.image;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

class ImageDecoderTest {
  private static final int WIDTH = 17;
  private static final int HEIGHT = 11;

  /** Smaller, larger, unchanged, wide and high; of images of 17x11. */
  private static final List<CentreCrop> CROPS =
      List.of(
          new CentreCrop(8, 6, 7, Interpolation.BILINEAR),
          new CentreCrop(30, 20, 24, Interpolation.BICUBIC),
          new CentreCrop(HEIGHT, 5, 4, Interpolation.BILINEAR),
          new CentreCrop(HEIGHT, HEIGHT, WIDTH, Interpolation.BILINEAR),
          new CentreCrop(5, 2, 40, Interpolation.BICUBIC),
          new CentreCrop(9, 30, 1, Interpolation.BILINEAR));

  private final ImageDecoder colour = new ImageDecoder(3);
  private final ImageDecoder grey = new ImageDecoder(1);

  @ParameterizedTest
  @MethodSource("org.resnet4j.data.image.Golden#names")
  void gives_the_colours_of_pillow(String name) {
    Image image = colour.decode(Golden.bytes(name), name);

    assertThat(image.shape()).isEqualTo(new Shape(3, HEIGHT, WIDTH));
    assertThat(image.pixels()).isEqualTo(Golden.bytes(name.replace('.', '-') + ".rgb"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"baseline.jpg", "grey.jpg", "cmyk.jpg", "alpha.png", "palette.png", "grey-16.png"})
  void gives_the_greys_of_pillow(String name) {
    Image image = grey.decode(Golden.bytes(name), name);

    assertThat(image.shape()).isEqualTo(new Shape(1, HEIGHT, WIDTH));
    assertThat(image.pixels()).isEqualTo(Golden.bytes(name.replace('.', '-') + ".grey"));
  }

  @ParameterizedTest
  @MethodSource("org.resnet4j.data.image.Golden#names")
  void gives_the_same_bytes_when_it_crops_at_once(String name) {
    byte[] file = Golden.bytes(name);
    for (CentreCrop crop : CROPS) {
      for (ImageDecoder decoder : List.of(colour, grey, colour.upright())) {
        Image cropped = decoder.decode(file, name, crop);

        assertThat(cropped.shape().height()).isEqualTo(crop.height());
        assertThat(cropped.pixels())
            .as(crop.toString())
            .isEqualTo(crop.apply(decoder.decode(file, name)).pixels());
      }
    }
  }

  @Test
  void crops_an_image_after_it_is_turned_upright() {
    byte[] file = Golden.bytes("oriented-6.jpg");
    for (CentreCrop crop : CROPS) {
      Image turned = colour.upright().decode(file, "x");

      assertThat(turned.shape()).isEqualTo(new Shape(3, WIDTH, HEIGHT));
      assertThat(colour.upright().decode(file, "x", crop).pixels())
          .isEqualTo(crop.apply(turned).pixels());
    }
  }

  @Test
  void crops_a_file_at_once(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("x.jpg"), Golden.bytes("baseline.jpg"));
    CentreCrop crop = CROPS.get(0);

    assertThat(colour.decode(file, crop).pixels())
        .isEqualTo(crop.apply(colour.decode(file)).pixels());
  }

  @Test
  void goes_by_the_content_of_a_file_not_by_its_name(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("photo.JPEG"), Golden.bytes("rgb.png"));

    assertThat(colour.decode(file).pixels()).isEqualTo(Golden.bytes("rgb-png.rgb"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "oriented-1.jpg",
        "oriented-2.jpg",
        "oriented-3.jpg",
        "oriented-4.jpg",
        "oriented-5.jpg",
        "oriented-6.jpg",
        "oriented-7.jpg",
        "oriented-8.jpg",
        "oriented-6.png",
        "oriented-grey-8.jpg",
      })
  void turns_an_image_upright_as_pillow_does_if_asked_to(String name) {
    Image image = colour.upright().decode(Golden.bytes(name), name);

    boolean turned = name.charAt(name.length() - 5) >= '5';
    assertThat(image.shape().height()).isEqualTo(turned ? WIDTH : HEIGHT);
    assertThat(image.pixels()).isEqualTo(Golden.bytes(name.replace('.', '-') + ".upright"));
  }

  @Test
  void leaves_an_image_as_it_is_stored_unless_asked_to_turn_it() {
    for (int orientation = 1; orientation <= 8; orientation++) {
      Image image = colour.decode(Golden.bytes("oriented-" + orientation + ".jpg"), "x");

      assertThat(image.pixels()).isEqualTo(Golden.bytes("baseline-jpg.rgb"));
    }
  }

  /** Tags, types and values that say nothing, in a file that {@code oriented-6.jpg} was. */
  @ParameterizedTest
  @CsvSource({
    "0, 0x58",
    "2, 43",
    "4, 0xff",
    "7, 0x7f",
    "8, 0",
    "8, 1",
    "22, 0x13",
    "24, 9",
    "30, 0",
    "30, 9",
    "30, 0xff"
  })
  void leaves_an_image_alone_whose_orientation_cannot_be_told(int at, String value) {
    byte[] jpeg = Golden.bytes("oriented-6.jpg");
    int tiff = new String(jpeg, ISO_8859_1).indexOf("Exif\0\0") + 6;
    assertThat(jpeg[tiff + 30]).isEqualTo((byte) 6);
    jpeg[tiff + at] = Integer.decode(value).byteValue();

    assertThat(colour.upright().decode(jpeg, "x").pixels())
        .isEqualTo(Golden.bytes("baseline-jpg.rgb"));
  }
}
