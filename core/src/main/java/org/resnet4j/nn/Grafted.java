package org.resnet4j.nn;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.resnet4j.arch.DepthSurgery;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Unit;
import org.resnet4j.tensor.Tensors;

/**
 * The tensors of a network after surgery: those from before, and those of blocks that do nothing.
 */
final class Grafted implements LiveNetwork.Source {
  private final LiveNetwork before;
  private final DepthSurgery surgery;
  private final Map<String, String> names;
  private final long seed;

  /** Tensors that make a branch give nothing. */
  private final Set<String> zero = new HashSet<>();

  /** Tensors of blocks without a shortcut, which pass on what they get. */
  private final Set<String> passing = new HashSet<>();

  Grafted(LiveNetwork before, DepthSurgery surgery, long seed) {
    this.before = before;
    this.surgery = surgery;
    this.names = surgery.tensors();
    this.seed = seed;
    for (Unit unit : surgery.added()) {
      if (!unit.plain()) {
        zero.add(unit.lastScale());
        continue;
      }
      for (Layer layer : unit.layers()) {
        layer.state().forEach(parameter -> passing.add(parameter.name()));
      }
    }
  }

  @Override
  public void read(Parameter parameter, FloatBuffer values) {
    String name = names.get(parameter.name());
    if (name == null) {
      values.put(fresh(parameter));
      return;
    }
    try (PointerScope temporaries = new PointerScope()) {
      values.put(Tensors.floats(before.tensor(name)));
    }
  }

  @Override
  public long count(Parameter parameter) {
    String name = names.get(parameter.name());
    return name == null ? 0 : before.tensor(name).item_long();
  }

  private float[] fresh(Parameter parameter) {
    if (zero.contains(parameter.name())) {
      return new float[Math.toIntExact(parameter.size())];
    }
    return passing.contains(parameter.name())
        ? passing(parameter)
        : Initialisation.values(parameter, seed, surgery.to().features());
  }

  private static float[] passing(Parameter parameter) {
    float[] values = new float[Math.toIntExact(parameter.size())];
    switch (parameter.role()) {
      case CONVOLUTION_WEIGHT -> {
        // Row o is output o; it takes the input of its number, in its group.
        int ins = parameter.shape().get(1);
        int kernel = parameter.shape().get(2);
        int middle = kernel / 2 * kernel + kernel / 2;
        for (int o = 0; o < parameter.shape().get(0); o++) {
          values[(o * ins + o % ins) * kernel * kernel + middle] = 1;
        }
      }
      case RUNNING_VARIANCE -> Arrays.fill(values, 1);
      // Stored statistics are mean 0 and variance 1 until some are measured.
      case NORM_WEIGHT -> Arrays.fill(values, (float) Math.sqrt(1 + LiveLayer.EPSILON));
      default -> {}
    }
    return values;
  }
}
