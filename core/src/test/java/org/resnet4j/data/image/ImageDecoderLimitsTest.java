package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.data.DataException;

/** The golden images are 17 x 11. */
class ImageDecoderLimitsTest {
  private static final byte[] JPEG = Golden.bytes("baseline.jpg");

  @Test
  void takes_a_file_of_as_many_bytes_as_allowed(@TempDir Path folder) throws IOException {
    ImageDecoder decoder = limited(JPEG.length, 187, 17, 1);

    assertThat(decoder.decode(JPEG, "x").shape().width()).isEqualTo(17);
    assertThat(decoder.decode(Files.write(folder.resolve("x"), JPEG)).shape().width())
        .isEqualTo(17);
  }

  @Test
  void refuses_a_file_of_one_byte_more(@TempDir Path folder) throws IOException {
    ImageDecoder decoder = limited(JPEG.length - 1, 187, 17, 1);
    Path file = Files.write(folder.resolve("x.jpg"), JPEG);

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(JPEG, "request 7"))
        .withMessage("request 7: larger than the limit of %d bytes", JPEG.length - 1);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(file))
        .withMessage("%s: larger than the limit of %d bytes", file, JPEG.length - 1);
  }

  @ParameterizedTest
  @CsvSource({"186, 17", "187, 16"})
  void refuses_one_pixel_more_than_allowed(long pixels, int side) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> limited(JPEG.length, pixels, side, 1).decode(JPEG, "x.jpg"))
        .withMessageStartingWith("x.jpg: cannot be decoded as JPEG: 17x11 is over the limit of ");
  }

  @Test
  void refuses_one_scan_more_than_allowed() {
    byte[] progressive = Golden.bytes("progressive.jpg"); // libjpeg's script has 10 scans.

    assertThat(limited(5000, 187, 17, 10).decode(progressive, "x").pixels())
        .isEqualTo(Golden.bytes("progressive-jpg.rgb"));
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> limited(5000, 187, 17, 9).decode(progressive, "x.jpg"))
        .withMessage("x.jpg: cannot be decoded as JPEG: more than 9 scans");
  }

  /** The file's own 10 scans, but of 6400 x 6400 pixels: 409.6 million to go over. */
  @Test
  void refuses_scans_that_go_over_too_many_pixels_together() {
    byte[] progressive = Golden.bytes("progressive.jpg");
    int frame = 0;
    while ((progressive[frame] & 0xff) != 0xff || (progressive[frame + 1] & 0xff) != 0xc2) {
      frame++;
    }
    for (int side : new int[] {5, 7}) {
      progressive[frame + side] = (byte) (6400 >> 8);
      progressive[frame + side + 1] = (byte) 6400;
    }
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> new ImageDecoder(3).decode(progressive, "x.jpg"))
        .withMessage(
            "x.jpg: cannot be decoded as JPEG: 10 scans of 40960000 pixels; at most 400000000"
                + " pixels in all");
  }

  @ParameterizedTest
  @CsvSource({"65500, 65500", "16385, 1", "1, 16385", "10000, 9000"})
  void refuses_a_jpeg_whose_header_asks_for_too_much(int width, int height) {
    byte[] bomb = JPEG.clone();
    int frame = frame(bomb);
    ByteBuffer.wrap(bomb).putShort(frame + 5, (short) height).putShort(frame + 7, (short) width);

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> new ImageDecoder(3).decode(bomb, "x.jpg"))
        .withMessageContaining("x.jpg: cannot be decoded as JPEG: %dx%d is over", width, height);
  }

  @ParameterizedTest
  @CsvSource({"50000, 50000", "2147483647, 1", "10000, 9000"})
  void refuses_a_png_whose_header_asks_for_too_much(int width, int height) {
    byte[] bomb = sized(width, height);

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> new ImageDecoder(3).decode(bomb, "x.png"))
        .withMessageContaining("x.png: cannot be decoded as PNG: %dx%d is over", width, height);
  }

  @ParameterizedTest
  @CsvSource({"0, 11", "17, 0", "-1, 11"})
  void refuses_a_png_without_pixels(int width, int height) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> new ImageDecoder(3).decode(sized(width, height), "x.png"))
        .withMessageStartingWith("x.png: cannot be decoded as PNG: ");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void offers_1_or_3_channels(int channels) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImageDecoder(channels))
        .withMessage("channels = %d: must be 1 or 3", channels);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1, 1", "1, 0, 1, 1", "1, 1, 0, 1", "1, 1, 1, 0"})
  void refuses_limits_that_allow_nothing(int bytes, long pixels, int side, int scans) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImageDecoder.Limits(bytes, pixels, side, scans))
        .withMessageContaining("each must be at least 1");
  }

  @Test
  void refuses_a_limit_that_no_array_can_keep() {
    long most = ImageDecoder.Limits.MOST_PIXELS;

    assertThat(new ImageDecoder.Limits(1, most, 1, 1).pixels()).isEqualTo(715_827_879);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImageDecoder.Limits(1, most + 1, 1, 1))
        .withMessage("a limit of 715827880 pixels: must be at most 715827879");
  }

  private static ImageDecoder limited(int bytes, long pixels, int side, int scans) {
    return new ImageDecoder(3, new ImageDecoder.Limits(bytes, pixels, side, scans));
  }

  private static int frame(byte[] jpeg) {
    for (int at = 0; ; at++) {
      if (jpeg[at] == (byte) 0xFF && jpeg[at + 1] == (byte) 0xC0) {
        return at;
      }
    }
  }

  /** A PNG with another size in its header, whose checksum is right. */
  private static byte[] sized(int width, int height) {
    ByteBuffer png = ByteBuffer.wrap(Golden.bytes("rgb.png"));
    png.putInt(16, width).putInt(20, height);
    CRC32 sum = new CRC32();
    sum.update(png.array(), 12, 17);
    return png.putInt(29, (int) sum.getValue()).array();
  }
}
