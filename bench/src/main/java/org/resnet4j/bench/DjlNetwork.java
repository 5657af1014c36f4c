package org.resnet4j.bench;

import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.util.Pair;
import java.util.Arrays;
import java.util.Iterator;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;

/** DJL's own ResNet with our weights. */
final class DjlNetwork {
  private static final String ENGINE = "PyTorch";

  private DjlNetwork() {}

  static String version() {
    return "%s with %s %s"
        .formatted(Engine.getDjlVersion(), ENGINE, Engine.getEngine(ENGINE).getVersion());
  }

  /** The shape of so many images. */
  static Shape batch(int images, Network network) {
    return new Shape(
        images, network.input().channels(), network.input().height(), network.input().width());
  }

  /** Its block has the stride on the first 1x1, and so must the network; the caller closes it. */
  static ai.djl.Model of(Model ours, Shape batch) {
    Network network = ours.network();
    Block block =
        ResNetV1.builder()
            .setImageShape(batch.slice(1))
            .setNumLayers(network.depth())
            .setOutSize(network.classes())
            .build();
    ai.djl.Model model = ai.djl.Model.newInstance(network.name(), ENGINE);
    model.setBlock(block);
    block.initialize(model.getNDManager(), DataType.FLOAT32, batch);
    fill(block, ours);
    return model;
  }

  /** Both go from the stem to the head, and in a unit from the branch to the shortcut. */
  private static void fill(Block block, Model ours) {
    Iterator<Parameter> state =
        ours.network().state().stream()
            .filter(parameter -> parameter.role() != Role.BATCHES_TRACKED)
            .iterator();
    Parameter next = state.next();
    for (Pair<String, ai.djl.nn.Parameter> pair : block.getParameters()) {
      ai.djl.nn.Parameter theirs = pair.getValue();
      Shape shape = theirs.getArray().getShape();
      float[] values;
      if (theirs.getType() == ai.djl.nn.Parameter.Type.BIAS && next.role() != Role.LINEAR_BIAS) {
        values = new float[Math.toIntExact(shape.size())]; // Some convolutions have one.
      } else {
        requireSame(pair.getKey(), theirs, shape, next);
        values = values(ours, next);
        next = state.hasNext() ? state.next() : next;
      }
      theirs.getArray().set(values);
    }
  }

  private static void requireSame(
      String name, ai.djl.nn.Parameter theirs, Shape shape, Parameter ours) {
    long[] axes = ours.shape().stream().mapToLong(Integer::longValue).toArray();
    if (theirs.getType() != type(ours.role()) || !Arrays.equals(shape.getShape(), axes)) {
      throw new IllegalStateException(
          "DJL's %s is %s %s but %s comes next, %s %s"
              .formatted(name, theirs.getType(), shape, ours.name(), ours.role(), ours.shape()));
    }
  }

  private static ai.djl.nn.Parameter.Type type(Role role) {
    return switch (role) {
      case CONVOLUTION_WEIGHT, LINEAR_WEIGHT -> ai.djl.nn.Parameter.Type.WEIGHT;
      case NORM_WEIGHT -> ai.djl.nn.Parameter.Type.GAMMA;
      case NORM_BIAS -> ai.djl.nn.Parameter.Type.BETA;
      case RUNNING_MEAN -> ai.djl.nn.Parameter.Type.RUNNING_MEAN;
      case RUNNING_VARIANCE -> ai.djl.nn.Parameter.Type.RUNNING_VAR;
      case LINEAR_BIAS, CONVOLUTION_BIAS, GATE_BIAS -> ai.djl.nn.Parameter.Type.BIAS;
      case BATCHES_TRACKED -> ai.djl.nn.Parameter.Type.OTHER;
    };
  }

  /**
   * DJL adds 2e-5 to the variance in the stem and behind each 3x3, and 1e-5 elsewhere, as we do.
   */
  private static float[] values(Model ours, Parameter parameter) {
    float[] values = ours.weights().apply(parameter);
    String name = parameter.name();
    if (name.equals("bn1.running_var") || name.endsWith(".bn2.running_var")) {
      float[] less = values.clone();
      for (int i = 0; i < less.length; i++) {
        less[i] -= 1e-5f;
      }
      return less;
    }
    return values;
  }
}
