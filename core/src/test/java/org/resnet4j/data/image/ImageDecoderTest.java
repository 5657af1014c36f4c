package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

class ImageDecoderTest {
  private static final int WIDTH = 17;
  private static final int HEIGHT = 11;

  private final ImageDecoder colour = new ImageDecoder(3);
  private final ImageDecoder grey = new ImageDecoder(1);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "baseline.jpg",
        "422.jpg",
        "444.jpg",
        "no-jfif.jpg",
        "no-jfif-rgb.jpg",
        "adobe-rgb.jpg",
        "progressive.jpg",
        "grey.jpg",
        "grey-icc.jpg",
        "cmyk.jpg",
        "cmyk-icc.jpg",
        "ycck.jpg",
        "icc.jpg",
        "rotated.jpg",
        "rgb.png",
        "icc.png",
        "alpha.png",
        "grey.png",
        "grey-alpha.png",
        "palette.png",
        "palette-alpha.png",
        "bilevel.png",
        "grey-2.png",
        "grey-4.png",
        "grey-16.png",
        "grey-alpha-16.png",
        "rgb-16.png",
        "alpha-16.png",
        "rgb-transparent.png",
        "gamma.png"
      })
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

  @Test
  void goes_by_the_content_of_a_file_not_by_its_name(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("photo.JPEG"), Golden.bytes("rgb.png"));

    assertThat(colour.decode(file).pixels()).isEqualTo(Golden.bytes("rgb-png.rgb"));
  }

  @Test
  void keeps_the_images_of_concurrent_threads_apart() {
    List<String> names = List.of("baseline.jpg", "cmyk.jpg", "palette.png", "progressive.jpg");

    List<Boolean> same =
        IntStream.range(0, 400)
            .parallel()
            .mapToObj(i -> names.get(i % names.size()))
            .map(
                name ->
                    Arrays.equals(
                        colour.decode(Golden.bytes(name), name).pixels(),
                        Golden.bytes(name.replace('.', '-') + ".rgb")))
            .toList();

    assertThat(same).isEqualTo(Collections.nCopies(400, true));
  }
}
