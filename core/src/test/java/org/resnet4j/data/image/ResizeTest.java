package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

class ResizeTest {
  private static final Image SOURCE = new Image(new Shape(3, 19, 27), Golden.bytes("resize.rgb"));

  @ParameterizedTest
  @CsvSource({
    "BILINEAR, 0, 0, 27, 19, 14, 8",
    "BILINEAR, 0, 0, 27, 19, 5, 4",
    "BILINEAR, 0, 0, 27, 19, 31, 22",
    "BILINEAR, 0, 0, 27, 19, 27, 7",
    "BILINEAR, 0, 0, 27, 19, 9, 19",
    "BILINEAR, 5, 3, 21, 14, 12, 12",
    "BILINEAR, 1, 2, 5, 3, 12, 12",
    "BICUBIC, 0, 0, 27, 19, 14, 8",
    "BICUBIC, 0, 0, 27, 19, 5, 4",
    "BICUBIC, 0, 0, 27, 19, 31, 22",
    "BICUBIC, 0, 0, 27, 19, 27, 7",
    "BICUBIC, 0, 0, 27, 19, 1, 1",
    "BICUBIC, 5, 3, 21, 14, 12, 12",
    "BICUBIC, 26, 18, 1, 1, 3, 2",
  })
  void gives_the_bytes_of_pillow(
      Interpolation filter, int left, int top, int width, int height, int newWidth, int newHeight) {
    Region region = new Region(left, top, width, height);

    Image resized = Resize.resize(SOURCE, region, newWidth, newHeight, filter);

    String name =
        "resize-%s-%d-%d-%d-%d-to-%dx%d.rgb"
            .formatted(
                filter.name().toLowerCase(Locale.ROOT),
                left,
                top,
                width,
                height,
                newWidth,
                newHeight);
    assertThat(resized.shape()).isEqualTo(new Shape(3, newHeight, newWidth));
    assertThat(resized.pixels()).isEqualTo(Golden.bytes(name));
  }

  @ParameterizedTest
  @EnumSource(Interpolation.class)
  void gives_the_bytes_of_pillow_for_grey(Interpolation filter) {
    Image grey = new Image(new Shape(1, 19, 27), Golden.bytes("resize.grey"));

    Image resized = Resize.resize(grey, 15, 26, filter);

    String name = filter.name().toLowerCase(Locale.ROOT);
    assertThat(resized.shape()).isEqualTo(new Shape(1, 26, 15));
    assertThat(resized.pixels())
        .isEqualTo(Golden.bytes("resize-" + name + "-0-0-27-19-to-15x26.grey"));
  }

  @Test
  void keeps_an_image_that_has_the_size_already() {
    assertThat(Resize.resize(SOURCE, 27, 19, Interpolation.BICUBIC)).isSameAs(SOURCE);
  }

  @Test
  void cuts_a_region_out_when_it_keeps_its_size() {
    Image image = new Image(new Shape(1, 3, 4), new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});

    Image cut = Resize.resize(image, new Region(1, 1, 2, 2), 2, 2, Interpolation.BILINEAR);

    assertThat(cut.shape()).isEqualTo(new Shape(1, 2, 2));
    assertThat(cut.pixels()).containsExactly(5, 6, 9, 10);
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "5, 0", "-1, 5"})
  void refuses_a_size_without_pixels(int width, int height) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Resize.resize(SOURCE, width, height, Interpolation.BILINEAR))
        .withMessageContaining(width + ": channels, height and width must be at least 1");
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 27, 19", "0, 1, 27, 19", "2147483647, 0, 1, 1"})
  void refuses_a_region_that_reaches_out_of_the_image(int left, int top, int width, int height) {
    Region region = new Region(left, top, width, height);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Resize.resize(SOURCE, region, 2, 2, Interpolation.BILINEAR))
        .withMessage(region + " reaches out of the image of 27x19");
  }

  @ParameterizedTest
  @CsvSource({"50000, 50000", "50000000, 1"})
  void refuses_a_size_that_no_array_can_hold(int width, int height) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Resize.resize(SOURCE, width, height, Interpolation.BILINEAR))
        .withMessageContaining("resized to 3x%dx%d: more than 2147483639", height, width);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 1, 1", "0, -1, 1, 1", "0, 0, 0, 1", "0, 0, 1, 0"})
  void refuses_a_region_without_pixels_or_before_the_image(
      int left, int top, int width, int height) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Region(left, top, width, height))
        .withMessageContaining("region %dx%d at (%d, %d)".formatted(width, height, left, top));
  }
}
