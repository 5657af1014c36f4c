package org.resnet4j.weights.convert;

import static java.util.stream.Collectors.toSet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.weights.DType;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;

/**
 * Somebody's tensors as those of one of our networks: under its names, in fp32, none missing.
 *
 * @param network the network they are of
 * @param entries its tensors, in the order of {@link Network#state}
 * @param decided what was found out and what was assumed, in sentences
 * @param unused names of tensors that the network has no place for
 */
public record Conversion(
    Network network, List<TensorEntry> entries, List<String> decided, List<String> unused) {

  private static final int MOST_FAULTS = 10;

  public Conversion {
    entries = List.copyOf(entries);
    decided = List.copyOf(decided);
    unused = List.copyOf(unused);
  }

  /**
   * What the caller knows of the tensors.
   *
   * @param network the network they are of; its classes and input follow the tensors; empty to find
   *     out
   * @param newHead the number of classes of a linear layer that starts at zero (arXiv 1912.11370,
   *     section 3.3) instead of the file's; empty to take the file's
   */
  public record Options(Optional<Network> network, Optional<Integer> newHead) {
    /** Finds out everything. */
    public static final Options NONE = new Options(Optional.empty(), Optional.empty());
  }

  /**
   * Converts the tensors of a file.
   *
   * @param file for messages
   * @throws WeightsException if they are of no network that we know, or not of the one given; lists
   *     every tensor that is missing, not expected or of another shape
   */
  public static Conversion of(Path file, List<TensorEntry> tensors, Options options) {
    Convention convention = convention(tensors);
    Map<String, TensorEntry> found = renamed(file, convention, tensors);
    try {
      List<String> decided = new ArrayList<>();
      Network network = network(found, options, decided);
      decided.add("names are those of " + convention.label());
      Draft draft = new Draft(network, found, decided);
      Conversion conversion = draft.convert(options.newHead().isPresent());
      if (!draft.faults.isEmpty()) {
        throw new WeightsException(
            file,
            "not the weights of %s with %d classes:%n  %s"
                .formatted(
                    network.name(),
                    network.classes(),
                    String.join(System.lineSeparator() + "  ", draft.faults)));
      }
      return conversion;
    } catch (IllegalArgumentException e) {
      throw new WeightsException(file, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Converts the tensors of a model whose network is known to the last class.
   *
   * @param file for messages
   * @throws WeightsException if there are others than the network's, or any is missing
   */
  public static Conversion exact(Path file, List<TensorEntry> tensors, Network network) {
    Map<String, TensorEntry> found = renamed(file, convention(tensors), tensors);
    Draft draft = new Draft(network, found, new ArrayList<>());
    Conversion conversion = draft.convert(false);
    List<String> faults = new ArrayList<>(draft.faults);
    for (String name : conversion.unused) {
      List<Long> shape = Objects.requireNonNull(found.get(name)).shape();
      faults.add("%s %s is not expected".formatted(WeightsException.quote(name), shape));
    }
    if (!faults.isEmpty()) {
      int more = faults.size() - MOST_FAULTS;
      String shown = String.join("; ", faults.subList(0, Math.min(MOST_FAULTS, faults.size())));
      throw new WeightsException(
          file,
          "not the weights of %s: %s%s"
              .formatted(network.name(), shown, more > 0 ? "; and %d more".formatted(more) : ""));
    }
    return conversion;
  }

  private static Convention convention(List<TensorEntry> tensors) {
    return Convention.of(tensors.stream().map(TensorEntry::name).toList());
  }

  private static Map<String, TensorEntry> renamed(
      Path file, Convention convention, List<TensorEntry> tensors) {
    Map<String, TensorEntry> found = new LinkedHashMap<>();
    for (TensorEntry tensor : tensors) {
      String name = convention.renamed(tensor.name());
      if (found.put(name, tensor.withName(name)) != null) {
        throw new WeightsException(file, "two tensors would be called " + name);
      }
    }
    return found;
  }

  private static Network network(
      Map<String, TensorEntry> found, Options options, List<String> decided) {
    int classes = options.newHead().orElse(0);
    if (options.network().isEmpty()) {
      Map<String, List<Long>> shapes = new LinkedHashMap<>();
      found.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
      Inference.Inferred inferred = Inference.infer(shapes, classes);
      decided.addAll(inferred.decided());
      return inferred.network();
    }
    Network network = options.network().get();
    if (classes == 0) {
      classes = axis(found, network.headName() + ".weight", 0).orElse(network.classes());
    }
    Shape input = network.input();
    int channels =
        axis(found, network.stemLayers().get(0).name() + ".weight", 1).orElse(input.channels());
    return network
        .withClasses(classes)
        .withInput(new Shape(channels, input.height(), input.width()));
  }

  private static Optional<Integer> axis(Map<String, TensorEntry> found, String name, int axis) {
    TensorEntry tensor = found.get(name);
    return tensor == null || tensor.shape().size() <= axis
        ? Optional.empty()
        : Optional.of(tensor.shape().get(axis))
            .filter(length -> length > 0 && length <= 1 << 20)
            .map(Long::intValue);
  }

  /** The work in progress. */
  private static final class Draft {
    private final Network network;
    private final Map<String, TensorEntry> found;
    private final List<String> decided;
    private final Set<String> parts;
    private final Set<String> used = new LinkedHashSet<>();
    private final List<String> faults = new ArrayList<>();

    Draft(Network network, Map<String, TensorEntry> found, List<String> decided) {
      this.network = network;
      this.found = found;
      this.decided = decided;
      this.parts = network.units().stream().map(unit -> part(unit.name())).collect(toSet());
    }

    Conversion convert(boolean newHead) {
      Map<String, String> biases = foldableBiases();
      List<TensorEntry> entries = new ArrayList<>();
      int uncounted = 0;
      for (Parameter parameter : network.state()) {
        String name = parameter.name();
        if (newHead && name.startsWith(network.headName() + ".")) {
          used.add(name);
          entries.add(zeros(parameter));
        } else if (parameter.role() == Role.BATCHES_TRACKED) {
          uncounted += found.containsKey(name) ? 0 : 1;
          entries.add(count(name));
        } else {
          floats(parameter, biases.get(name)).ifPresent(entries::add);
        }
      }
      if (newHead) {
        decided.add(
            "a new linear layer for %d classes, all zero: train it before use"
                .formatted(network.classes()));
      }
      if (uncounted > 0) {
        decided.add("the file does not count its batches; num_batches_tracked starts at 0");
      }
      if (!biases.isEmpty()) {
        decided.add(
            "the biases of %d convolutions are folded into the batch norms behind them"
                .formatted(biases.size()));
      }
      List<String> unused = unused();
      return new Conversion(network, entries, decided, unused);
    }

    /**
     * The bias of a convolution by the running mean it can be taken from: a batch norm behind it
     * takes it away again.
     */
    private Map<String, String> foldableBiases() {
      Map<String, String> biases = new LinkedHashMap<>();
      for (List<Layer> path : paths()) {
        for (int i = 0; i + 1 < path.size(); i++) {
          String bias = path.get(i).name() + ".bias";
          if (path.get(i).operation() instanceof Convolution
              && path.get(i + 1).operation() instanceof Operation.BatchNorm
              && found.containsKey(bias)) {
            biases.put(path.get(i + 1).name() + ".running_mean", bias);
          }
        }
      }
      return biases;
    }

    private List<List<Layer>> paths() {
      List<List<Layer>> paths = new ArrayList<>(List.of(network.stemLayers()));
      for (Unit unit : network.units()) {
        paths.add(unit.branch());
        paths.add(unit.shortcut());
      }
      return paths;
    }

    private Optional<TensorEntry> floats(Parameter parameter, @Nullable String bias) {
      TensorEntry tensor = found.get(parameter.name());
      List<Long> shape = parameter.shape().stream().map(Integer::longValue).toList();
      if (tensor == null) {
        faults.add("%s %s is missing".formatted(parameter.name(), shape));
        return Optional.empty();
      }
      used.add(parameter.name());
      if (!same(parameter, tensor.shape(), shape)) {
        faults.add("%s is %s but must be %s".formatted(parameter.name(), tensor.shape(), shape));
        return Optional.empty();
      }
      if (!tensor.dtype().real()) {
        faults.add(
            "%s is of type %s but must be a float type"
                .formatted(parameter.name(), tensor.dtype()));
        return Optional.empty();
      }
      if (bias == null) {
        return Optional.of(tensor.withShape(shape).asFloats());
      }
      TensorEntry shift = found.get(bias);
      used.add(bias);
      if (shift == null || !shift.shape().equals(shape) || !shift.dtype().real()) {
        faults.add("%s must be of a float type and %s".formatted(bias, shape));
        return Optional.empty();
      }
      float[] means = tensor.floats();
      float[] shifts = shift.floats();
      for (int i = 0; i < means.length; i++) {
        means[i] -= shifts[i];
      }
      return Optional.of(TensorEntry.ofFloats(parameter.name(), shape, means));
    }

    /** A linear layer may also be a 1x1 convolution. */
    private static boolean same(Parameter parameter, List<Long> shape, List<Long> wanted) {
      return shape.equals(wanted)
          || (parameter.role() == Role.LINEAR_WEIGHT && squeezed(shape).equals(squeezed(wanted)));
    }

    private static List<Long> squeezed(List<Long> shape) {
      return shape.size() == 4 && shape.get(2) == 1 && shape.get(3) == 1
          ? shape.subList(0, 2)
          : shape;
    }

    private TensorEntry count(String name) {
      TensorEntry tensor = found.get(name);
      used.add(name);
      if (tensor != null && (tensor.dtype() != DType.I64 || !tensor.shape().isEmpty())) {
        faults.add(
            "%s is of type %s%s but must be I64[]".formatted(name, tensor.dtype(), tensor.shape()));
      }
      return tensor == null ? TensorEntry.ofLong(name, 0) : tensor;
    }

    private static TensorEntry zeros(Parameter parameter) {
      return TensorEntry.ofFloats(
          parameter.name(),
          parameter.shape().stream().map(Integer::longValue).toList(),
          new float[Math.toIntExact(parameter.size())]);
    }

    /** What is left over: harmless beside the network, a fault in its stages, stem or head. */
    private List<String> unused() {
      List<String> unused = new ArrayList<>();
      for (TensorEntry tensor : found.values()) {
        if (used.contains(tensor.name())) {
          continue;
        }
        if (inside(tensor.name())) {
          faults.add(
              "%s %s is not expected: %s has nothing of that name"
                  .formatted(tensor.name(), tensor.shape(), network.name()));
        } else {
          unused.add(tensor.name());
        }
      }
      return unused;
    }

    /** The same for all stages: a block more, or a stage, makes another network. */
    private static String part(String name) {
      return name.replaceFirst("\\d*\\..*", "");
    }

    private boolean inside(String name) {
      return parts.contains(part(name))
          || network.stemLayers().stream().anyMatch(layer -> name.startsWith(layer.name() + "."))
          || name.startsWith(network.headName() + ".");
    }
  }
}
