package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parts;
import org.resnet4j.data.batch.Preprocessing;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.FineTuning;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/**
 * How the network of a run begins, from nothing or from a model, and what of it stays as it is.
 *
 * @param start the model, if there is one
 * @param classes of the data
 */
record Beginning(
    Recipe recipe,
    Network network,
    Optional<SavedModel> start,
    List<String> classes,
    Preprocessing preprocessing) {

  /** The network as the run begins, frozen as far as it is to be; the caller closes it. */
  LiveNetwork live(Device device, Precision precision) {
    LiveNetwork live =
        start
            .map(model -> live(model, device, precision))
            .orElseGet(
                () ->
                    LiveNetwork.initialised(
                        network, recipe.seed(), recipe.zeroBranch(), device, precision));
    freeze(live);
    return live;
  }

  private LiveNetwork live(SavedModel model, Device device, Precision precision) {
    if (model.knows(classes)) {
      return model.as(network).live(device, precision);
    }
    int before = model.labels().size();
    try (LiveNetwork old = model.as(network.withClasses(before)).live(device, precision)) {
      return old.withNewHead(network.classes(), recipe.seed());
    }
  }

  /** Makes a network of this kind keep what the recipe wants kept. */
  void freeze(LiveNetwork live) {
    live.freeze(
        frozenParts(recipe, network),
        recipe.fineTuning().normStatistics() == FineTuning.NormStatistics.FROZEN);
  }

  /**
   * How many parts, from the stem on, stay as they are.
   *
   * @throws IllegalArgumentException if the network has fewer stages than the recipe freezes
   */
  static int frozenParts(Recipe recipe, Network network) {
    Parts parts = new Parts(network);
    if (recipe.fineTuning().headAlone()) {
      return parts.head();
    }
    OptionalInt stages = recipe.fineTuning().frozenStages();
    if (stages.isPresent() && stages.getAsInt() > parts.stages()) {
      throw new IllegalArgumentException(
          "freeze = %d: %s has %d stages; give no more, or all-but-head"
              .formatted(stages.getAsInt(), network.name(), parts.stages()));
    }
    return stages.isPresent() ? 1 + stages.getAsInt() : 0;
  }

  /** What the rate of each parameter is multiplied with; 0 for one that is frozen. */
  ToDoubleFunction<Parameter> rateFactor() {
    Parts parts = new Parts(network);
    int frozen = frozenParts(recipe, network);
    double decay = recipe.fineTuning().stageDecay();
    return parameter -> {
      int part = parts.of(parameter);
      return part < frozen ? 0 : Math.pow(decay, parts.distance(part));
    };
  }

  /** Writes what the run begins with as a model folder, if that is somebody's model. */
  void write(Path folder, LiveNetwork live) throws IOException {
    if (start.isPresent()) {
      String card = "# %s%n%nWhat the run beside it began with: %s%n";
      new SavedModel(folder, network, startLabels(start.get()), preprocessing)
          .write(live, card.formatted(network.name(), start.get().folder()));
    }
  }

  /** The model's, whose names may be better than the data's, unless it got a new head. */
  private List<String> startLabels(SavedModel model) {
    return model.knows(classes) ? model.labels() : classes;
  }
}
