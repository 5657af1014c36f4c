package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertAll;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;
import org.resnet4j.data.Mutants;

class ImageDecoderDamageTest {
  /** For mutants, which may ask for many pixels. */
  private final ImageDecoder small =
      new ImageDecoder(3, new ImageDecoder.Limits(1_000_000, 100_000, 16_384, 100));

  private final ImageDecoder decoder = new ImageDecoder(3);

  @Test
  void refuses_a_missing_file(@TempDir Path folder) {
    Path file = folder.resolve("x.jpg");

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(file))
        .withMessage(file + ": no such file");
  }

  @Test
  void refuses_a_folder(@TempDir Path folder) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(folder))
        .withMessageStartingWith(folder + ": cannot be read: ")
        .withCauseInstanceOf(IOException.class);
  }

  @Test
  void refuses_an_empty_file() {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(new byte[0], "x.jpg"))
        .withMessage("x.jpg: the file is empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GIF89a", "BM", "RIFF", "II*\0", "<svg>", "%!PS", "\u0089PN", "x"})
  void refuses_what_is_neither_jpeg_nor_png(String start) {
    byte[] bytes = Arrays.copyOf(start.getBytes(StandardCharsets.ISO_8859_1), 100);

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(bytes, "x.jpg"))
        .withMessage("x.jpg: neither a JPEG nor a PNG file, judged by its content");
  }

  @ParameterizedTest
  @ValueSource(strings = {"baseline.jpg", "progressive.jpg", "cmyk.jpg", "rgb.png", "palette.png"})
  void refuses_a_file_cut_off_anywhere(String name) {
    byte[] whole = Golden.bytes(name);

    assertAll(
        IntStream.range(1, whole.length)
            .mapToObj(
                length ->
                    () ->
                        assertThatExceptionOfType(DataException.class)
                            .describedAs("the first %d of %d bytes", length, whole.length)
                            .isThrownBy(() -> decoder.decode(Arrays.copyOf(whole, length), name))
                            .withMessageStartingWith(name + ": ")));
  }

  @Test
  void refuses_a_scan_that_ends_before_the_image() {
    byte[] whole = Golden.bytes("444.jpg");
    byte[] shorter = Arrays.copyOf(whole, whole.length - 100);
    shorter[shorter.length - 2] = (byte) 0xFF;
    shorter[shorter.length - 1] = (byte) 0xD9;

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(shorter, "x.jpg"))
        .withMessageStartingWith("x.jpg: cannot be decoded as JPEG: Corrupt JPEG data");
  }

  @Test
  void refuses_a_png_with_fewer_rows_than_its_header_says() {
    ByteBuffer png = ByteBuffer.wrap(Golden.bytes("rgb.png"));
    png.putInt(20, 12);
    CRC32 sum = new CRC32();
    sum.update(png.array(), 12, 17);
    png.putInt(29, (int) sum.getValue());

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(png.array(), "x.png"))
        .withMessageStartingWith("x.png: cannot be decoded as PNG: ");
  }

  @Test
  void refuses_a_png_with_a_wrong_checksum() {
    byte[] png = Golden.bytes("rgb.png");
    png[50] ^= 1;

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(png, "x.png"))
        .withMessage(
            "x.png: cannot be decoded as PNG: the checksum of a chunk at byte 33 is wrong");
  }

  @Test
  void never_opens_the_texts_of_a_png() {
    byte[] png = Golden.bytes("palette.png");
    byte[] text = "\0\0\0\4zTXtbomb\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer with = ByteBuffer.allocate(png.length + text.length);
    with.put(png, 0, 33).put(text).put(png, 33, png.length - 33);

    assertThat(decoder.decode(with.array(), "x.png").pixels())
        .isEqualTo(Golden.bytes("palette-png.rgb"));
  }

  @Test
  void ignores_what_follows_the_end_of_an_image() {
    byte[] jpeg = Golden.bytes("baseline.jpg");
    byte[] png = Golden.bytes("rgb.png");

    assertThat(decoder.decode(Arrays.copyOf(jpeg, jpeg.length + 99), "x").pixels())
        .isEqualTo(Golden.bytes("baseline-jpg.rgb"));
    assertThat(decoder.decode(Arrays.copyOf(png, png.length + 99), "x").pixels())
        .isEqualTo(Golden.bytes("rgb-png.rgb"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"large.jpg", "large-progressive.jpg", "large-restarts.jpg"})
  void judges_damage_alike_wherever_a_crop_looks(String name) {
    CentreCrop crop = new CentreCrop(32, 8, 8, Interpolation.BILINEAR);
    Mutants mutants = new Mutants(1);
    int decoded = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] mutant = mutants.of(Golden.bytes(name));
      Optional<Image> whole = tried(() -> small.decode(mutant, name));
      Optional<Image> cropped = tried(() -> small.decode(mutant, name, crop));

      assertThat(cropped.map(Image::pixels).orElse(new byte[0]))
          .as("mutant %d", i)
          .isEqualTo(whole.map(crop::apply).map(Image::pixels).orElse(new byte[0]));
      decoded += whole.isPresent() ? 1 : 0;
    }
    assertThat(decoded).isBetween(10, 1990);
  }

  private static Optional<Image> tried(Supplier<Image> decode) {
    try {
      return Optional.of(decode.get());
    } catch (DataException refused) {
      return Optional.empty();
    }
  }
}
