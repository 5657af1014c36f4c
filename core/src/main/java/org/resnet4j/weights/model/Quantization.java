package org.resnet4j.weights.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation.ZeroPad;
import org.resnet4j.arch.Unit;
import org.resnet4j.weights.WeightsException;

/**
 * How a network is computed in 8 bits: what one step is worth in each of its feature maps.
 *
 * <p>Weights need no entry: {@link org.resnet4j.weights.QuantizedKernel} makes their 8-bit form
 * from fp32.
 *
 * <p>A feature map has the name of the layer that computes it: {@code conv1} is what convolution,
 * norm and ReLU give together, a norm's name what it gives where it stands alone. The name of a
 * unit means its output, after the addition and the ReLU: {@code layer1.0}. {@link #INPUT} is the
 * normalised images, {@link #POOL} what the linear layer takes. What is not here stays wider.
 *
 * @param activations by name
 * @param kept names of layers that are computed wider, although they could be in 8 bits
 * @param method how the scales were found: {@code min-max}, {@code percentile}, {@code entropy}
 * @param images how many they were found with
 */
public record Quantization(
    Map<String, Scale> activations, Set<String> kept, String method, int images) {
  /** The name of the normalised images. */
  public static final String INPUT = "input";

  /** The name of the global average pool's result. */
  public static final String POOL = "pool";

  /** Throws {@link IllegalArgumentException} without a method or images. */
  public Quantization {
    activations = Collections.unmodifiableMap(new TreeMap<>(activations));
    kept = Collections.unmodifiableSet(new TreeSet<>(kept));
    if (method.isBlank()) {
      throw new IllegalArgumentException("method: must say how the scales were found");
    }
    if (images < 1) {
      throw new IllegalArgumentException("images = %d: must be at least 1".formatted(images));
    }
  }

  /**
   * A real value {@code x} is stored as {@code x / scale}, rounded and cut to what 8 bits hold.
   *
   * @param scale what one step is worth
   * @param signed whether the steps are from -128 to 127, else from 0 to 255
   */
  public record Scale(float scale, boolean signed) {
    /** Throws {@link IllegalArgumentException} unless the scale is finite and above 0. */
    public Scale {
      if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "scale = %s: must be finite and above 0".formatted(scale));
      }
    }
  }

  /** The same scales with other layers kept wider. */
  public Quantization withKept(Set<String> other) {
    return new Quantization(activations, other, method, images);
  }

  /** Every name that {@link #activations} may have for a network. */
  public static Set<String> names(Network network) {
    Set<String> names = new LinkedHashSet<>(List.of(INPUT));
    network.stemLayers().forEach(layer -> names.add(layer.name()));
    for (Unit unit : network.units()) {
      unit.layers().forEach(layer -> names.add(layer.name()));
      names.add(unit.name());
    }
    network.tailLayers().forEach(layer -> names.add(layer.name()));
    names.add(POOL);
    return names;
  }

  /** Every name that {@link #kept} may have for a network: the layers that 8 bits are for. */
  public static Set<String> layers(Network network) {
    List<Layer> all = new ArrayList<>(network.stemLayers());
    network.units().forEach(unit -> all.addAll(unit.layers()));
    Set<String> names = new LinkedHashSet<>();
    for (Layer layer : all) {
      if (layer.operation() instanceof Convolution || layer.operation() instanceof ZeroPad) {
        names.add(layer.name());
      }
    }
    names.add(network.headName());
    return names;
  }

  /** Throws {@link IllegalArgumentException} for a name that the network does not have. */
  public void requireFits(Network network) {
    Set<String> names = names(network);
    for (String name : activations.keySet()) {
      if (!names.contains(name)) {
        throw unknown(name, "feature map", network);
      }
    }
    Set<String> layers = layers(network);
    for (String name : kept) {
      if (!layers.contains(name)) {
        throw unknown(name, "layer", network);
      }
    }
  }

  private static IllegalArgumentException unknown(String name, String what, Network network) {
    return new IllegalArgumentException(
        "%s has no %s %s".formatted(network.name(), what, WeightsException.quote(name)));
  }
}
