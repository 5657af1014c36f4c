package org.resnet4j.infer;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.resnet4j.arch.Shape;

/** An ONNX file, open in ONNX Runtime; the one class that needs it on the class path. */
final class OnnxRuntime implements AutoCloseable {
  private final Path file;
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;

  OnnxRuntime(Path file) {
    this.file = file;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      session = environment.createSession(file.toString(), options);
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  String version() {
    return environment.getVersion();
  }

  /** The logits of images, N x C x H x W values: N x classes, row by row. */
  float[] logits(float[] images, int count, Shape shape) {
    long[] axes = {count, shape.channels(), shape.height(), shape.width()};
    try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), axes);
        OrtSession.Result result = session.run(Map.of("input", input))) {
      FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] values = new float[logits.remaining()];
      logits.get(values);
      return values;
    } catch (OrtException e) {
      throw refused(e);
    }
  }

  private IllegalStateException refused(OrtException e) {
    return new IllegalStateException(
        "%s: ONNX Runtime refuses it: %s".formatted(file, e.getMessage()), e);
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw refused(e);
    }
  }
}
