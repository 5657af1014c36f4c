package org.resnet4j.data.batch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.resnet4j.SharedData;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.image.Golden;
import org.resnet4j.data.image.ImageDecoder;
import org.resnet4j.data.image.Interpolation;

/** From a file to a network's input, to the last bit what torchvision makes of it. */
class PipelineTest {
  private static final Shape INPUT = new Shape(3, 224, 224);
  private static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> STD = List.of(0.229, 0.224, 0.225);
  private static final Preprocessing BILINEAR =
      new Preprocessing(INPUT, 256, Interpolation.BILINEAR, MEAN, STD);
  private static final Preprocessing BICUBIC =
      new Preprocessing(INPUT, 235, Interpolation.BICUBIC, MEAN, STD);

  private final ImageDecoder decoder = new ImageDecoder(3);

  @Test
  void gives_the_bits_of_torchvision_for_every_kind_of_file() {
    List<String> expected = lines(false);

    assertThat(ours(expected, Golden::bytes)).isEqualTo(expected).hasSize(45);
  }

  @Test
  void gives_the_bits_of_torchvision_for_photographs_and_its_own_odd_images() {
    Optional<Path> shared = SharedData.find("photos").map(Path::getParent);
    assumeTrue(shared.isPresent(), "shared data absent: photos");
    List<String> expected = lines(true);

    assertThat(ours(expected, name -> read(shared.get().resolve(name))))
        .isEqualTo(expected)
        .hasSize(182);
  }

  private static List<String> lines(boolean areShared) {
    return new String(Golden.bytes("pipeline.txt"), UTF_8)
        .lines()
        .filter(line -> line.contains("/") == areShared)
        .toList();
  }

  private List<String> ours(List<String> expected, Function<String, byte[]> read) {
    return expected.parallelStream()
        .map(line -> line.substring(0, line.indexOf(' ')))
        .map(name -> name + " " + sums(read.apply(name)))
        .toList();
  }

  private String sums(byte[] file) {
    return String.join(
        " ",
        pixels(BILINEAR, file),
        input(BILINEAR, file),
        pixels(BICUBIC, file),
        input(BICUBIC, file));
  }

  /** Cropped while it is decoded. */
  private String pixels(Preprocessing preprocessing, byte[] file) {
    return sum(decoder.decode(file, "x", preprocessing.crop()).pixels());
  }

  /** Decoded as a whole. */
  private String input(Preprocessing preprocessing, byte[] file) {
    float[] input = new float[(int) INPUT.size()];
    preprocessing.apply(decoder.decode(file, "x"), input, 0);
    ByteBuffer bytes = ByteBuffer.allocate(4 * input.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(input);
    return sum(bytes.array());
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sum(byte[] bytes) {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    return "%08x".formatted(sum.getValue());
  }
}
