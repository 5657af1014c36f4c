package org.resnet4j.train;

import java.util.ArrayList;
import java.util.List;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parts;
import org.resnet4j.recipe.FineTuning;

/**
 * What to tell somebody who goes on with a model: what became of its head, and where the other
 * choice of statistics is likely the better one.
 */
record FineTuningAdvice(Setup setup) {
  /** Statistics of fewer images are noise; arXiv 1803.08494, figure 1: error rises below 16. */
  private static final int SMALL_BATCH = 16;

  private static final int LARGE_BATCH = 32;
  private static final int MANY_IMAGES = 5_000;

  List<String> notes() {
    if (setup.start().isEmpty()) {
      return List.of();
    }
    List<String> notes = new ArrayList<>();
    SavedModel model = setup.start().get();
    int classes = setup.network().classes();
    if (!model.knows(setup.data().train().classes())) {
      notes.add(
          "new head for %d classes; the model knew %d others"
              .formatted(classes, model.labels().size()));
    }
    FineTuning tuning = setup.recipe().fineTuning();
    if (!tuning.headAlone() && normalised()) {
      statistics(tuning, notes);
    }
    return notes;
  }

  private void statistics(FineTuning tuning, List<String> notes) {
    int batch = Math.min(setup.recipe().batch(), setup.data().train().size());
    if (tuning.normStatistics() == FineTuning.NormStatistics.UPDATE) {
      if (batch < SMALL_BATCH) {
        notes.add(
            "batch norms learn the statistics of batches of %d images, which are mostly noise; norm-statistics=frozen keeps the model's"
                .formatted(batch));
      }
      if (tuning.frozenStages().isPresent()) {
        notes.add(
            "what is frozen keeps its statistics, but later batch norms still follow the new images; norm-statistics=frozen keeps them all");
      }
    } else if (batch >= LARGE_BATCH
        && setup.data().train().size() >= MANY_IMAGES
        && tuning.frozenStages().isEmpty()) {
      notes.add(
          "batches of %d and %d training images are enough for statistics of their own; norm-statistics=update fits the norms to them"
              .formatted(batch, setup.data().train().size()));
    }
  }

  /** Whether a batch norm is left that is not frozen. */
  private boolean normalised() {
    Parts parts = new Parts(setup.network());
    return setup.network().state().stream()
        .anyMatch(
            parameter ->
                parameter.role() == Parameter.Role.RUNNING_MEAN
                    && parts.of(parameter) > setup.recipe().fineTuning().frozenStages().orElse(-1));
  }
}
