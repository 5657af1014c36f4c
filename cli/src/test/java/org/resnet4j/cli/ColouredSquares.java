package org.resnet4j.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Class folders of 16 x 16 PNG files, each class of a colour of its own under noise. */
final class ColouredSquares {
  static final int SIDE = 16;
  static final int IMAGES = 12;
  private static final List<String> CLASSES = List.of("blue", "green", "red");

  private ColouredSquares() {}

  /** Draws the first classes of blue, green and red into a new folder. */
  static Path draw(Path folder, int classes) throws IOException {
    Random random = new Random(1);
    for (int label = 0; label < classes; label++) {
      Path below = Files.createDirectories(folder.resolve(CLASSES.get(label)));
      for (int i = 0; i < IMAGES; i++) {
        ImageIO.write(square(label, random), "png", below.resolve(i + ".png").toFile());
      }
    }
    return folder;
  }

  private static BufferedImage square(int channel, Random random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        image.setRGB(x, y, random.nextInt(1 << 24) | 0xC0 << 8 * channel);
      }
    }
    return image;
  }

  /** Leaves only the first half of a file. */
  static Path tear(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    return Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
  }
}
