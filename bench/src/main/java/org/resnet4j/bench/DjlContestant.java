package org.resnet4j.bench;

import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.util.Pair;
import java.util.Arrays;
import java.util.Iterator;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Parameter.Role;

/** DJL's own ResNet on its PyTorch engine, with our weights. */
final class DjlContestant implements Contestant {
  private static final String ENGINE = "PyTorch";

  private final ai.djl.Model model;
  private final Predictor<NDList, NDList> predictor;
  private final NDManager manager;
  private final NDList input;

  private DjlContestant(
      ai.djl.Model model, Predictor<NDList, NDList> predictor, NDManager manager, NDList input) {
    this.model = model;
    this.predictor = predictor;
    this.manager = manager;
    this.input = input;
  }

  /** Its block has the stride on the first 1x1, and so must the network. */
  static DjlContestant of(Job job, Model ours) {
    Network network = ours.network();
    int channels = network.input().channels();
    Shape image = new Shape(channels, network.input().height(), network.input().width());
    Block block =
        ResNetV1.builder()
            .setImageShape(image)
            .setNumLayers(network.depth())
            .setOutSize(network.classes())
            .build();
    ai.djl.Model model = ai.djl.Model.newInstance(network.name(), ENGINE);
    model.setBlock(block);
    NDManager manager = model.getNDManager().newSubManager();
    Shape batch = new Shape(job.batch(), channels, image.get(1), image.get(2));
    block.initialize(manager, DataType.FLOAT32, batch);
    fill(block, ours);
    float[] images = GeneratedValues.channelsFirst(job.images(network.input()), network.input());
    NDList input = new NDList(manager.create(images, batch));
    return new DjlContestant(model, model.newPredictor(new NoopTranslator()), manager, input);
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

  @Override
  public String version() {
    return "%s with %s %s"
        .formatted(Engine.getDjlVersion(), ENGINE, Engine.getEngine(ENGINE).getVersion());
  }

  @Override
  public void run() {
    predict(false);
  }

  @Override
  public float[] logits() {
    return predict(true);
  }

  private float[] predict(boolean wanted) {
    // What is computed belongs to the input's manager, which would keep it to the end of all runs.
    try (NDManager once = manager.newSubManager()) {
      input.tempAttach(once);
      try (NDList output = predictor.predict(input)) {
        return wanted ? output.singletonOrThrow().toFloatArray() : new float[0];
      }
    } catch (TranslateException e) {
      throw new IllegalStateException("DJL refuses: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    predictor.close();
    manager.close();
    model.close();
  }
}
