package org.resnet4j.cli;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.recipe.Judging;
import picocli.CommandLine.Option;

/** Which views of each image a model is asked about. */
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class ViewOptions {
  @Option(
      names = "--views",
      paramLabel = "V",
      defaultValue = "one",
      description = "one, flip, ten-crop or multi-scale: crops whose answers are averaged.")
  private String views;

  @Option(
      names = "--view-average",
      paramLabel = "A",
      defaultValue = "probabilities",
      description = "probabilities or logits: what of the views is averaged.")
  private String average;

  @Option(
      names = "--view-sizes",
      paramLabel = "PX",
      split = ",",
      description = "Shorter sides for multi-scale; the paper's: 224,256,384,480,640.")
  private List<Integer> sizes = new ArrayList<>();

  Judging judging() {
    return Judging.named(views, average, sizes.stream().map(Integer::doubleValue).toList());
  }
}
