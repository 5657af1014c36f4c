package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.resnet4j.recipe.Recipe;

/**
 * A run that came to its end, read again.
 *
 * @param data where its data are, or the name of a built-in data set
 * @param top1 of its last evaluation on the test images, a fraction to six digits; NaN where
 *     validation images judged the epochs, as the curves then say nothing of the test images
 */
public record FinishedRun(Path path, Recipe recipe, String data, double top1) {
  /**
   * Opens a run folder.
   *
   * @throws RunException if it is none, or the run has not come to its end
   */
  public static FinishedRun open(Path path) {
    RunFolder folder = RunFolder.open(path);
    if (!Files.isDirectory(folder.model())) {
      throw RunException.unusable(
          "%s: this run has not come to its end; go on with train --resume %s"
              .formatted(path, path),
          null);
    }
    Recipe recipe = folder.recipe();
    double top1 = recipe.selection().validates() ? Double.NaN : lastTop1(folder);
    return new FinishedRun(path, recipe, folder.origin().data(), top1);
  }

  private static double lastTop1(RunFolder folder) {
    try {
      List<String> lines = Files.readAllLines(folder.metrics());
      int column = Arrays.asList(lines.get(0).split(",", -1)).indexOf("test_top1");
      return Double.parseDouble(lines.get(lines.size() - 1).split(",", -1)[column]);
    } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
      throw RunException.unusable(
          "%s: cannot be read (%s); the run cannot be compared"
              .formatted(folder.metrics(), e.getClass().getSimpleName()),
          e);
    }
  }
}
