package org.resnet4j.data.variation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Golden;
import org.resnet4j.data.image.Interpolation;

/** Against what {@code make_operations.py} and {@code make_timm_operations.py} wrote. */
class OperationTest {
  private static final Image RGB = new Image(new Shape(3, 19, 27), Golden.bytes("resize.rgb"));
  private static final Image GREY = new Image(new Shape(1, 19, 27), Golden.bytes("resize.grey"));

  private static List<String[]> table(String name) throws IOException {
    try (InputStream in = OperationTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" "))
          .toList();
    }
  }

  /** Every fifth colour, as the script has them. */
  private static Image colours() {
    int height = (1 << 24) / 5 / 2048;
    byte[] pixels = new byte[height * 2048 * 3];
    for (int i = 0; i < height * 2048; i++) {
      int colour = 5 * i;
      pixels[3 * i] = (byte) (colour >> 16);
      pixels[3 * i + 1] = (byte) (colour >> 8);
      pixels[3 * i + 2] = (byte) colour;
    }
    return new Image(new Shape(3, height, 2048), pixels);
  }

  private static Image image(String kind) {
    return switch (kind) {
      case "rgb" -> RGB;
      case "grey" -> GREY;
      default -> colours();
    };
  }

  private static Image changed(String operation, double magnitude, Image image) {
    return operation.equals("HUE")
        ? Colours.hue(image, magnitude)
        : Operation.valueOf(operation).apply(image, magnitude);
  }

  @Test
  void give_the_bytes_of_torchvision_and_pillow() throws IOException {
    List<String> different = new ArrayList<>();
    for (String[] line : table("operations.txt")) {
      Image changed = changed(line[0], Double.parseDouble(line[1]), image(line[2]));
      CRC32 crc = new CRC32();
      crc.update(changed.pixels());
      if (crc.getValue() != Long.parseLong(line[3], 16)) {
        different.add(String.join(" ", line));
      }
    }
    assertThat(different).isEmpty();
    assertThat(table("operations.txt")).hasSizeGreaterThan(300);
  }

  private static Image changed(TimmOperation operation, double level, String kernel, String kind) {
    Interpolation interpolation =
        kernel.equals("-") ? Interpolation.BICUBIC : Interpolation.valueOf(kernel);
    List<Integer> fill = kind.equals("rgb") ? List.of(124, 116, 104) : List.of(117);
    return operation.apply(image(kind), level, new Canvas(interpolation, fill));
  }

  @Test
  void give_the_bytes_of_timm_and_pillow() throws IOException {
    List<String> different = new ArrayList<>();
    Set<String> operations = new TreeSet<>();
    for (String[] line : table("timm-operations.txt")) {
      TimmOperation operation = TimmOperation.valueOf(line[0]);
      Image changed = changed(operation, Double.parseDouble(line[1]), line[2], line[3]);
      CRC32 crc = new CRC32();
      crc.update(changed.pixels());
      if (crc.getValue() != Long.parseLong(line[4], 16)) {
        different.add(String.join(" ", line));
      }
      assertThat(operation.signed || !line[1].startsWith("-")).as(line[0]).isTrue();
      operations.add(line[0]);
    }
    assertThat(different).isEmpty();
    assertThat(operations).hasSize(TimmOperation.values().length);
    assertThat(table("timm-operations.txt")).hasSizeGreaterThan(400);
  }

  @Test
  void have_torchvisions_magnitudes_to_the_last_bit() throws IOException {
    for (String[] line : table("magnitudes.txt")) {
      Operation operation = Operation.valueOf(line[1]);
      for (int bin = 0; bin < Policy.BINS; bin++) {
        double ours =
            line[0].equals("RandAugment")
                ? Magnitudes.ofRandAugment(operation, bin, RGB.shape())
                : Magnitudes.ofTrivialAugment(operation, bin);
        assertThat(ours)
            .as("%s %s bin %d", line[0], line[1], bin)
            .isEqualTo(Double.parseDouble(line[2 + bin]));
      }
    }
    assertThat(table("magnitudes.txt")).hasSize(22);
  }

  @Test
  void leave_the_image_they_are_given_alone() {
    byte[] before = RGB.pixels().clone();
    for (Operation operation : Operation.values()) {
      operation.apply(RGB, 3);
    }
    for (TimmOperation operation : TimmOperation.values()) {
      changed(operation, 3, "BICUBIC", "rgb");
    }
    Colours.hue(RGB, 0.25);
    assertThat(RGB.pixels()).isEqualTo(before);
  }

  @Test
  void take_images_too_small_to_smooth() {
    Image dot = new Image(new Shape(1, 1, 2), new byte[] {7, 9});
    for (Operation operation : Operation.values()) {
      assertThat(operation.apply(dot, 1).shape()).as(operation.name()).isEqualTo(dot.shape());
    }
    assertThat(Operation.SHARPNESS.apply(dot, 1).pixels()).containsExactly(7, 9);
    Canvas canvas = new Canvas(Interpolation.BICUBIC, List.of(5));
    for (TimmOperation operation : TimmOperation.values()) {
      Shape shape = operation.apply(dot, 1, canvas).shape();
      assertThat(shape).as(operation.name()).isEqualTo(dot.shape());
    }
  }
}
