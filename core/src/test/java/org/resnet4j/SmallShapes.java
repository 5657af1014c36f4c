package org.resnet4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;

/** A few of the built-in images as class folders, for studies of seconds. */
public final class SmallShapes {
  private SmallShapes() {}

  /**
   * Writes {@code train/CLASS/N.png} and {@code val/CLASS/N.png}.
   *
   * @param train images to train on, {@code test} to test on; ten classes in turn
   */
  public static Path write(Path folder, int train, int test) {
    try {
      write(folder.resolve("train"), Shapes.train(0, train));
      write(folder.resolve("val"), Shapes.test(0, test));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return folder;
  }

  private static void write(Path folder, Dataset images) throws IOException {
    for (int i = 0; i < images.size(); i++) {
      Path below = folder.resolve(images.classes().get(images.label(i)));
      Files.createDirectories(below);
      Files.write(below.resolve(i + ".png"), PngEncoder.encode(images.image(i)));
    }
  }
}
