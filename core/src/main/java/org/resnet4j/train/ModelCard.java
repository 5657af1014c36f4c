package org.resnet4j.train;

import java.util.Locale;
import java.util.Map;

/** The README of a model folder: what it is, how well it does, and under which conditions. */
final class ModelCard {
  private ModelCard() {}

  /** What is said of a network where nothing but the last epoch is known. */
  static final String LAST = "The figures are those of the last epoch, not of the best";

  /**
   * The text, Markdown.
   *
   * @param whose a sentence without its end about which network it is
   */
  static String write(Setup setup, Evaluation test, String whose, Map<String, String> conditions) {
    StringBuilder card = new StringBuilder();
    card.append(
        """
        ---
        library_name: resnet4j
        pipeline_tag: image-classification
        tags:
        - image-classification
        - resnet
        ---
        # %s on %s

        %,d parameters, %,d multiply-adds for one image of %s, %d classes.

        | test images | mistakes | top-1 | top-5 | loss |
        |---|---|---|---|---|
        | %d | %d | %s | %s | %.4f |

        %s. No image was padded or counted twice. On other images of the kind, top-1 is between %s
        with 95 %% confidence (Wilson's interval of %d images).

        | class | precision | recall |
        |---|---|---|
        """
            .formatted(
                setup.network().name(),
                setup.data().name(),
                setup.network().parameters(),
                setup.network().multiplyAdds(),
                setup.network().input(),
                setup.network().classes(),
                test.images(),
                test.mistakes(),
                Results.percent(test.top1()),
                Results.percent(test.top5()),
                test.loss(),
                whose,
                Results.sure(test).replace(" to ", " and "),
                test.images()));
    for (int label = 0; label < test.classes().size(); label++) {
      card.append(
          String.format(
              Locale.ROOT,
              "| %s | %.3f | %.3f |%n",
              test.classes().get(label).replace("|", "\\|"),
              test.precision(label),
              test.recall(label)));
    }
    card.append("\n## Conditions\n\n");
    conditions.forEach((name, value) -> card.append("- %s: %s%n".formatted(name, value)));
    setup.data().notes().forEach(note -> card.append("- Note: %s%n".formatted(note)));
    return card.toString();
  }
}
