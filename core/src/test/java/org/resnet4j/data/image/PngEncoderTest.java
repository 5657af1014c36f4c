package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

class PngEncoderTest {
  @ParameterizedTest
  @CsvSource({"3, resize.rgb", "1, resize.grey"})
  void loses_nothing(int channels, String name) {
    Image image = new Image(new Shape(channels, 19, 27), Golden.bytes(name));

    Image back = new ImageDecoder(channels).decode(PngEncoder.encode(image), name);

    assertThat(back.shape()).isEqualTo(image.shape());
    assertThat(back.pixels()).isEqualTo(image.pixels());
  }

  @Test
  void writes_the_signature_and_the_size_where_the_standard_has_them() {
    Image image = new Image(new Shape(1, 2, 3), new byte[6]);

    assertThat(PngEncoder.encode(image))
        .startsWith(0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R')
        .containsSequence(0, 0, 0, 3, 0, 0, 0, 2, 8, 0);
  }

  @Test
  void refuses_other_numbers_of_channels() {
    Image image = new Image(new Shape(2, 1, 1), new byte[2]);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> PngEncoder.encode(image))
        .withMessage("an image of 2x1x1: a PNG needs 1 or 3 channels");
  }
}
