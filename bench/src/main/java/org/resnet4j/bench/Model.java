package org.resnet4j.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelFolder;

/**
 * What is measured: a network and its weights.
 *
 * @param weights the values of each tensor of {@link Network#state}
 */
record Model(Network network, Function<Parameter, float[]> weights) {
  private static final String FIRST_STRIDE = "-v1";

  /**
   * A model folder, or a name of the catalogue with weights made from the seed.
   *
   * @throws IllegalArgumentException if it is neither
   * @throws org.resnet4j.weights.WeightsException if the folder is no model
   */
  static Model of(String model, long seed) {
    Path folder = Path.of(model);
    if (!Files.isDirectory(folder)) {
      return new Model(
          Catalogue.network(model), parameter -> GeneratedValues.weights(parameter, seed));
    }
    SavedModel saved = SavedModel.open(folder);
    Map<String, TensorEntry> entries = new HashMap<>();
    ModelFolder.readWeights(saved.folder(), saved.network())
        .forEach(entry -> entries.put(entry.name(), entry));
    return new Model(
        saved.network(),
        parameter -> Objects.requireNonNull(entries.get(parameter.name())).floats());
  }

  /** The same weights in the same network with every stride on the first 1x1, if there is one. */
  Optional<Model> firstStrideTwin() {
    return Catalogue.nameOf(network)
        .map(name -> name.endsWith(FIRST_STRIDE) ? name : name + FIRST_STRIDE)
        .filter(Catalogue::knows)
        .map(
            name ->
                Catalogue.network(name).withInput(network.input()).withClasses(network.classes()))
        .map(twin -> new Model(twin, weights));
  }

  /** The values of a tensor by its name. */
  Function<String, float[]> byName() {
    Map<String, Parameter> parameters =
        network.state().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
    return name -> weights.apply(Objects.requireNonNull(parameters.get(name), name));
  }
}
