package org.resnet4j.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Unit;
import org.resnet4j.infer.CompiledNetwork;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.model.ModelFolder;
import org.resnet4j.weights.model.Quantization;

/**
 * What is measured: a network and its weights.
 *
 * @param weights the values of each tensor of {@link Network#state}
 * @param scales for 8 bits, found when they are asked for
 */
record Model(Network network, Function<Parameter, float[]> weights, Supplier<Quantization> scales) {
  private static final int CALIBRATION = 8;
  private static final float BRANCH = 0.1f;
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
      return generated(Catalogue.network(model), seed);
    }
    SavedModel saved = SavedModel.open(folder);
    Map<String, TensorEntry> entries = new HashMap<>();
    ModelFolder.readWeights(saved.folder(), saved.network())
        .forEach(entry -> entries.put(entry.name(), entry));
    return of(
        saved.network(),
        parameter -> Objects.requireNonNull(entries.get(parameter.name())).floats(),
        ModelFolder.readQuantization(saved.folder()),
        seed);
  }

  /**
   * The same, to be trained. With made-up weights each branch gives a tenth of what it would: else
   * the gradients of a deep network lie in the rounding, in any software. From those of {@link #of}
   * PyTorch's gradients of ResNet-50 in bf16 have a cosine of 0.15 with those in fp64, from these
   * of 0.99.
   */
  static Model forTraining(String model, long seed) {
    Model named = of(model, seed);
    if (Files.isDirectory(Path.of(model)) || named.network().plain()) {
      return named;
    }
    Set<String> scales =
        named.network().units().stream().map(Unit::lastScale).collect(Collectors.toSet());
    return new Model(
        named.network(),
        parameter ->
            scaled(
                named.weights().apply(parameter), scales.contains(parameter.name()) ? BRANCH : 1),
        named.scales());
  }

  private static float[] scaled(float[] values, float factor) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return values;
  }

  private static Model generated(Network network, long seed) {
    return of(
        network, parameter -> GeneratedValues.weights(parameter, seed), Optional.empty(), seed);
  }

  private static Model of(
      Network network,
      Function<Parameter, float[]> weights,
      Optional<Quantization> known,
      long seed) {
    return new Model(
        network,
        weights,
        () ->
            known.orElseGet(
                () ->
                    CompiledNetwork.calibrate(
                        network, byName(network, weights), images(network, seed))));
  }

  /** Images to find scales with. */
  private static List<float[]> images(Network network, long seed) {
    int size = Math.toIntExact(network.input().size());
    float[] all = GeneratedValues.images(CALIBRATION, network.input(), seed);
    return IntStream.range(0, CALIBRATION)
        .mapToObj(i -> Arrays.copyOfRange(all, i * size, (i + 1) * size))
        .toList();
  }

  /** The scales for 8 bits: the model's own, or those of generated images. */
  Quantization quantization() {
    return scales.get();
  }

  /** The same weights in the same network with every stride on the first 1x1, if there is one. */
  Optional<Model> firstStrideTwin() {
    return Catalogue.nameOf(network)
        .map(name -> name.endsWith(FIRST_STRIDE) ? name : name + FIRST_STRIDE)
        .filter(Catalogue::knows)
        .map(
            name ->
                Catalogue.network(name).withInput(network.input()).withClasses(network.classes()))
        .map(twin -> new Model(twin, weights, scales));
  }

  /** The values of a tensor by its name. */
  Function<String, float[]> byName() {
    return byName(network, weights);
  }

  private static Function<String, float[]> byName(
      Network network, Function<Parameter, float[]> weights) {
    Map<String, Parameter> parameters =
        network.state().stream().collect(Collectors.toMap(Parameter::name, Function.identity()));
    return name -> weights.apply(Objects.requireNonNull(parameters.get(name), name));
  }
}
