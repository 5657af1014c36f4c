package org.resnet4j.weights.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.resnet4j.arch.Convolution;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.Unit;
import org.resnet4j.weights.model.Quantization;
import org.resnet4j.weights.model.Quantization.Scale;

/** Scales by the largest magnitudes that ONNX Runtime computes in fp32, for tests. */
public final class MinMax {
  private static final int GRAPH = 7;
  private static final int OUTPUT = 12;

  private MinMax() {}

  /**
   * Calibrates a network.
   *
   * @param folded its fp32 file with batch norms folded; gets outputs
   * @param images N x C x H x W values
   */
  public static Quantization of(Path folded, Network network, float[] images, Set<String> kept)
      throws IOException {
    Map<String, String> values = values(network);
    Map<String, Scale> scales = new TreeMap<>(Map.of("input", scale(FloatBuffer.wrap(images))));
    run(
        folded,
        network.input(),
        images,
        new LinkedHashSet<>(values.values()),
        result -> {
          for (Map.Entry<String, String> value : values.entrySet()) {
            OnnxTensor tensor = (OnnxTensor) result.get(value.getValue()).orElseThrow();
            scales.put(value.getKey(), scale(tensor.getFloatBuffer()));
          }
        });
    return new Quantization(scales, kept, "min-max", 1);
  }

  /** What takes the results of a run, which are closed after it. */
  interface Taker {
    void take(OrtSession.Result result) throws OrtException;
  }

  /** Runs a file that also gives those of its values. */
  static void run(Path file, Shape shape, float[] images, Set<String> values, Taker taker)
      throws IOException {
    byte[] outputs = outputs(values);
    byte[] written = Files.readAllBytes(file);
    byte[] model = Arrays.copyOf(written, written.length + outputs.length);
    System.arraycopy(outputs, 0, model, written.length, outputs.length);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] axes = {images.length / shape.size(), shape.channels(), shape.height(), shape.width()};
    try (OrtSession session = environment.createSession(model);
        OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), axes);
        OrtSession.Result result = session.run(Map.of("input", input))) {
      taker.take(result);
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fields of a message that are written twice are added to each other. */
  private static byte[] outputs(Set<String> names) throws IOException {
    Message graph = new Message();
    names.forEach(name -> graph.part(OUTPUT, new Message().text(1, name)));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Message().part(GRAPH, graph).writeTo(bytes);
    return bytes.toByteArray();
  }

  private static Scale scale(FloatBuffer values) {
    float low = 0;
    float high = 0;
    while (values.hasRemaining()) {
      float value = values.get();
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    if (low == 0) {
      return new Scale(Math.max(high, 1e-6f) / 255, false);
    }
    return new Scale(Math.max(high, -low) / 127, true);
  }

  /** The value of the fp32 graph that each name of a quantisation means. */
  private static Map<String, String> values(Network network) {
    Map<String, String> values = new LinkedHashMap<>();
    path(network.stemLayers(), values);
    for (Unit unit : network.units()) {
      path(unit.before(), values);
      path(unit.branch(), values);
      path(unit.shortcut(), values);
      path(unit.after(), values);
      boolean relu = !unit.after().isEmpty() && relu(unit.after().get(0));
      String added = relu ? unit.after().get(0).name() : unit.name() + ".add";
      if (unit.plain()) {
        String convolution = convolution(unit);
        values.put(convolution, relu ? added : values.get(convolution));
        continue;
      }
      values.put(unit.name(), added);
    }
    path(network.tailLayers(), values);
    values.put("pool", "pool");
    return values;
  }

  /** The branch's last. */
  private static String convolution(Unit unit) {
    return unit.branch().stream()
        .filter(layer -> layer.operation() instanceof Convolution)
        .reduce((first, second) -> second)
        .orElseThrow()
        .name();
  }

  private static void path(List<Layer> layers, Map<String, String> values) {
    for (int i = 0; i < layers.size(); i++) {
      Layer layer = layers.get(i);
      boolean convolution = layer.operation() instanceof Convolution;
      boolean norm = layer.operation() instanceof Operation.BatchNorm;
      if (!convolution && !norm) {
        continue;
      }
      int next = i + 1;
      if (convolution
          && next < layers.size()
          && layers.get(next).operation() instanceof Operation.BatchNorm) {
        next++;
      }
      boolean relu = next < layers.size() && relu(layers.get(next));
      values.put(layer.name(), relu ? layers.get(next).name() : layer.name());
      i = relu ? next : next - 1;
    }
  }

  private static boolean relu(Layer layer) {
    return layer.operation() instanceof Operation.Relu;
  }
}
