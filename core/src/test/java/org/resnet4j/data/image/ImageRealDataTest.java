package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.SharedData;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Image;

/** CRC-32 of {@code convert("RGB")}, the same in Pillow 11.3.0 and 13.0.0. */
class ImageRealDataTest {
  private final ImageDecoder decoder = new ImageDecoder(3);

  @ParameterizedTest
  @CsvSource({
    "encode_jpeg/grace_hopper_517x606.jpg, 517, 606, 68b0d645",
    "encode_jpeg/jpeg_write/grace_hopper_517x606_pil.jpg, 517, 606, f824eaac",
    "fakedata/imagefolder/a/a1.png, 640, 400, c007168d",
    "fakedata/imagefolder/a/a2.png, 640, 400, a69c7f31",
    "fakedata/imagefolder/a/a3.png, 640, 400, 3ea9d7ee",
    "fakedata/imagefolder/b/b1.png, 640, 400, a73bfd74",
    "fakedata/imagefolder/b/b2.png, 640, 400, 3f2b12af",
    "fakedata/imagefolder/b/b3.png, 640, 400, 21da2145",
    "fakedata/imagefolder/b/b4.png, 640, 400, 763e9895",
    "fakedata/logos/cmyk_pytorch.jpg, 100, 100, bbb638d0",
    "fakedata/logos/gray_pytorch.jpg, 100, 100, 504b6ce1",
    "fakedata/logos/gray_pytorch.png, 100, 100, a8360a91",
    "fakedata/logos/grayalpha_pytorch.png, 100, 100, a8360a91",
    "fakedata/logos/palette_pytorch.png, 100, 100, e14308c1",
    "fakedata/logos/rgb_pytorch.jpg, 100, 100, 67496e2f",
    "fakedata/logos/rgb_pytorch.png, 100, 100, e14308c1",
    "fakedata/logos/rgbalpha_pytorch.png, 100, 100, 22a8dd06",
  })
  void decodes_torchvisions_images_as_pillow_does(
      String name, int width, int height, String checksum) {
    Image image = decoder.decode(folder("torchvision-golden").resolve("assets").resolve(name));

    CRC32 sum = new CRC32();
    sum.update(image.pixels());
    assertThat(image.shape()).isEqualTo(new Shape(3, height, width));
    assertThat(hex(sum)).isEqualTo(checksum);
  }

  /** Pillow refuses them, too, except the first, of which it makes up what is missing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "bad_huffman.jpg",
        "corrupt.jpg",
        "corrupt34_2.jpg",
        "corrupt34_3.jpg",
        "corrupt34_4.jpg"
      })
  void refuses_torchvisions_damaged_images(String name) {
    Path file = folder("torchvision-golden").resolve("assets/damaged_jpeg").resolve(name);

    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> decoder.decode(file))
        .withMessageStartingWith(file + ": cannot be decoded as JPEG: ");
  }

  @Test
  void decodes_125_photographs_as_pillow_does() throws IOException {
    CRC32 decoded = new CRC32();
    for (Path photo : photographs()) {
      decoded.update(decoder.decode(photo).pixels());
    }
    assertThat(hex(decoded)).isEqualTo("ef466c3b");
  }

  private static List<Path> photographs() throws IOException {
    try (Stream<Path> files = Files.list(folder("photos"))) {
      return files.filter(file -> file.toString().endsWith(".JPEG")).sorted().toList();
    }
  }

  private static String hex(CRC32 sum) {
    return "%08x".formatted(sum.getValue());
  }

  private static Path folder(String name) {
    Optional<Path> folder = SharedData.find(name);
    assumeTrue(folder.isPresent(), "shared data absent: " + name);
    return folder.get();
  }
}
