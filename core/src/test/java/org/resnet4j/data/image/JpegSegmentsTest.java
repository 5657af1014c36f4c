package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import javax.imageio.IIOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files go to the JDK's reader at once. The hexadecimal digits are those of ITU-T T.81. */
class JpegSegmentsTest {
  private static final String JFIF = "FFE000104A46494600010100000100010000";
  private static final String ADOBE = "FFEE000E41646F626500640000000000";
  private static final String COLOURED = "FFC00011080008000803012200021100031100";
  private static final String SCAN = "FFDA0008010100003F00";

  private static byte[] file(List<String> segments) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(HexFormat.of().parseHex("FFD8"));
    segments.forEach(segment -> file.writeBytes(HexFormat.of().parseHex(segment)));
    file.writeBytes(HexFormat.of().parseHex("FFD9"));
    return file.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        COLOURED,
        "FFC20011080008000803012200021100031100", // progressive
        "FFC00011080008000803011100021100031100", // 4:4:4
        "FFC0000B080008000801011100", // grey
      })
  void jfif_of_eight_bits_with_its_usual_channels_is_plain(String frame) throws IIOException {
    assertThat(JpegSegments.isPlain(file(List.of(JFIF, frame, SCAN)))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "extended sequential, FFC10011080008000803012200021100031100",
    "arithmetic, FFC90011080008000803012200021100031100",
    "twelve bits, FFC000110C0008000803012200021100031100",
    "R G B, FFC00011080008000803522200471100421100",
    "channels from 0, FFC00011080008000803002200011100021100",
    "finer blueness, FFC00011080008000803011100022200031100",
    "finer redness, FFC00011080008000803011100021100032200",
    "two channels, FFC0000E080008000802012200021100",
    "four channels, FFC00014080008000804012200021100031100041100",
  })
  void other_frames_are_not(String what, String frame) throws IIOException {
    assertThat(JpegSegments.isPlain(file(List.of(JFIF, frame, SCAN)))).as(what).isFalse();
  }

  @Test
  void without_jfif_at_its_start_a_file_is_not() throws IIOException {
    assertThat(JpegSegments.isPlain(file(List.of(COLOURED, SCAN)))).isFalse();
    assertThat(JpegSegments.isPlain(file(List.of(COLOURED, JFIF, SCAN)))).isFalse();
    assertThat(JpegSegments.isPlain(file(List.of("FFE000064A465858", COLOURED, SCAN)))).isFalse();
  }

  @Test
  void with_an_adobe_segment_before_its_pixels_a_file_is_not() throws IIOException {
    assertThat(JpegSegments.isPlain(file(List.of(JFIF, ADOBE, COLOURED, SCAN)))).isFalse();
    assertThat(JpegSegments.isPlain(file(List.of(JFIF, COLOURED, ADOBE, SCAN)))).isFalse();
  }

  @Test
  void with_no_frame_or_two_a_file_is_not() throws IIOException {
    assertThat(JpegSegments.isPlain(file(List.of(JFIF, SCAN)))).isFalse();
    assertThat(JpegSegments.isPlain(file(List.of(JFIF, COLOURED, COLOURED, SCAN)))).isFalse();
  }
}
