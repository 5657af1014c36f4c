package org.resnet4j.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;

/** ONNX Runtime with all its optimisations, on a file that we exported. */
final class OnnxContestant implements Contestant {
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final Map<String, OnnxTensor> input;

  private OnnxContestant(
      OrtEnvironment environment, OrtSession session, Map<String, OnnxTensor> input) {
    this.environment = environment;
    this.session = session;
    this.input = input;
  }

  static OnnxContestant of(Job job, Network network) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Shape shape = network.input();
    float[] images = GeneratedValues.channelsFirst(job.images(shape), shape);
    long[] axes = {job.batch(), shape.channels(), shape.height(), shape.width()};
    // Direct memory goes in without a copy.
    FloatBuffer pixels =
        ByteBuffer.allocateDirect(images.length * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer()
            .put(images)
            .flip();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      options.setOptimizationLevel(OptLevel.ALL_OPT);
      options.setIntraOpNumThreads(job.threads());
      options.setInterOpNumThreads(1);
      OrtSession session = environment.createSession(job.file(), options);
      OnnxTensor tensor = OnnxTensor.createTensor(environment, pixels, axes);
      String name = session.getInputNames().iterator().next();
      return new OnnxContestant(environment, session, Map.of(name, tensor));
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  private static IllegalStateException refused(OrtException e) {
    return new IllegalStateException("ONNX Runtime refuses: " + e.getMessage(), e);
  }

  @Override
  public String version() {
    return environment.getVersion();
  }

  @Override
  public void run() {
    try (OrtSession.Result result = session.run(input)) {
      result.get(0);
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  @Override
  public float[] logits() {
    try (OrtSession.Result result = session.run(input)) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return values;
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  @Override
  public void close() {
    input.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw refused(e);
    }
  }
}
